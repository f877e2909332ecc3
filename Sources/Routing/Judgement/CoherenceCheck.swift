/// Whether an answer makes sense on its face: no loops, no token soup, no pieces of the model's own machinery.
enum CoherenceCheck {
    static func check(_ view: AnswerView) -> Finding {
        var finding = Finding(1)
        guard !view.isEmpty else { return finding }
        checkLoops(view, &finding)
        checkLetters(view, &finding)
        checkScripts(view, &finding)
        if view.marks.hasArtefact { finding.lower(to: 0.1, "it holds pieces of the model's own format") }
        if view.looksLikeCode || view.kind == .codeGeneration { checkBrackets(view, &finding) }
        return finding
    }

    // MARK: Loops

    private static func checkLoops(_ view: AnswerView, _ finding: inout Finding) {
        if hasTailLoop(view.text) || hasWordLoop(view) { finding.lower(to: 0.05, "it repeats itself") }
        guard view.lines.count >= 4 else { return }
        var lines: [Int: Int] = [:]
        var total = 0
        for line in view.lines.prefix(100) where line.count >= 10 {
            total += 1
            // A list's number makes equal lines differ.
            lines[hash(view.text[line].drop { $0 <= 0x40 }), default: 0] += 1
        }
        if let most = lines.values.max(), most >= 4, most * 2 > total {
            finding.lower(to: 0.05, "it repeats its lines")
        }
    }

    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>.SubSequence) -> Int {
        Int(truncatingIfNeeded: bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// An end that is one short piece over and over: at least five times and 30 bytes.
    private static func hasTailLoop(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let tail = UnsafeBufferPointer(rebasing: text.suffix(512))
        // Rules and table borders are drawn by repetition.
        let letters = tail.lastIndex {
            $0 | 0x20 >= UInt8(ascii: "a") && $0 != UInt8(ascii: "|") && $0 != UInt8(ascii: "~")
        }
        guard let letters, tail.count - letters <= 80 else { return false }
        for period in (tail.count - letters)...80 {
            var run = 0
            var index = tail.count - 1
            while index >= period && tail[index] == tail[index - period] {
                run += 1
                index -= 1
            }
            if run >= 24 && run >= period * 4 { return true }
        }
        return false
    }

    /// Few different groups of three words among many.
    private static func hasWordLoop(_ view: AnswerView) -> Bool {
        guard view.words >= 18 else { return false }
        // 1,024 bits for at most 300 groups: few fall together by chance.
        var seen = [UInt64](repeating: 0, count: 16)
        var groups = 0
        var fresh = 0
        var one: UInt64 = 0
        var two: UInt64 = 0
        var word: UInt64 = 0
        for byte in view.folded {
            guard byte <= SentenceFolding.stop else {
                word = (word &* 31) &+ UInt64(byte)
                continue
            }
            guard word != 0 else { continue }
            let group = (one &* 0x9E37_79B9_7F4A_7C15) ^ (two &* 0xC2B2_AE3D_27D4_EB4F) ^ word
            let bit = (group &* 0x9FB2_1C65_1E98_DF25) >> 54
            groups += 1
            let mask = UInt64(1) << (bit & 63)
            if seen[Int(bit >> 6)] & mask == 0 {
                fresh += 1
                seen[Int(bit >> 6)] |= mask
            }
            (one, two, word) = (two, word, 0)
            if groups == 300 { break }
        }
        return groups >= 16 && fresh * 5 < groups * 2
    }

    // MARK: Letters

    /// Words that nobody can speak: in Latin letters every word has a vowel, and no more than a few consonants in a row.
    private static func checkLetters(_ view: AnswerView, _ finding: inout Finding) {
        if view.scripts.broken >= 3 { finding.lower(to: 0.1, "it holds broken characters") }
        guard view.scripts.isLatin, !view.looksLikeCode, view.kind != .extraction else { return }
        var words = 0
        var odd = 0
        var run = 0
        var length = 0
        var vowels = 0
        var longestRun = 0
        for byte in view.folded.prefix(1_000) {
            if byte <= SentenceFolding.stop {
                if length >= 4 {
                    words += 1
                    if vowels == 0 || longestRun >= 6 || length > 32 { odd += 1 }
                }
                (run, length, vowels, longestRun) = (0, 0, 0, 0)
                continue
            }
            length += 1
            switch byte {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
                UInt8(ascii: "y"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                vowels += 1
                run = 0
            default:
                run += 1
                longestRun = max(longestRun, run)
            }
        }
        if words >= 4 && odd * 4 > words { finding.lower(to: 0.1, "its words are no words") }
        let letters = view.folded.count { $0 > SentenceFolding.stop }
        if view.text.count > 40 && letters * 3 < min(view.text.count, AnswerView.window) {
            finding.lower(to: 0.3, "there are hardly any words in it")
        }
    }

    /// Letters of a script that neither the task nor a translation explains.
    private static func checkScripts(_ view: AnswerView, _ finding: inout Finding) {
        if view.scripts.scripts(atLeast: 2) >= 4 && view.kind != .translation {
            finding.lower(to: 0.1, "it mixes many scripts")
        }
        guard ![.translation, .extraction, .multimodal, .longDocument].contains(view.kind), view.taskScripts.isLatin,
            view.scripts.latin >= 15
        else { return }
        let strangers = view.scripts.strangers(to: view.taskScripts)
        if strangers >= 10 && !FormatCheck.speaksOfLanguages(view) {
            finding.lower(to: 0.2, "it changes into another script")
        }
    }

    // MARK: Code

    private static func checkBrackets(_ view: AnswerView, _ finding: inout Finding) {
        var depth = 0
        var all = 0
        for byte in view.text {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "["):
                depth += 1
                all += 1
            case UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        // Brackets in texts and smileys are not worth a parser; one may be missing.
        if depth >= 2 && depth * 5 > all { finding.lower(to: 0.2, "its brackets are not closed") }
    }
}
