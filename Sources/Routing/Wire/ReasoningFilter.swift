/// Takes the reasoning off the front of an answer: `<think>…</think>` before the first word, as open reasoning models write
/// it when their server does not keep it apart (llama.cpp without `--reasoning-format`, older Ollama, vLLM without a parser).
///
/// Only a block that opens the answer is reasoning; the same tags further on are text, say in an answer about HTML. A server
/// that opens the block in the prompt sends only the closing tag; what stands before that is taken for text.
struct ReasoningFilter {
    private enum State {
        /// Nothing but white space, or the beginning of an opening tag.
        case undecided
        /// Inside the block that ends with this tag.
        case reasoning(end: [UInt8])
        /// Behind the block: white space before the answer goes too.
        case leading
        case text
    }

    private static let tags = ["think", "thinking", "thought", "reasoning"].map {
        (opening: Array("<\($0)>".utf8), closing: Array("</\($0)>".utf8))
    }

    private var state = State.undecided
    private var held: [UInt8] = []
    /// How much of it is known to be white space: a model may write that without end.
    private var spaces = 0

    /// What of the next piece is the answer's.
    mutating func feed(_ piece: String) -> String {
        if case .text = state { return piece }
        held += Array(piece.utf8)
        return drain()
    }

    /// What was held back when the answer ended: an opening tag that never became one.
    mutating func finish() -> String {
        defer { held = [] }
        guard case .undecided = state else { return "" }
        state = .text
        return String(decoding: held, as: UTF8.self)
    }

    private mutating func drain() -> String {
        while true {
            switch state {
            case .undecided:
                guard let first = held[spaces...].firstIndex(where: { !Self.isSpace($0) }) else {
                    spaces = held.count
                    return ""
                }
                let start = held[first...]
                if let tag = Self.tags.first(where: { start.starts(with: $0.opening) }) {
                    held.removeFirst(first + tag.opening.count)
                    state = .reasoning(end: tag.closing)
                } else if Self.tags.contains(where: { $0.opening.starts(with: start) }) {
                    return ""
                } else {
                    state = .text
                }
            case .reasoning(let end):
                guard let found = Self.firstRange(of: end, in: held) else {
                    // Of the reasoning only what may be the beginning of its end is kept.
                    held.removeFirst(max(0, held.count - end.count + 1))
                    return ""
                }
                held.removeFirst(found + end.count)
                state = .leading
            case .leading:
                guard let first = held.firstIndex(where: { !Self.isSpace($0) }) else {
                    held = []
                    return ""
                }
                held.removeFirst(first)
                state = .text
            case .text:
                defer { held = [] }
                return String(decoding: held, as: UTF8.self)
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func firstRange(of tag: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= tag.count else { return nil }
        return (0...(bytes.count - tag.count)).first { start in
            bytes[start] == tag[0] && bytes[start..<(start + tag.count)].elementsEqual(tag)
        }
    }
}
