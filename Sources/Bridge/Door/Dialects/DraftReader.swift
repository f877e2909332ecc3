internal import Persona
internal import Routing

/// Gathers what a client sends, message by message, into the draft that the guard judges.
///
/// System messages are instructions wherever they stand. The last message is the task when a user says it; with a tool's
/// result at the end the task is empty, and the result is what is asked about. What comes with any message comes with the
/// task, in order: turns of a history carry texts alone, and a client sends its pictures again with every turn.
struct DraftReader {
    private var instructions: [String] = []
    private var turns: [Turn] = []
    private var attachments: [Attachment] = []

    /// How many messages a request may have. Every agent trims before that.
    static let maxMessages = 2_048
    /// How many parts a message may have.
    static let maxParts = 1_024
    /// How many tools may be offered.
    static let maxTools = 256
    /// How many pictures and files may come.
    static let maxAttachments = 1_024
    /// How many calls an assistant's message may have, as in an answer.
    static let maxCalls = 256

    mutating func instruct(_ text: String) { if !text.isEmpty { instructions.append(text) } }

    mutating func add(_ turn: Turn) { turns.append(turn) }

    mutating func attach(_ attachment: Attachment, _ path: String) throws(FieldFault) {
        guard attachments.count < Self.maxAttachments else {
            throw FieldFault(path, "is one of more than \(Self.maxAttachments) pictures and files")
        }
        attachments.append(attachment)
    }

    /// What was said, in one text.
    static func joined(_ texts: [String]) -> String { texts.count == 1 ? texts[0] : texts.joined(separator: "\n\n") }

    /// The draft.
    /// - Parameters:
    ///   - form: what is asked of the answer's form, as instructions before the client's own.
    ///   - tools: what may be called.
    /// - Throws: when nothing is asked.
    func draft(_ form: AnswerForm, tools: [ToolDefinition], stop: [String]) throws(FieldFault) -> PromptDraft {
        var history = turns
        guard let last = history.last else { throw FieldFault("messages", "must hold a message of the user's") }
        var task = ""
        switch last.speaker {
        case .user:
            task = last.text
            history.removeLast()
            guard !task.isEmpty || !attachments.isEmpty else {
                throw FieldFault("messages", "must end with a message that is not empty")
            }
        case .tool: break
        case .assistant:
            throw .unsupported(
                "messages",
                "must end with a message of the user's or a tool's result: an answer that is begun is not gone on with"
            )
        }
        let instructions = Self.joined(form.instructions + instructions)
        return PromptDraft(
            task: task,
            instructions: instructions.isEmpty ? nil : instructions,
            history: history,
            tools: form.offered(tools),
            attachments: attachments,
            stop: stop
        )
    }
}

extension ThoughtParams {
    /// A thought of that draft, and nothing more said.
    init(_ draft: PromptDraft) { self.draft = draft }
}
