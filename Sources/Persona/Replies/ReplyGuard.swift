/// Takes a backend's own naming out of its reply, sentence by sentence, as the reply comes.
///
/// Models name themselves and their makers, often the wrong ones, so every vendor's name counts. Code and quotations pass,
/// and so does talk about a vendor: only a sentence in which the speaker says who it is goes. It holds back the sentence
/// that is being written, and no more than ``longestHeld`` characters of it.
public struct ReplyGuard: Sendable, Undisclosed {
    /// How much of an unfinished sentence is held back.
    public static let longestHeld = 400

    /// How many sentences were taken out or cut.
    public private(set) var caught = 0
    private var held: [Character] = []
    private var isInCode = false
    /// Whether the last sentence went, so that the space behind it goes too.
    private var isAfterCut = false

    /// For one reply.
    public init() {}

    /// What may be shown after this piece.
    public mutating func feed(_ piece: String) -> String {
        held += piece
        return drain(isEnd: false)
    }

    /// What is left at the end.
    public mutating func finish() -> String { drain(isEnd: true) }

    private mutating func drain(isEnd: Bool) -> String {
        var out = ""
        var start = 0
        while let end = sentenceEnd(from: start, isEnd: isEnd) {
            out += passed(held[start..<end])
            start = end
        }
        held.removeFirst(start)
        return out
    }

    /// The end of the sentence that begins here, its white space included; nil while it goes on.
    private func sentenceEnd(from start: Int, isEnd: Bool) -> Int? {
        guard start < held.count else { return nil }
        if held[start].isWhitespace { return start + 1 }
        var index = start
        while index < held.count {
            let character = held[index]
            if character.isNewline { return index }
            if !isInCode {
                if Self.wideEnds.contains(character) { return index + 1 }
                if Self.ends.contains(character), let end = endBehindMark(index) { return end }
            }
            index += 1
            if index - start >= Self.longestHeld { return index }
        }
        return isEnd ? index : nil
    }

    private static let ends: Set<Character> = [".", "!", "?", "\u{2026}"]
    private static let wideEnds: Set<Character> = ["\u{3002}", "\u{FF01}", "\u{FF1F}"]
    private static let closers: Set<Character> = ["\"", "'", ")", "*", "_", "\u{201D}", "\u{2019}", "\u{BB}"]

    /// A mark ends a sentence if white space follows it, or quotation marks and then white space.
    private func endBehindMark(_ mark: Int) -> Int? {
        var index = mark + 1
        while index < held.count, Self.ends.contains(held[index]) || Self.closers.contains(held[index]) { index += 1 }
        return index < held.count && held[index].isWhitespace ? index : nil
    }

    private mutating func passed(_ sentence: ArraySlice<Character>) -> String {
        let text = String(sentence)
        if sentence.count == 1, let space = sentence.first, space.isWhitespace {
            // The space behind what went goes with it; an end of line stays.
            defer { isAfterCut = isAfterCut && !space.isNewline }
            return isAfterCut && !space.isNewline ? "" : text
        }
        if text.hasPrefix("```") || text.hasPrefix("~~~") {
            isInCode.toggle()
            return text
        }
        isAfterCut = false
        guard !isInCode else { return text }
        switch SelfNaming.judge(text) {
        case .none: return text
        case .cut(let rest):
            caught += 1
            isAfterCut = rest.isEmpty
            return rest
        }
    }
}
