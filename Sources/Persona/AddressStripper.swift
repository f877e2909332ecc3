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
        var text = Array(task)
        while let rest = withoutFront(text) { text = rest }
        while let rest = withoutEnd(text) { text = rest }
        text = withoutVocatives(text)
        let stripped = String(text).trimmedOfWhitespace
        return stripped.isEmpty ? Self.bareAddress : stripped
    }

    /// `[greeting] NAME [separators]` at the front; a name that goes on as a sentence ("Timmy is ...") stays.
    private func withoutFront(_ text: [Character]) -> [Character]? {
        var start = skipSpace(text, from: 0)
        let word = text[start...].prefix { $0.isLetter }
        let isGreeted = Self.greetings.contains(String(word).lowercased())
        if isGreeted {
            start += word.count
            start = skipSpace(text, from: start, also: [","])
        }
        guard let end = nameEnd(text, at: start) else { return nil }
        let afterName = skipSpace(text, from: end)
        // A name and nothing else is an address as well.
        let isSeparated = afterName == text.count || Self.separators.contains(text[afterName])
        guard isSeparated || isGreeted else { return nil }
        return Array(text[skipSpace(text, from: afterName, also: Self.separators)...])
    }

    /// `, NAME` before the last punctuation, or a name behind nothing but courtesies; the punctuation stays.
    private func withoutEnd(_ text: [Character]) -> [Character]? {
        let tail = text.reversed().prefix { $0.isWhitespace || "?!.".contains($0) }
        let end = text.count - tail.count
        for name in names where end > name.count {
            let start = end - name.count
            guard matches(name, text, at: start) else { continue }
            let before = text[..<start].reversed().drop { $0.isWhitespace }
            if before.first == "," { return Array(text[..<(before.count - 1)]) + tail.reversed() }
            // "Thanks Timmy!", "good night Timmy": nobody writes a comma there.
            let words = String(before.reversed()).lowercased().split { !$0.isLetter }.map(String.init)
            guard start > before.count, !words.isEmpty, words.allSatisfy(Self.courtesies.contains) else { continue }
            return Array(text[..<before.count]) + tail.reversed()
        }
        return nil
    }

    /// `, NAME,` becomes `,`.
    private func withoutVocatives(_ text: [Character]) -> [Character] {
        var out: [Character] = []
        var index = 0
        while index < text.count {
            if text[index] == "," {
                let start = skipSpace(text, from: index + 1)
                if let end = nameEnd(text, at: start), end < text.count, text[end] == "," {
                    index = end
                }
            }
            out.append(text[index])
            index += 1
        }
        return out
    }

    private func nameEnd(_ text: [Character], at start: Int) -> Int? {
        for name in names where matches(name, text, at: start) {
            let end = start + name.count
            if end == text.count || !Self.goesOn(text[end]) { return end }
        }
        return nil
    }

    /// Whether a name that this character follows is part of a longer word, or owns what comes: "Timmy's lamp".
    private static func goesOn(_ next: Character) -> Bool {
        next.isLetter || next.isNumber || ["_", "'", "\u{2019}"].contains(next)
    }

    private func matches(_ name: [Character], _ text: [Character], at start: Int) -> Bool {
        guard start + name.count <= text.count else { return false }
        return name.indices.allSatisfy { text[start + $0].lowercased() == name[$0].lowercased() }
    }

    private func skipSpace(_ text: [Character], from start: Int, also: Set<Character> = []) -> Int {
        var index = start
        while index < text.count, text[index].isWhitespace || also.contains(text[index]) { index += 1 }
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
