/// The texts of a draft in one row, as they are joined for detection, and where each belongs.
struct DraftParts: Sendable, Undisclosed {
    var texts: [String] = []
    private(set) var fields: [GuardRefusal.Field] = []
    /// Which of them a user said in a turn before.
    private(set) var said: [Int] = []

    init(_ draft: PromptDraft) {
        add(draft.task, .task)
        if let instructions = draft.instructions { add(instructions, .instructions) }
        for turn in draft.history {
            if turn.speaker == .user { said.append(texts.count) }
            add(turn.text, .history)
            if let call = turn.answeredCall { add(call, .history) }
            for call in turn.calls { [call.id, call.name, call.arguments].forEach { add($0, .history) } }
        }
        for tool in draft.tools {
            add(tool.name, .tools)
            if let summary = tool.summary { add(summary, .tools) }
            add(tool.parameters, .tools)
        }
        for attachment in draft.attachments { add(attachment.mediaType, .attachments) }
        for stop in draft.stop { add(stop, .stop) }
    }

    private mutating func add(_ text: String, _ field: GuardRefusal.Field) {
        texts.append(text)
        fields.append(field)
    }

    /// The place of an attachment's media type.
    func place(ofAttachment number: Int) -> Int { (fields.firstIndex(of: .attachments) ?? 0) + number }

    /// The draft with these texts in the places of its own.
    func draft(like old: PromptDraft) -> PromptDraft {
        var texts = texts[...]
        func next() -> String { texts.removeFirst() }
        var draft = old
        draft.task = next()
        draft.instructions = old.instructions.map { _ in next() }
        draft.history = old.history.map { old in
            var turn = old
            turn.text = next()
            turn.answeredCall = old.answeredCall.map { _ in next() }
            turn.calls = old.calls.map { _ in ToolCall(id: next(), name: next(), arguments: next()) }
            return turn
        }
        draft.tools = old.tools.map { old in
            ToolDefinition(name: next(), summary: old.summary.map { _ in next() }, parameters: next())
        }
        draft.attachments = old.attachments.map { Attachment(mediaType: next(), bytes: $0.bytes) }
        draft.stop = old.stop.map { _ in next() }
        return draft
    }
}
