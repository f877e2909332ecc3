internal import FoundationEssentials
internal import Persona
internal import Routing

/// The parameters of `route` and `think`.
struct ThoughtParams: Sendable {
    /// The task and what comes with it, before the guard.
    var draft = PromptDraft(task: "")
    var persona: String?
    /// Whether nobody speaks: the answer alone, behind the guard of all personas.
    var isPlain = false
    var kind: TaskKind?
    var backend: String?
    var constraints = Selector.Constraints()
    var isCacheable = true
    var reroutesContentPolicy: Bool?
    var affectsState = false
    var isVisible = false
    /// What all of its requests together may cost.
    var maxCost: NanoDollars?
    var maxTokens: Int?
    var temperature: Double?
    var isStreamed = false
    /// Whether what was shown of a stream stands, whatever the judge thinks of it.
    var standsOnceShown = false
    var caller: String?
    /// The client's own name for the conversation that it belongs to.
    var conversation: String?
    /// What tools said that the conversation's last answer called.
    var results: [ToolResult] = []
    /// Its name in the ledger, when the bridge has given it one already.
    var thought: String?
    /// Whether anything of it is kept on this machine.
    var isKept = true
    /// What several models are to agree on; nil for one model's answer.
    var consensus: ConsensusTerms?

    /// What a tool said.
    struct ToolResult: Sendable {
        let call: String
        let text: String
    }

    private static let ofRoute: Set<String> = [
        "task", "instructions", "history", "tools", "attachments", "persona", "kind", "backend", "model", "local_only",
        "prefer_local", "criterion", "tier", "min_quality", "max_cost_usd", "affects_state",
        "visible", "caller", "conversation", "results",
    ]
    private static let ofThink = ofRoute.union([
        "content_policy", "cache", "max_tokens", "temperature", "stop", "stream", "keep", "consensus",
    ])

    /// Reads them.
    /// - Throws: `invalid_params` with the name of the first field that is missing, unknown or wrong.
    init(_ params: Params, isThink: Bool) throws(BridgeError) {
        try params.allow(in: isThink ? Self.ofThink : Self.ofRoute)
        conversation = try params.string("conversation", count: 1...128)
        results = try params.array("results", atMost: 64, Self.result) ?? []
        // Results belong to calls that the bridge knows of, and may be all that there is to say.
        guard results.isEmpty || conversation != nil, Set(results.map(\.call)).count == results.count else {
            throw .invalidParams("results")
        }
        let task = try params.string("task", count: 1...262_144)
        guard task != nil || !results.isEmpty else { throw .invalidParams("task") }
        draft.task = task ?? ""
        draft.instructions = try params.string("instructions", count: 1...65_536)
        draft.history = try params.array("history", atMost: 256, Self.turn) ?? []
        // What was said is either the client's to remember or the bridge's.
        guard draft.history.isEmpty || conversation == nil else { throw .invalidParams("history") }
        draft.tools = try params.array("tools", atMost: 128, Self.tool) ?? []
        draft.attachments = try params.array("attachments", atMost: 16, Self.attachment) ?? []
        persona = try params.string("persona", count: 1...64)
        kind = try params.choice("kind")
        backend = try params.string("backend", count: 1...64)
        constraints.model = try params.string("model", count: 1...128)
        constraints.isLocalOnly = try params.boolean("local_only") ?? false
        constraints.prefersLocal = try params.boolean("prefer_local")
        constraints.criterion = try params.choice("criterion")
        constraints.tier = try params.choice("tier")
        constraints.minQuality = try params.decimal("min_quality", in: 0...1)
        maxCost = try params.decimal("max_cost_usd", in: 0...1_000_000).flatMap { NanoDollars(dollars: $0) }
        constraints.maxCost = maxCost
        isCacheable = try params.boolean("cache") ?? true
        affectsState = try params.boolean("affects_state") ?? false
        isVisible = try params.boolean("visible") ?? false
        if let policy: ContentPolicy = try params.choice("content_policy") {
            reroutesContentPolicy = policy == .reroute
        }
        maxTokens = try params.integer("max_tokens", in: 1...131_072)
        temperature = try params.decimal("temperature", in: 0...2)
        draft.stop = try params.strings("stop", atMost: 4) ?? []
        isStreamed = try params.boolean("stream") ?? false
        caller = try params.string("caller", count: 1...64)
        isKept = try params.boolean("keep") ?? true
        consensus = try ConsensusTerms(params)
        // What was shown of one voice could not be taken back, and a tool is called once.
        guard consensus == nil || !isStreamed else { throw .invalidParams("stream") }
        guard consensus == nil || draft.tools.isEmpty else { throw .invalidParams("tools") }
        guard consensus == nil || backend == nil else { throw .invalidParams("backend") }
    }

    /// What a content filter's verdict leads to.
    private enum ContentPolicy: String {
        case final, reroute
    }

    // MARK: What comes with the task

    private static func turn(_ element: ParamsElement) throws(BridgeError) -> Turn {
        guard case .object(let params) = element else { throw .invalidParams("history") }
        try params.allow("role", "text", "calls", "answers")
        guard let speaker: Turn.Speaker = try params.choice("role") else { throw .invalidParams("role") }
        return Turn(
            speaker,
            try params.string("text", count: 0...262_144) ?? "",
            calls: try params.array("calls", atMost: 64, call) ?? [],
            answeredCall: try params.string("answers", count: 1...128)
        )
    }

    private static func result(_ element: ParamsElement) throws(BridgeError) -> ToolResult {
        guard case .object(let params) = element else { throw .invalidParams("results") }
        try params.allow("call", "text")
        guard let call = try params.string("call", count: 1...128),
            let text = try params.string("text", count: 0...262_144)
        else { throw .invalidParams("results") }
        return ToolResult(call: call, text: text)
    }

    private static func call(_ element: ParamsElement) throws(BridgeError) -> ToolCall {
        guard case .object(let params) = element else { throw .invalidParams("calls") }
        try params.allow("id", "name", "arguments")
        guard let id = try params.string("id", count: 1...128), let name = try params.string("name", count: 1...64),
            let arguments = try params.json("arguments")
        else { throw .invalidParams("calls") }
        return ToolCall(id: id, name: name, arguments: arguments)
    }

    private static func tool(_ element: ParamsElement) throws(BridgeError) -> ToolDefinition {
        guard case .object(let params) = element else { throw .invalidParams("tools") }
        try params.allow("name", "description", "parameters")
        guard let name = try params.string("name", count: 1...64) else { throw .invalidParams("tools") }
        var tool = ToolDefinition(name: name, summary: try params.string("description", count: 0...8_192))
        if let parameters = try params.json("parameters") { tool.parameters = parameters }
        guard tool.parameters.hasPrefix("{") else { throw .invalidParams("parameters") }
        return tool
    }

    /// A media type alone, or an object with the bytes in base64.
    private static func attachment(_ element: ParamsElement) throws(BridgeError) -> Attachment {
        switch element {
        case .string(let type):
            guard (1...128).contains(type.utf8.count) else { throw .invalidParams("attachments") }
            return Attachment(mediaType: type)
        case .object(let params):
            try params.allow("type", "data")
            guard let type = try params.string("type", count: 1...128),
                let text = try params.string("data", count: 1...1_048_576), let data = Data(base64Encoded: text)
            else { throw .invalidParams("attachments") }
            return Attachment(mediaType: type, bytes: Array(data))
        }
    }
}
