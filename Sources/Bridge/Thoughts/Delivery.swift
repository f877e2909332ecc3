internal import Persona
internal import Routing

/// What a thought came to, as its client gets it.
struct Reply: Sendable {
    let answer: Answer
    /// In the persona's words; of a stream, its deltas joined.
    var text: String
    /// The answer alone, as the client gets it: what is kept of it.
    var plain: String
    /// The tools that the model wants called, by the names that the client gave them.
    var calls: [ToolCall]
}

/// The step behind the router: an answer on its way to the client, whole or piece by piece, with the persona's words
/// around it.
struct Delivery: Sendable {
    private let opening: String
    private let closing: String
    private let isStreamed: Bool
    private var sequence = 0
    /// What a stream's client has so far.
    private var shown = ""

    /// How many bytes a delta may have: a backend may send all at once, a line has its limit.
    private static let maxDelta = 32 << 10

    init(_ voice: Voice, seed: UInt64, isStreamed: Bool) {
        opening = voice.pick(\.opening, seed: seed)
        closing = voice.pick(\.closing, seed: seed)
        self.isStreamed = isStreamed
    }

    /// Hands on what happens while the answer comes.
    mutating func take(_ event: ThoughtEvent, _ onEvent: (ThoughtService.Event) async -> Void) async {
        switch event {
        case .delta(let text):
            if sequence == 0 { await emit(opening, onEvent) }
            await emit(text, onEvent)
        case .restarted(let backend, let failure):
            sequence = 0
            shown = ""
            await onEvent(.restarted(backend, failure))
        }
    }

    /// The whole of it; a stream's client is given what is left.
    mutating func finish(_ answer: Answer, _ onEvent: (ThoughtService.Event) async -> Void) async -> Reply {
        guard isStreamed else {
            return Reply(answer: answer, text: opening + answer.text + closing, plain: answer.text, calls: answer.calls)
        }
        // An answer may hold no text at all: a call of tools, say.
        if sequence == 0 { await emit(opening, onEvent) }
        await emit(closing, onEvent)
        return Reply(answer: answer, text: shown, plain: answer.text, calls: answer.calls)
    }

    private mutating func emit(_ text: String, _ onEvent: (ThoughtService.Event) async -> Void) async {
        shown += text
        for piece in text.pieces(atMost: Self.maxDelta) {
            await onEvent(.delta(sequence: sequence, text: piece))
            sequence += 1
        }
    }
}

extension String {
    /// The text in pieces of at most so many bytes of UTF-8, cut between scalars; none for an empty text.
    func pieces(atMost limit: Int) -> [String] {
        guard utf8.count > limit else { return isEmpty ? [] : [self] }
        var pieces: [String] = []
        var start = startIndex
        while start < endIndex {
            var end = utf8.index(start, offsetBy: limit, limitedBy: endIndex) ?? endIndex
            while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
            pieces.append(String(self[start..<end]))
            start = end
        }
        return pieces
    }
}
