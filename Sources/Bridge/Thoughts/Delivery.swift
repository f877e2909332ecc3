internal import Persona
internal import Routing

/// What a thought came to, as its client gets it.
struct Reply: Sendable {
    let answer: Answer
    /// In the persona's words; of a stream, its deltas joined.
    var text: String
    /// The answer alone, through the reply filter and without the persona's words: what is kept of it.
    var plain: String
    /// The tools that the model wants called, by the names that the client gave them.
    var calls: [ToolCall]
    /// How sure the persona was, in its own words; nil when it was sure.
    var certainty: String?
    /// How many terms were replaced and given back.
    var standIns: Int
    /// How many sentences were taken out in which a backend named itself.
    var caught: Int
    /// Whether no backend off this machine might see the task.
    var stays = false
    /// What several models said, where several were asked.
    var consensus: ConsensusReport?
}

/// The step behind the router: an answer on its way to the client, whole or piece by piece, through the reply filter, with
/// the persona's words around it.
struct Delivery: Sendable {
    private var telling: Telling
    private let isStreamed: Bool
    private var filter: ReplyFilter
    private var sequence = 0
    /// What a stream's client has so far.
    private var shown = ""
    /// The same without the persona's words.
    private var plain = ""

    /// How many bytes a delta may have: a backend may send all at once, a line has its limit.
    private static let maxDelta = 32 << 10

    init(_ telling: Telling, _ filter: ReplyFilter, isStreamed: Bool) {
        self.telling = telling
        self.filter = filter
        self.isStreamed = isStreamed
    }

    /// Hands on what happens while the answer comes.
    @inline(never)
    mutating func take(_ event: ThoughtEvent, _ onEvent: (ThoughtService.Event) async -> Void) async {
        switch event {
        case .delta(let text): await emit(telling.hear(text) + tell(filter.feed(text)), onEvent)
        case .restarted(let backend, let failure):
            filter.restart()
            telling.restart()
            sequence = 0
            shown = ""
            plain = ""
            await onEvent(.restarted(backend, failure))
        case .brokeOff(let attempts): await onEvent(.brokeOff(attempts))
        case .switching(let notice): await onEvent(.switching(notice))
        }
    }

    /// The whole of it; a stream's client is given what is left.
    @inline(never)
    mutating func finish(_ answer: Answer, _ onEvent: (ThoughtService.Event) async -> Void) async -> Reply {
        let opening = isStreamed ? [] : telling.hear(answer.text)
        let first = isStreamed ? "" : filter.feed(answer.text)
        let rest = opening + tell(first + filter.finish(isCut: answer.finish == .length))
        let end = telling.finish(Evaluation.ending(of: answer))
        if isStreamed { await emit(rest + end, onEvent) } else { shown = (rest + end).joined() }
        return Reply(
            answer: answer,
            text: shown,
            plain: plain,
            calls: filter.restored(answer.calls),
            certainty: telling.certainty,
            standIns: filter.standIns,
            caught: filter.caught
        )
    }

    /// The answer goes on with this; what may be said now.
    private mutating func tell(_ text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        plain += text
        return telling.feed(text)
    }

    /// One piece of the backend's is one delta, or none.
    private mutating func emit(_ texts: [String], _ onEvent: (ThoughtService.Event) async -> Void) async {
        let text = texts.joined()
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
