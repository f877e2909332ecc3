internal import Persona

/// What a question asks, with everything taken off that does not change the answer: two questions of one form are the same
/// question. Pure.
///
/// The lists say what may be taken off and what is one word in two spellings; whatever they do not name stays. So a new
/// word, a new language or a new trick makes two questions different, never the same.
struct QuestionForm: Hashable, Sendable, Undisclosed {
    /// The words and signs that count, in order.
    let words: [String]
    /// What follows a colon, a line's end, a quotation or code: as it is, byte by byte.
    let material: String

    /// By their bytes: two spellings of one sign are two, where signs are spoken of.
    static func == (one: QuestionForm, other: QuestionForm) -> Bool {
        one.words.count == other.words.count && one.material.utf8.elementsEqual(other.material.utf8)
            && zip(one.words, other.words).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The longest task that is taken apart, in bytes: longer ones are material, not questions.
    static let mostBytes = 2_000

    /// The form of a task; nil for one that is too long, or empty.
    init?(_ task: String) {
        guard task.utf8.count <= Self.mostBytes else { return nil }
        let (head, material) = Self.cut(task)
        var words = Self.tokens(head)
        guard let first = words.first.map(Self.lowered) else { return nil }
        // "Could you explain it?" has the sign of its "could".
        let wasAsked = ["can", "could", "will", "would"].contains(first)
        Self.trimHead(&words)
        // Before material everything to its end is said about it.
        if material.isEmpty {
            Self.trimTail(&words)
            Self.moveFront(&words)
            Self.trimEnd(&words, wasAsked: wasAsked)
            Self.untwist(&words)
        }
        Self.respell(&words)
        self.words = words
        self.material = material
    }

    /// About how many bytes it takes.
    var size: Int { words.reduce(material.utf8.count) { $0 + $1.utf8.count + 16 } }

    // MARK: Cutting

    /// Signs behind which a text is material: it is spoken of, not said.
    private static let cuts: Set<Character> = [
        "\n", "\r\n", "\r", "\"", "“", "”", "„", "«", "»", "`", "‘", ":", ";", "=", "{", "}", "<", ">", "|", "\\", "[",
        "]", "(",
        "\t", "—", "–", "*", "#", "$",
    ]

    private static func cut(_ task: String) -> (head: Substring, material: String) {
        guard let end = task.firstIndex(where: { cuts.contains($0) }) else { return (task[...], "") }
        // Whether a bracket stands apart is part of what stands there.
        let isApart = end > task.startIndex && task[task.index(before: end)].isWhitespace
        return (task[..<end], (isApart ? " " : "") + task[end...])
    }

    /// Words as they are written, with sentence signs at their ends as words of their own.
    private static func tokens(_ text: Substring) -> [String] {
        var tokens: [String] = []
        for chunk in text.split(whereSeparator: \.isWhitespace) {
            var word = Substring(chunk)
            while let first = word.first, word.count > 1, "¿¡".contains(first) {
                word.removeFirst()
                tokens.append(String(first))
            }
            var ends: [String] = []
            while let last = word.last, word.count > 1, ".,?!".contains(last), last != "!" || isExclaimed(word) {
                word.removeLast()
                ends.append(String(last))
            }
            // A sign that stands alone is a thing ("git add ."), not the end of a sentence; a French question's is.
            if ends.isEmpty, word == "." || word == "!" { word = word == "." ? " ." : " !" }
            tokens.append(word.contains("’") ? String(word.map { $0 == "’" ? "'" : $0 }) : String(word))
            // An ellipsis, or "?!": what it says is not for us to know.
            if !ends.isEmpty { tokens.append(ends.reversed().joined()) }
        }
        return tokens
    }

    /// Whether the mark at the end of a word is one of speech: behind a number or a letter it is a factorial.
    private static func isExclaimed(_ word: Substring) -> Bool {
        let word = word.dropLast()
        return word.count > 1 && word.allSatisfy { $0.isLetter || $0 == "'" }
    }

    // MARK: Taking off

    private static func isStarter(_ word: String) -> Bool {
        let word = lowered(word)
        let plain = QuestionWords.spellings[word]?.split(separator: " ").first.map(String.init) ?? word
        return QuestionWords.questions.contains(plain) || QuestionWords.requests.contains(plain)
            || QuestionWords.auxiliaries.contains(plain) || QuestionWords.foreign.contains(plain)
    }

    /// With a small first letter, when the rest is small.
    private static func lowered(_ word: String) -> String {
        guard let first = word.first, first.isUppercase, word.dropFirst().allSatisfy({ !$0.isUppercase }) else {
            return word
        }
        return first.lowercased() + word.dropFirst()
    }

    private static func begins(_ words: [String], with head: [String]) -> Bool {
        guard words.count > head.count else { return false }
        for (index, word) in head.enumerated() where words[index] != word {
            let isSame = (index == 0 && lowered(words[0]) == word) || (words[index] == "I" && word == "i")
            guard isSame || (words[index] == "I'd" && word == "i'd") else { return false }
        }
        return true
    }

    /// Whether politeness and announcements may stand before it.
    private static func trimHead(_ words: inout [String]) {
        if words.last == "?" { words.removeAll { $0 == "¿" } }
        var rounds = 0
        while rounds < 4 {
            rounds += 1
            let before = words.count
            expandFirst(&words)
            for head in QuestionWords.politeHeads
            where begins(words, with: head) && (isStarter(words[head.count]) || isWish(words[head.count...])) {
                words.removeFirst(head.count)
                break
            }
            dropRequest(&words)
            if isHowTo(&words) { return }
            dropAnnouncement(&words)
            if words.count == before { break }
        }
        if let first = words.first, isStarter(first) {
            let small = lowered(first)
            words[0] = QuestionWords.spellings[small].flatMap { $0.contains(" ") ? nil : $0 } ?? small
        }
        expandFirst(&words)
        shorten(&words)
    }

    private static func isWish(_ rest: ArraySlice<String>) -> Bool {
        let rest = Array(rest)
        return (QuestionWords.wishes + QuestionWords.announcements).contains { begins(rest, with: $0) }
    }

    /// "what's" at the beginning, in two words.
    private static func expandFirst(_ words: inout [String]) {
        guard let first = words.first, let long = QuestionWords.spellings[lowered(first)], long.contains(" ") else {
            return
        }
        words.replaceSubrange(0..<1, with: long.split(separator: " ").map(String.init))
    }

    /// "Could you please explain" is "explain".
    private static func dropRequest(_ words: inout [String]) {
        guard words.count > 3 else { return }
        if ["can", "could", "will", "would"].contains(lowered(words[0])), words[1] == "you" {
            let isPolite = words[2] == "please" || words[2] == "kindly"
            let verb = words[isPolite ? 3 : 2]
            let isAsked =
                if isPolite { QuestionWords.requests.contains(verb) } else {
                    lowered(words[0]).hasPrefix("c") && !words.contains("yourself")
                        && (QuestionWords.plainlyAsked.contains(verb)
                            || (QuestionWords.askedForMe.contains(verb) && words[3] == "me"))
                }
            if isAsked { words.removeFirst(isPolite ? 3 : 2) }
            return
        }
        for wish in QuestionWords.wishes
        where begins(words, with: wish) && QuestionWords.requests.contains(words[wish.count]) {
            words.removeFirst(wish.count)
            return
        }
    }

    /// "How do I sort" and "how to sort" are one.
    private static func isHowTo(_ words: inout [String]) -> Bool {
        for way in QuestionWords.ways where begins(words, with: way) && QuestionWords.deeds.contains(words[way.count]) {
            words.replaceSubrange(0..<way.count, with: ["how", "to"])
            // "Tell me how to do it." is a question that ends like a wish.
            if words.last == ".", way[0] != "how" { words.removeLast() }
            return true
        }
        return false
    }

    /// "Tell me who wrote it" is "who wrote it"; "tell me what it is" is "what is it".
    private static func dropAnnouncement(_ words: inout [String]) {
        for saying in QuestionWords.announcements where begins(words, with: saying) {
            var rest = Array(words[saying.count...])
            let first = QuestionWords.spellings[rest[0]]?.split(separator: " ").first.map(String.init) ?? rest[0]
            guard ["what", "who", "where", "which"].contains(first) else { return }
            // The verb at the end moves to its place in a question.
            let copulas = ["is", "are", "was", "were"]
            var end = rest.count
            while end > 1, [".", "?", "!"].contains(rest[end - 1]) { end -= 1 }
            let inner = rest[1..<max(1, end - 1)]
            if end > 2, copulas.contains(rest[end - 1]), ["what", "who", "where"].contains(rest[0]),
                !inner.contains(where: { copulas.contains($0) || $0 == "," || $0 == "and" || $0 == "not" || $0 == "or" }
                )
            {
                let verb = rest.remove(at: end - 1)
                rest.insert(verb, at: 1)
            }
            if rest.last == "." { rest.removeLast() }
            words = rest
            return
        }
    }

    /// Sayings of one meaning at the beginning.
    private static func shorten(_ words: inout [String]) {
        let same: [([String], [String])] = [
            (["give", "me", "the", "definition", "of"], ["define"]),
            (["what", "is", "the", "definition", "of"], ["define"]),
            (["give", "the", "definition", "of"], ["define"]), (["give", "me", "a", "list", "of"], ["list"]),
            (["make", "a", "list", "of"], ["list"]), (["provide", "a", "list", "of"], ["list"]),
            (["explain", "to", "me"], ["explain"]), (["describe", "to", "me"], ["describe"]),
            (["give", "me", "an", "explanation", "of"], ["explain"]), (["help", "me", "understand"], ["explain"]),
            (["help", "me", "to", "understand"], ["explain"]),
        ]
        for (long, short) in same where begins(words, with: long) {
            words.replaceSubrange(0..<long.count, with: short)
            return
        }
    }

    private static func trimTail(_ words: inout [String]) {
        guard !words.contains(where: { QuestionWords.aboutWords.contains(lowered($0)) }) else { return }
        guard let first = words.first, isStarter(first) else { return }
        let mark = words.last.flatMap { [".", "!", "?"].contains($0) ? $0 : nil }
        let body = mark == nil ? words : Array(words.dropLast())
        guard let tail = endsPolitely(body) else { return }
        words = Array(body.dropLast(tail.count))
        // "What is it? Thanks.": the mark before the thanks is the question's.
        if let first = tail.first, [".", "?"].contains(first) {
            words.append(first)
        } else if mark == "?" {
            words.append("?")
        }
    }

    private static func endsPolitely(_ words: [String]) -> [String]? {
        // "Who sings bitte bitte": in an English sentence such words are the matter.
        let isForeign = words.first.map { QuestionWords.foreign.contains(lowered($0)) } ?? false
        return QuestionWords.politeTails.first { tail in
            guard isForeign || [",", ".", "?"].contains(tail[0]) else { return false }
            // In a title such words have capitals; behind the sign of a sentence anything has.
            let isSentence = tail[0] == "." || tail[0] == "?"
            guard words.count > tail.count + 1 else { return false }
            // "Yes, please" may be what is spoken of.
            return !["yes", "no"].contains(lowered(words[words.count - tail.count - 1]))
                && zip(words.suffix(tail.count), tail).allSatisfy { (isSentence ? lowered($0) : $0) == $1 }
        }
    }

    /// The sign at the end, where the beginning says already what kind of sentence it is.
    private static func trimEnd(_ words: inout [String], wasAsked: Bool) {
        guard let first = words.first, let last = words.last, words.count > 1 else { return }
        guard !words.contains(where: { QuestionWords.aboutSigns.contains($0.lowercased()) }) else { return }
        let isRequest = QuestionWords.requests.contains(first)
        // "Explain Int?", "Describe Oklahoma!": the sign of a name is a part of it.
        let isName = words[words.count - 2].contains(where: \.isUppercase)
        let isAuxiliary = QuestionWords.auxiliaries.contains(first) && first != "do"
        let isForeign = QuestionWords.foreign.contains(first) && !isAuxiliary
        let isEnd =
            switch last {
            case "?":
                QuestionWords.questions.contains(first) || isAuxiliary || isForeign
                    || (isRequest && (wasAsked || !isName))
            case ".": isRequest || isForeign
            case "!": isRequest && !isName
            default: false
            }
        if isEnd { words.removeLast() }
    }

    // MARK: Order

    /// "In Python, how do I sort" is "how do I sort in Python".
    private static func moveFront(_ words: inout [String]) {
        // Only what is worked in or with: "In dogs, why do people believe" is not "why do people believe in dogs".
        guard let first = words.first, ["in", "for", "using"].contains(lowered(first)),
            let comma = words.firstIndex(of: ","), (2...4).contains(comma), words.count > comma + 2,
            QuestionWords.settings.contains(words[1..<comma].joined(separator: " ").lowercased()),
            isStarter(words[comma + 1]), words[(comma + 1)...].allSatisfy({ $0 != "," })
        else { return }
        let front = [lowered(first)] + words[1..<comma]
        var rest = Array(words[(comma + 1)...])
        if let last = rest.last, [".", "?", "!"].contains(last) { rest.removeLast() }
        // A second place or tool of the same kind: which of the two it was would be lost.
        guard !rest.contains(front[0]) else { return }
        trimHead(&rest)
        words = rest + front
    }

    /// "What is France's capital" is "what is the capital of France".
    private static func untwist(_ words: inout [String]) {
        guard words.count >= 4, words[1] == "is", ["what", "who"].contains(words[0]) else { return }
        for count in [1, 2] {
            let name = words.suffix(count).joined(separator: " ")
            let owner = words.count - count - 1
            guard owner >= 2, QuestionWords.attributes.contains(name), words[owner].hasSuffix("'s") else { continue }
            let holder = words[2..<owner] + [String(words[owner].dropLast(2))]
            words = Array(words[..<2]) + ["the"] + words.suffix(count) + ["of"] + holder
            return
        }
        // Without its article it is the same thing: there is only one of it.
        if QuestionWords.attributes.contains(words[2]), words[3] == "of" { words.insert("the", at: 2) }
    }

    // MARK: Spelling

    private static func respell(_ words: inout [String]) {
        let isLiteral = words.contains {
            let word = $0.lowercased()
            return QuestionWords.aboutWords.contains(word) || QuestionWords.aboutSpelling.contains(word)
                || isLetter(word)
        }
        guard !isLiteral, !hasTwoSpellings(words) else { return }
        var plain: [String] = []
        for (place, word) in words.enumerated() {
            if QuestionWords.settingNames.contains(lowered(word)) {
                // A snake, unless something is done in it.
                plain.append(place > 0 && words[place - 1] == "in" ? lowered(word) : word)
            } else if let other = QuestionWords.spellings[word] {
                plain += other.split(separator: " ").map(String.init)
            } else if let number = QuestionWords.numbers[word] {
                plain.append(number)
            } else {
                let small = lowered(word)
                plain.append(QuestionWords.names.contains(small) ? small : word)
            }
        }
        words = plain
    }

    /// A letter that is spoken of: "How many e's are in seven?".
    private static func isLetter(_ word: String) -> Bool {
        let letter = word.hasSuffix("'s") ? word.dropLast(2) : word[...]
        return letter.count == 1 && letter.first?.isLetter == true && (letter != word || !["a", "i"].contains(word))
    }

    /// Whether one word stands there in two spellings: then it is they that are compared ("grey" and "gray").
    private static func hasTwoSpellings(_ words: [String]) -> Bool {
        let written = Set(words.map(lowered))
        return written.contains { word in
            (QuestionWords.spellings[word] ?? QuestionWords.numbers[word]).map {
                $0.contains(" ") ? contains(words, $0) : written.contains($0)
            } ?? false
        }
    }

    private static func contains(_ words: [String], _ phrase: String) -> Bool {
        " \(words.joined(separator: " ").lowercased()) ".contains(" \(phrase) ")
    }
}
