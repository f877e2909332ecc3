internal import Persona
internal import Routing

/// What a thought came to, as its client gets it.
struct Reply: Sendable {
    let answer: Answer
    /// In the persona's words; of a stream, its deltas joined.
    var text: String
    /// The tools that the model wants called, by the names that the client gave them.
    var calls: [ToolCall]
    /// How many terms were replaced and given back.
    var standIns: Int
    /// How many sentences were taken out in which a backend named itself.
    var caught: Int
}

/// The step behind the router: an answer on its way to the client, whole or piece by piece, through the reply filter, with
/// the persona's words around it.
struct Delivery: Sendable {
    private let opening: String
    private let closing: String
    /// Said when nothing is left of an answer that only said who speaks.
    private let refusal: String
    private let isStreamed: Bool
    private var filter: ReplyFilter
    private var sequence = 0
    /// What a stream's client has so far.
    private var shown = ""
    /// Whether any of it is the backend's.
    private var hasText = false

    /// How many bytes a delta may have: a backend may send all at once, a line has its limit.
    private static let maxDelta = 32 << 10

    init(_ voice: Voice, _ admitted: Admission.Admitted, isStreamed: Bool) {
        opening = voice.pick(\.opening, seed: admitted.seed)
        closing = voice.pick(\.closing, seed: admitted.seed)
        refusal = voice.pick(\.refusal, seed: admitted.seed)
        self.isStreamed = isStreamed
        filter = admitted.filter
    }

    /// Hands on what happens while the answer comes.
    mutating func take(_ event: ThoughtEvent, _ onEvent: (ThoughtService.Event) async -> Void) async {
        switch event {
        case .delta(let text):
            // The opening does not wait for the first whole sentence.
            await open(onEvent)
            await say(filter.feed(text), onEvent)
        case .restarted(let backend, let failure):
            filter.restart()
            sequence = 0
            shown = ""
            hasText = false
            await onEvent(.restarted(backend, failure))
        }
    }

    /// The whole of it; a stream's client is given what is left.
    mutating func finish(_ answer: Answer, _ onEvent: (ThoughtService.Event) async -> Void) async -> Reply {
        let first = isStreamed ? "" : filter.feed(answer.text)
        let rest = first + filter.finish(isCut: answer.finish == .length)
        let calls = filter.restored(answer.calls)
        if isStreamed {
            // An answer may hold no text at all: a call of tools, say.
            await open(onEvent)
            await say(rest, onEvent)
            await emit(isEmptied(calls) ? refusal : closing, onEvent)
        } else {
            hasText = !rest.allSatisfy(\.isWhitespace)
            shown = opening + rest + (isEmptied(calls) ? refusal : closing)
        }
        return Reply(answer: answer, text: shown, calls: calls, standIns: filter.standIns, caught: filter.caught)
    }

    /// Whether there is nothing left of an answer but that it said who speaks.
    private func isEmptied(_ calls: [ToolCall]) -> Bool { !hasText && filter.caught > 0 && calls.isEmpty }

    private mutating func open(_ onEvent: (ThoughtService.Event) async -> Void) async {
        if sequence == 0 { await emit(opening, onEvent) }
    }

    /// Says what is the backend's.
    private mutating func say(_ text: String, _ onEvent: (ThoughtService.Event) async -> Void) async {
        hasText = hasText || !text.allSatisfy(\.isWhitespace)
        await emit(text, onEvent)
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
