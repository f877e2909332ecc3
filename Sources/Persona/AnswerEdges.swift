/// How a line of the persona's may stand beside an answer without becoming a part of it.
enum Beside {
    /// In the same paragraph, behind a space.
    case glued
    /// In a paragraph of its own: what it stands beside is a block of Markdown, such as code, a table or a list.
    case apart
    /// Not at all: the answer is for a program, such as JSON.
    case nowhere
}

/// How an answer begins and ends, in the terms of Markdown (https://spec.commonmark.org/0.31.2/).
enum AnswerEdges {
    /// How much of an answer may be needed to see how it begins, white space not counted.
    private static let longestMark = 8

    /// Whether an answer is for people and not for a program, such as JSON, by its first character.
    /// - Returns: nil while there is nothing but white space.
    static func isForPeople(_ head: String) -> Bool? {
        head.unicodeScalars.first { !$0.properties.isWhitespace }.map { !["{", "[", "<"].contains($0) }
    }

    /// How a line may stand before the answer.
    /// - Returns: nil while that cannot be seen yet.
    static func before(_ head: String, isEnd: Bool) -> Beside? {
        let scalars = head.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }) else { return nil }
        let indentation = scalars[..<start].reversed().prefix { $0 != "\n" }
        if indentation.count >= 4 || indentation.contains("\t") { return .apart }
        let mark = scalars[start...].prefix(longestMark)
        switch mark.first ?? " " {
        case "{", "[", "<": return .nowhere
        case "|": return .apart
        case "`", "~", "#", ">", "*", "+", "-", "$", "\\", "\u{2022}", "0"..."9":
            guard isEnd || mark.count == longestMark || mark.contains("\n") else { return nil }
            return opensBlock(Substring(mark)) ? .apart : .glued
        default: return .glued
        }
    }

    /// How a line may stand behind the answer.
    static func behind(_ answer: String) -> Beside {
        var fence: Fence?
        var last: Substring = ""
        var isClosing = false
        for line in answer.split(whereSeparator: \.isNewline) {
            last = line
            isClosing = false
            if let open = fence {
                isClosing = open.isClosed(by: line)
                if isClosing { fence = nil }
            } else {
                fence = Fence(line)
            }
        }
        // Inside code that is not closed, any line would be code.
        if fence != nil { return .nowhere }
        let indentation = last.prefix { $0 == " " || $0 == "\t" }
        if isClosing || indentation.count >= 4 || indentation.contains("\t") { return .apart }
        let text = last.dropFirst(indentation.count)
        if text.hasPrefix("|") || opensBlock(text) { return .apart }
        return text.last.map { "}]>|".contains($0) } ?? false ? .apart : .glued
    }

    /// Whether a line begins with the mark of a fence, a heading, a quotation, a list or a formula.
    private static func opensBlock(_ line: Substring) -> Bool {
        if ["```", "~~~", "$$", "\\[", "\\("].contains(where: line.hasPrefix) { return true }
        let mark = line.prefix { !$0.isWhitespace }
        if mark.isEmpty || mark.count == line.count && mark.count > 6 { return false }
        if mark.allSatisfy({ $0 == "#" }) { return true }
        if [">", "*", "+", "-", "\u{2022}"].contains(mark) { return true }
        return mark.count > 1 && mark.dropLast().allSatisfy { $0.isASCII && $0.isNumber }
            && (mark.last == "." || mark.last == ")")
    }

    /// An open fence of code.
    private struct Fence {
        let mark: Character
        let length: Int

        init?(_ line: Substring) {
            let text = line.drop { $0 == " " }
            guard let mark = text.first, mark == "`" || mark == "~" else { return nil }
            length = text.prefix { $0 == mark }.count
            // Three backticks in one line, with more behind them: code in a sentence.
            guard length >= 3, mark == "~" || !text.dropFirst(length).contains("`") else { return nil }
            self.mark = mark
        }

        func isClosed(by line: Substring) -> Bool {
            let text = line.drop { $0 == " " }
            let run = text.prefix { $0 == mark }.count
            return run >= length && text.dropFirst(run).allSatisfy(\.isWhitespace)
        }
    }
}
