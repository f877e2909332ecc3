/// Finds terms in glyphs, whatever separates their letters and whichever public cipher wrote them.
final class SpellingDetector: Sendable, Undisclosed {
    let terms: [GuardedTerm]
    private let automaton: TermAutomaton
    private let fronts: TermFronts
    private let patterns: [Pattern]

    private struct Pattern: Sendable {
        let term: Int
        let kind: Disguises.Kind
        let length: Int
    }

    /// - Parameter written: forms of terms that are only said to be there, not where or how surely.
    init(_ terms: [GuardedTerm], written: [[UInt8]]) {
        self.terms = terms
        var patterns: [Pattern] = []
        var spelled: [TermAutomaton.Term] = []
        var seen: Set<[UInt8]> = []
        func add(_ letters: [UInt8], _ term: Int, _ kind: Disguises.Kind) {
            let folded = letters.map(TextFolding.alike)
            // What is an ordinary word as it stands hides nobody: "cheer" is "jolly", seven letters on.
            guard seen.insert(folded).inserted, kind == .plain || !CommonWords.standard.contains(letters) else {
                return
            }
            patterns.append(Pattern(term: term, kind: kind, length: letters.count))
            spelled.append(.init(folded: folded, isWholeWord: false))
        }
        for (index, term) in terms.enumerated() { add(term.letters, index, .plain) }
        for (index, term) in terms.enumerated() {
            for digest in term.digests { add(digest, index, .digest) }
            if term.isWord {
                for spelling in Disguises.spellings(of: term.letters) { add(spelling.letters, index, spelling.kind) }
            } else if !term.isASCII {
                let letters = String(decoding: term.letters, as: UTF8.self).unicodeScalars.reversed()
                add(letters.flatMap { String($0).utf8 }, index, .reversed)
            } else {
                for spelling in Disguises.spellings(ofKey: term.letters) { add(spelling.letters, index, spelling.kind) }
            }
        }
        for form in Set(written) { spelled.append(.init(folded: form, isWholeWord: false)) }
        self.patterns = patterns
        automaton = TermAutomaton(spelled)
        fronts = TermFronts(spelled.map(\.folded))
    }

    /// Every spelling in the glyphs that counts.
    /// - Returns: whether the letters of a term stand side by side at all, whatever is between them.
    @discardableResult
    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) -> Bool {
        var mayStand = false
        automaton.scan(glyphs.letters, fronts: fronts) { match in
            guard match.term < patterns.count else {
                mayStand = true
                return true
            }
            let pattern = patterns[match.term]
            if pattern.kind == .plain { mayStand = true }
            let start = match.end - pattern.length
            if let certainty = certainty(of: pattern, glyphs, start, match.end) {
                let term = terms[pattern.term]
                found(
                    Trace(
                        identityClass: term.identityClass,
                        certainty: certainty,
                        isWhole: term.isWhole,
                        field: glyphs.field(at: start)
                    )
                )
            }
            return true
        }
        return mayStand
    }

    private func certainty(of pattern: Pattern, _ glyphs: Glyphs, _ start: Int, _ end: Int) -> Trace.Certainty? {
        let isAligned = glyphs.gaps[start] != Gap.none && (end == glyphs.count || glyphs.gaps[end] != Gap.none)
        let inner = Inner(glyphs, start, end, terms[pattern.term], pattern.kind)
        if inner.hasWall { return nil }
        if inner.count > 0 {
            // Ciphers of ciphers with marks inside are rare, and chance is not.
            guard pattern.kind == .plain || pattern.length >= 5 && inner.isSpelledOut || pattern.length >= 16 else {
                return nil
            }
            return certainty(ofSplit: inner, pattern.length, isAligned)
        }
        // Short ciphers stand in any text by chance.
        switch pattern.kind {
        // Words as such are the index's to find, but for those whose markup or other disguise was taken away.
        case .plain: return isAligned || !terms[pattern.term].isShort ? .plain : nil
        case .lookAlike:
            return isAligned && pattern.length >= 5 ? .disguised : pattern.length >= 8 ? .guessed : nil
        case .reversed:
            if isAligned { return pattern.length >= 6 ? .disguised : .guessed }
            return pattern.length >= 8 ? .guessed : nil
        case .substituted:
            if isAligned { return pattern.length >= 8 ? .disguised : .guessed }
            return pattern.length >= 8 ? .guessed : nil
        case .rotated, .keypad: return isAligned ? .guessed : nil
        case .digest: return .disguised
        }
    }

    /// What stands between the letters of a match, but for what stands between the words of the term itself.
    private struct Inner {
        var count = 0
        /// Whether each letter stands alone.
        var isSpelledOut = false
        var pieces = 1
        var singles = 0
        /// Whether all that separates are marks that stand inside no ordinary text, or ends of fields.
        var isGlued = true
        var hasField = false
        var hasLoose = false
        var hasWall = false

        init(_ glyphs: Glyphs, _ start: Int, _ end: Int, _ term: GuardedTerm, _ kind: Disguises.Kind) {
            var piece = 1
            for place in (start + 1)..<max(start + 1, end) {
                let gap = glyphs.gaps[place]
                guard gap > Gap.edge else {
                    piece += 1
                    continue
                }
                if piece == 1 { singles += 1 }
                pieces += 1
                piece = 1
                if gap < Gap.field, term.wordStarts.contains(kind == .reversed ? end - place : place - start) {
                    continue
                }
                count += 1
                switch gap {
                case Gap.glue: break
                case Gap.field: hasField = true
                case Gap.wall: hasWall = true
                default:
                    isGlued = false
                    if gap != Gap.line { hasLoose = true }
                }
            }
            if piece == 1 { singles += 1 }
            isSpelledOut = singles == end - start
        }
    }

    private func certainty(ofSplit inner: Inner, _ length: Int, _ isAligned: Bool) -> Trace.Certainty? {
        guard isAligned else { return length >= 8 && inner.isGlued ? .guessed : nil }
        if inner.isSpelledOut { return length >= 5 ? .disguised : length >= 3 ? .guessed : nil }
        guard length >= 5 || length == 4 && inner.isGlued else { return nil }
        if inner.isGlued { return length >= 7 ? .disguised : .guessed }
        // Torn by an end of line alone.
        if !inner.hasLoose { return .guessed }
        // Torn by spaces: chance makes "row an" of ordinary words, and seldom so of many letters or of single ones.
        return length >= 9 || inner.singles * 2 >= inner.pieces && inner.pieces >= 3 ? .guessed : nil
    }
}
