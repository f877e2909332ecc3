internal import Persona

/// An answer in the making: what the events of a stream, or the one piece of a whole reply, add up to.
struct PartialAnswer {
    /// The text so far.
    private(set) var text = ""
    /// The part of it that nobody has taken yet.
    private var fresh = ""
    /// The calls of tools so far.
    private(set) var calls = PartialCalls()
    /// How it ended; nil while it has not said so.
    var finish: FinishReason?
    /// The model that says it answers.
    var model: String?
    /// The last counts.
    var usage = Usage.missing
    /// The cost that the backend itself named.
    var cost: NanoDollars?
    /// The model refuses. Its counts are still to come, so the rest of the stream is read; its text is nobody's.
    var isRefused = false
    /// What follows is no part of the answer.
    var isOver = false
    /// Whether the model has moved on since the last look.
    var hasProgressed = false
    private var reasoning = ReasoningFilter()

    /// Adds text.
    mutating func add(_ piece: String) {
        guard !piece.isEmpty else { return }
        hasProgressed = true
        guard !isRefused else { return }
        append(reasoning.feed(piece))
    }

    /// No more text will come.
    mutating func end() { append(reasoning.finish()) }

    private mutating func append(_ piece: String) {
        text += piece
        fresh += piece
    }

    /// Adds a call of a tool, or a fragment of one.
    mutating func add(index: Int?, id: String?, name: String?, arguments: String?) {
        hasProgressed = true
        calls.add(index: index, id: id, name: name, arguments: arguments)
    }

    /// Adds a call of a tool that comes in one piece: another piece is another call.
    mutating func addWhole(id: String?, name: String?, arguments: String?) {
        hasProgressed = true
        calls.addWhole(id: id, name: name, arguments: arguments)
    }

    /// The text that was added since the last time, and whether anything moved.
    mutating func take() throws(WireError) -> (text: String, hasProgressed: Bool) {
        guard text.utf8.count + calls.size <= Completion.maxText else { throw WireError(.tooLarge) }
        defer {
            fresh = ""
            hasProgressed = false
        }
        return (isRefused ? "" : fresh, hasProgressed)
    }

    /// The whole answer, if it is one.
    func completion() throws(WireError) -> Completion {
        guard !isRefused else { throw WireError(.refused) }
        guard let finish else { throw WireError(.streamBroken) }
        guard text.utf8.count + self.calls.size <= Completion.maxText else { throw WireError(.tooLarge) }
        let calls = try calls.whole()
        guard !text.isEmpty || !calls.isEmpty else { throw WireError(.empty) }
        return Completion(
            text: text,
            calls: calls,
            // Some servers say "stop" when they call a tool.
            finish: calls.isEmpty || finish == .length ? finish : .toolCalls,
            model: model,
            usage: usage,
            reportedCost: cost
        )
    }
}

/// Calls of tools that come whole or in fragments.
struct PartialCalls {
    private var calls: [ToolCall] = []
    private var indices: [Int?] = []
    /// How many bytes names and arguments have.
    private(set) var size = 0
    /// How many calls an answer may have: each fragment looks for its own among them.
    private static let most = 256

    /// Adds a call or a fragment of one.
    ///
    /// A fragment belongs to the call of its `index`; but Gemini's compatible endpoint counts every call as 0, and some
    /// servers do not count: another id is another call.
    mutating func add(index: Int?, id: String?, name: String?, arguments: String?) {
        let id = id ?? ""
        let name = name ?? ""
        let arguments = arguments ?? ""
        size += id.utf8.count + name.utf8.count + arguments.utf8.count
        if let position = position(index: index, id: id, name: name) {
            if calls[position].id.isEmpty { calls[position].id = id }
            if calls[position].name.isEmpty { calls[position].name = name }
            calls[position].arguments += arguments
        } else {
            append(ToolCall(id: id, name: name, arguments: arguments), index)
        }
    }

    /// One call too many makes the whole too large.
    private mutating func append(_ call: ToolCall, _ index: Int?) {
        guard calls.count < Self.most else { return size += Completion.maxText + 1 }
        calls.append(call)
        indices.append(index)
    }

    /// Adds a call that comes in one piece.
    mutating func addWhole(id: String?, name: String?, arguments: String?) {
        let call = ToolCall(id: id ?? "", name: name ?? "", arguments: arguments ?? "")
        size += call.id.utf8.count + call.name.utf8.count + call.arguments.utf8.count
        append(call, nil)
    }

    private func position(index: Int?, id: String, name: String) -> Int? {
        if let index {
            return indices.lastIndex(of: index).flatMap { id.isEmpty || [id, ""].contains(calls[$0].id) ? $0 : nil }
        }
        if !id.isEmpty { return calls.lastIndex { $0.id == id } }
        return name.isEmpty ? calls.indices.last : nil
    }

    /// The calls, each with an id, a name and arguments.
    /// - Throws: ``FailureClass/lowQuality`` when one has no name, or arguments that are no JSON object: the model made
    ///   the mistake, and nobody could do anything with the call.
    func whole() throws(WireError) -> [ToolCall] {
        var whole: [ToolCall] = []
        for var call in calls {
            // Gemini and Ollama give no ids; a result must be able to name its call.
            if !call.id.isPlainWord { call.id = "call_\(whole.count + 1)" }
            if call.arguments.isEmpty { call.arguments = "{}" }
            guard call.name.isPlainWord, JSONValue.object(call.arguments) != nil else { throw WireError(.lowQuality) }
            whole.append(call)
        }
        return whole
    }
}

extension String {
    /// Whether it can be the name of a model or a call: 1 to 128 printable ASCII characters without a space. A backend's
    /// word goes into the ledger and to the client; a text of any length or content must not.
    var isPlainWord: Bool {
        (1...128).contains(utf8.count) && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
