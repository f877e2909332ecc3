/// Untrusted text on its way to the guard: what a player typed, and what comes with it.
public struct PromptDraft: Sendable, Undisclosed {
    /// The task as typed.
    public var task: String
    /// A task-scoped system prompt of the caller's own; nil for the one of the task's kind.
    public var instructions: String?
    /// What was said before, the oldest first.
    public var history: [Turn]
    /// The tools that the model may call.
    public var tools: [ToolDefinition]
    /// What comes with the task, such as an image.
    public var attachments: [Attachment]
    /// Texts that end the answer.
    public var stop: [String]

    /// A draft of the given parts.
    public init(
        task: String,
        instructions: String? = nil,
        history: [Turn] = [],
        tools: [ToolDefinition] = [],
        attachments: [Attachment] = [],
        stop: [String] = []
    ) {
        self.task = task
        self.instructions = instructions
        self.history = history
        self.tools = tools
        self.attachments = attachments
        self.stop = stop
    }
}

/// One turn of a conversation before the task.
public struct Turn: Sendable, Equatable, Undisclosed {
    /// Who spoke.
    public enum Speaker: String, Sendable {
        case user, assistant
        /// The result of a tool's call; ``Turn/answeredCall`` names the call.
        case tool
    }

    /// Who spoke.
    public var speaker: Speaker
    /// What was said; may be empty beside calls of tools.
    public var text: String
    /// The tools that an assistant called.
    public var calls: [ToolCall]
    /// The id of the call whose result a tool's turn is.
    public var answeredCall: String?

    /// A turn.
    public init(_ speaker: Speaker, _ text: String, calls: [ToolCall] = [], answeredCall: String? = nil) {
        self.speaker = speaker
        self.text = text
        self.calls = calls
        self.answeredCall = answeredCall
    }
}

/// A tool that a model may call.
public struct ToolDefinition: Sendable, Equatable, Undisclosed {
    /// Its name: letters, digits, `_` and `-`.
    public var name: String
    /// What it does, for the model.
    public var summary: String?
    /// Its parameters as JSON Schema, one JSON object as text.
    public var parameters: String

    /// A definition.
    public init(name: String, summary: String? = nil, parameters: String = #"{"type":"object","properties":{}}"#) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
    }
}

/// A model's wish to call a tool.
public struct ToolCall: Sendable, Equatable, Undisclosed {
    /// The id by which the tool's result names it.
    public var id: String
    /// The tool's name.
    public var name: String
    /// The arguments, one JSON object as text.
    public var arguments: String

    /// A call.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// What comes with a task.
public struct Attachment: Sendable, Equatable, Undisclosed {
    /// Its media type, such as `image/png`.
    public var mediaType: String
    /// Its bytes; empty when only its kind is known, which is enough to choose a backend.
    public var bytes: [UInt8]

    /// An attachment.
    public init(mediaType: String, bytes: [UInt8] = []) {
        self.mediaType = mediaType
        self.bytes = bytes
    }
}
