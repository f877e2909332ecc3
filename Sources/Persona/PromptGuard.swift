/// What a backend may see of a task. Only ``PromptGuard`` makes one.
///
/// The initialiser is private to this file, the type is not decodable and nothing about it can be changed: a prompt that
/// did not pass the guard is a compile error. The seal keeps the rest of this module out too: an initialiser in another
/// file could set the other fields, and cannot make that one. It can be copied, because a fallback sends it to several backends.
public struct BlindPrompt: Sendable, Undisclosed {
    /// The task, without address and without any identity term.
    public let task: String
    /// The caller's own task-scoped system prompt; nil for the one of the task's kind.
    public let instructions: String?
    /// What was said before, the oldest first.
    public let history: [Turn]
    /// The tools that the model may call.
    public let tools: [ToolDefinition]
    /// What comes with the task, such as an image.
    public let attachments: [Attachment]
    private let seal: Seal

    fileprivate struct Seal: Sendable {}

    fileprivate init(_ draft: PromptDraft) {
        self.task = draft.task
        self.instructions = draft.instructions
        self.history = draft.history
        self.tools = draft.tools
        self.attachments = draft.attachments
        self.seal = Seal()
    }
}

/// Why the guard let nothing through. It carries the class and the field, never the text.
public struct GuardRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The part of the draft that held it.
    public enum Field: String, Sendable {
        case task, instructions, history, tools, attachments
    }

    /// The class of the first term found.
    public let identityClass: IdentityClass
    /// Where it stood.
    public let field: Field

    /// Safe to log.
    public var description: String { "an identity term of class \(identityClass.rawValue) in \(field.rawValue)" }
}

/// The one gate between a persona's world and the backends: takes the address out, and refuses what still names one.
public struct PromptGuard: Sendable {
    private let index: IdentityIndex
    private let stripper: AddressStripper

    /// The gate of one persona.
    /// - Parameter index: the terms of **all** personas of the daemon; this one's names are those that are stripped.
    public init(persona: PersonaCard, index: IdentityIndex) {
        self.index = index
        self.stripper = AddressStripper(names: persona.identity.spokenNames)
    }

    /// The draft as a backend may see it.
    /// - Throws: ``GuardRefusal`` when any part of it holds an identity term.
    public func blind(_ draft: PromptDraft) throws(GuardRefusal) -> BlindPrompt {
        var draft = draft
        // Most tasks name nobody, and one look is enough for them. Whatever the stripper takes out is in the index too.
        if index.firstClass(in: draft.task) != nil {
            draft.task = stripper.strip(draft.task)
            try admit(draft.task, .task)
        }
        try admit(draft.instructions, .instructions)
        for turn in draft.history {
            try admit(turn.text, .history)
            try admit(turn.answeredCall, .history)
            for call in turn.calls { try admit(call, .history) }
        }
        for tool in draft.tools {
            try admit(tool.name, .tools)
            try admit(tool.summary, .tools)
            try admit(tool.parameters, .tools)
        }
        for attachment in draft.attachments { try admit(attachment.mediaType, .attachments) }
        return BlindPrompt(draft)
    }

    private func admit(_ call: ToolCall, _ field: GuardRefusal.Field) throws(GuardRefusal) {
        for text in [call.id, call.name, call.arguments] { try admit(text, field) }
    }

    private func admit(_ text: String?, _ field: GuardRefusal.Field) throws(GuardRefusal) {
        guard let text, let found = index.firstClass(in: text) else { return }
        throw GuardRefusal(identityClass: found, field: field)
    }
}
