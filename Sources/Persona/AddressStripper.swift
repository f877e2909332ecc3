/// Takes the address out of a task: "Timmy, please count the barrels" becomes "please count the barrels".
///
/// Only the places where one speaks *to* somebody: the front ("Timmy, ...", "hey Timmy ..."), the end
/// ("..., Timmy?") and a vocative in the middle (", Timmy, "). A name anywhere else speaks *about* the persona and is
/// left for the guard.
struct AddressStripper: Sendable, Undisclosed {
    private let names: [[Character]]
    private static let greetings: Set<String> = [
        "hey", "hi", "hello", "dear", "ok", "okay", "oh", "ah", "yo", "hail", "greetings",
    ]
    private static let courtesies: Set<String> = greetings.union([
        "thanks", "thank", "you", "good", "morning", "evening", "night", "day", "bye", "goodbye", "farewell", "welcome",
        "please", "sorry", "again", "so", "much", "well", "done",
    ])
    private static let separators: Set<Character> = [",", ":", ";", "!", "?", "\u{2013}", "\u{2014}", "."]

    /// How many addresses are taken off at each end. Nobody calls more often; what is left the guard refuses.
    private static let mostAddresses = 4
    /// How much text before a name at the end may be courtesies.
    private static let longestCourtesy = 64

    init(names: [String]) {
        self.names = names.map { Array($0.lowercased()) }.filter { !$0.isEmpty }
    }

    /// What a task is that holds nothing but the address: somebody said hello.
    private static let bareAddress = "Hello."

    /// The task without its address.
    func strip(_ task: String) -> String {
        // The common case must cost nothing: most tasks name nobody.
        let lowered = task.lowercased()
        guard names.contains(where: { lowered.contains(String($0)) }) else { return task }
        let characters = Array(task)
        // Slices: a copy for each address would be quadratic in a text of nothing but addresses.
        var text = characters[...]
        for _ in 0..<Self.mostAddresses {
            guard let rest = withoutFront(text) else { break }
            text = rest
        }
        var punctuation: ArraySlice<Character> = []
        for _ in 0..<Self.mostAddresses {
            guard let (rest, tail) = withoutEnd(text) else { break }
            text = rest
            // The first mark is the one that closed the task.
            punctuation = tail + punctuation
        }
        let stripped = String(withoutVocatives(text) + punctuation).trimmedOfWhitespace
        return stripped.isEmpty ? Self.bareAddress : stripped
    }

    /// `[greeting] NAME [separators]` at the front; a name that goes on as a sentence ("Timmy is ...") stays.
    private func withoutFront(_ text: ArraySlice<Character>) -> ArraySlice<Character>? {
        var start = skipSpace(text, from: text.startIndex)
        let word = text[start...].prefix { $0.isLetter }
        let isGreeted = Self.greetings.contains(String(word).lowercased())
        if isGreeted {
            start += word.count
            start = skipSpace(text, from: start, also: [","])
        }
        guard let end = nameEnd(text, at: start) else { return nil }
        let afterName = skipSpace(text, from: end)
        // A name and nothing else is an address as well.
        let isSeparated = afterName == text.endIndex || Self.separators.contains(text[afterName])
        guard isSeparated || isGreeted else { return nil }
        return text[skipSpace(text, from: afterName, also: Self.separators)...]
    }

    /// `, NAME` before the last punctuation, or a name behind nothing but courtesies; the punctuation is told apart.
    private func withoutEnd(
        _ text: ArraySlice<Character>
    ) -> (rest: ArraySlice<Character>, punctuation: ArraySlice<Character>)? {
        let end = (text.lastIndex { !$0.isWhitespace && !"?!.".contains($0) } ?? text.startIndex - 1) + 1
        for name in names where end - text.startIndex > name.count {
            let start = end - name.count
            guard matches(name, text, at: start) else { continue }
            let last = text[..<start].lastIndex { !$0.isWhitespace }
            let before = text[..<(last.map { $0 + 1 } ?? text.startIndex)]
            if before.last == "," { return (before.dropLast(), text[end...]) }
            // "Thanks Timmy!", "good night Timmy": nobody writes a comma there.
            guard start > before.endIndex, isCourtesy(before) else { continue }
            return (before, text[end...])
        }
        return nil
    }

    private func isCourtesy(_ text: ArraySlice<Character>) -> Bool {
        guard text.count <= Self.longestCourtesy else { return false }
        let words = String(text).lowercased().split { !$0.isLetter }.map(String.init)
        return !words.isEmpty && words.allSatisfy(Self.courtesies.contains)
    }

    /// `, NAME,` becomes `,`.
    private func withoutVocatives(_ text: ArraySlice<Character>) -> [Character] {
        var out: [Character] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "," {
                let start = skipSpace(text, from: index + 1)
                if let end = nameEnd(text, at: start), end < text.endIndex, text[end] == "," {
                    index = end
                }
            }
            out.append(text[index])
            index += 1
        }
        return out
    }

    private func nameEnd(_ text: ArraySlice<Character>, at start: Int) -> Int? {
        for name in names where matches(name, text, at: start) {
            let end = start + name.count
            if end == text.endIndex || !Self.goesOn(text[end]) { return end }
        }
        return nil
    }

    /// Whether a name that this character follows is part of a longer word, or owns what comes: "Timmy's lamp".
    private static func goesOn(_ next: Character) -> Bool {
        next.isLetter || next.isNumber || ["_", "'", "\u{2019}"].contains(next)
    }

    private func matches(_ name: [Character], _ text: ArraySlice<Character>, at start: Int) -> Bool {
        guard start + name.count <= text.endIndex else { return false }
        return name.indices.allSatisfy { text[start + $0].lowercased() == name[$0].lowercased() }
    }

    private func skipSpace(_ text: ArraySlice<Character>, from start: Int, also: Set<Character> = []) -> Int {
        var index = start
        while index < text.endIndex, text[index].isWhitespace || also.contains(text[index]) { index += 1 }
        return index
    }
}

extension String {
    /// The text without white space at its ends.
    fileprivate var trimmedOfWhitespace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
