internal import Persona

/// What a reply goes through before the persona says it: the backend's own naming goes, what stood for something comes
/// back. One for each answer that is begun.
struct ReplyFilter: Sendable {
    /// How many terms have a stand-in.
    let standIns: Int
    private let pseudonyms: Pseudonyms?
    /// The names that tools have for the client, by those that the backend knows.
    private let names: [String: String]
    private var reply = ReplyGuard()
    private var restorer: PseudonymRestorer?

    /// For a request that left as it was.
    init() {
        pseudonyms = nil
        standIns = 0
        names = [:]
    }

    /// For a request with stand-ins.
    /// - Parameters:
    ///   - tools: the tools as the client named them.
    ///   - called: the same ones as the backend knows them.
    init(_ pseudonyms: Pseudonyms, tools: [ToolDefinition], called: [ToolDefinition]) {
        self.pseudonyms = pseudonyms
        standIns = pseudonyms.count
        names = Dictionary(zip(called.map(\.name), tools.map(\.name))) { first, _ in first }
        restorer = PseudonymRestorer(pseudonyms)
    }

    /// How many sentences were taken out.
    var caught: Int { reply.caught }

    /// What may be said after this piece.
    mutating func feed(_ piece: String) -> String {
        let kept = reply.feed(piece)
        return restorer?.feed(kept) ?? kept
    }

    /// What is left at the end.
    /// - Parameter isCut: whether the answer broke off at its longest length.
    mutating func finish(isCut: Bool) -> String {
        let kept = reply.finish()
        guard restorer != nil else { return kept }
        return (restorer?.feed(kept) ?? "") + (restorer?.finish(isCut: isCut) ?? "")
    }

    /// For the same request's next answer.
    mutating func restart() {
        reply = ReplyGuard()
        restorer = pseudonyms.map { PseudonymRestorer($0) }
    }

    /// The calls as the client's tools take them.
    func restored(_ calls: [ToolCall]) -> [ToolCall] {
        guard let pseudonyms else { return calls }
        let plain = PseudonymRestorer(pseudonyms)
        let json = PseudonymRestorer(pseudonyms, isJSON: true)
        return calls.map { call in
            ToolCall(
                id: plain.restored(call.id),
                name: names[call.name] ?? plain.restored(call.name),
                arguments: json.restored(call.arguments)
            )
        }
    }
}
