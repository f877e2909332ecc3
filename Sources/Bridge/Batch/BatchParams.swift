internal import Persona
internal import Routing

/// The parameters of `batch`.
struct BatchParams: Sendable {
    var items: [String]
    var form: BatchForm
    /// How many items are asked at once.
    var size: Int
    /// What each request has besides its task.
    var common: ThoughtParams

    static let mostItems = 200
    private static let longest = 8_192

    /// Reads them.
    /// - Throws: `invalid_params` with the name of the first field that is missing, unknown or wrong.
    init(_ params: Params) throws(BridgeError) {
        try params.allow("items", "question", "labels", "size", "backend", "model", "local_only", "caller")
        let items = try params.array("items", atMost: Self.mostItems) { element throws(BridgeError) in
            guard case .string(let text) = element, (1...Self.longest).contains(text.utf8.count) else {
                throw .invalidParams("items")
            }
            return text
        }
        guard let items, !items.isEmpty else { throw .invalidParams("items") }
        guard let question = try params.string("question", count: 1...2_000) else { throw .invalidParams("question") }
        guard let labels = try params.strings("labels", atMost: 32), labels.count >= 2,
            Set(labels.map { $0.lowercased() }).count == labels.count,
            labels.allSatisfy({ $0.utf8.count <= 64 && !$0.contains { $0.isNewline || $0 == ":" || $0 == "|" } })
        else { throw .invalidParams("labels") }
        self.items = items
        form = BatchForm(question: question, labels: labels)
        size = try params.integer("size", in: 1...50) ?? 10
        common = ThoughtParams(task: "")
        common.backend = try params.string("backend", count: 1...64)
        common.constraints.model = try params.string("model", count: 1...128)
        common.constraints.isLocalOnly = try params.boolean("local_only") ?? false
        common.caller = try params.string("caller", count: 1...64)
    }

    /// The request for a task.
    func request(_ task: String, answers: Int) -> ThoughtParams {
        var request = common
        request.draft.task = task
        request.maxTokens = 16 + answers * 24
        return request
    }
}

extension ThoughtParams {
    /// A classification in nobody's voice, of which nothing is kept.
    fileprivate init(task: String) {
        draft = PromptDraft(task: task)
        isPlain = true
        isKept = false
        kind = .classification
        temperature = 0
    }
}
