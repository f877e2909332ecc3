internal import FoundationEssentials
internal import Persona

/// A prompt as a list of messages that every vendor takes.
///
/// Vendors differ in what they refuse: a conversation that begins with the assistant, two turns of one speaker in a row,
/// a call of a tool without a result, a result without a call, an id twice. None of these is left here. Ids are
/// numbered anew: they are of one form for all vendors, and tell nothing of where they come from.
struct Conversation {
    /// One message.
    enum Message {
        case user(String, [Attachment])
        case assistant(String, [ToolCall])
        /// The results of all calls of the assistant's message before it, in the order of the calls.
        case results([(call: ToolCall, text: String)])
    }

    /// The messages; the last one is what is asked now.
    private(set) var messages: [Message] = []

    /// What stands for a result that the history lacks.
    static let noResult = "There is no result."
    /// What stands before an assistant's turn that nobody asked for.
    static let opening = "Begin."

    init(_ prompt: BlindPrompt) {
        guard !(prompt.history.isEmpty && prompt.attachments.isEmpty) else {
            messages = [.user(prompt.task, [])]
            return
        }
        let history = prompt.history
        var answers = Set<Int>()
        var number = 0
        for (position, turn) in history.enumerated() {
            switch turn.speaker {
            case .user: addUser(turn.text, [])
            case .assistant:
                let calls = turn.calls.map { call in
                    number += 1
                    return ToolCall(id: "call_\(number)", name: call.name, arguments: call.arguments)
                }
                addAssistant(turn.text, calls)
                guard !calls.isEmpty else { continue }
                messages.append(
                    .results(
                        zip(turn.calls, calls).map { said, call in
                            let answer = history.indices.dropFirst(position + 1).first {
                                history[$0].speaker == .tool && !answers.contains($0)
                                    && [said.id, nil].contains(history[$0].answeredCall)
                            }
                            if let answer { answers.insert(answer) }
                            return (call, answer.map { history[$0].text } ?? Self.noResult)
                        }
                    )
                )
            // A result that no call asked for is what somebody says.
            case .tool: if !answers.contains(position) { addUser(turn.text, []) }
            }
        }
        let attachments = prompt.attachments.filter { !$0.bytes.isEmpty }
        // With nothing to add behind a tool's result, the result is what is asked about.
        if case .results = messages.last, prompt.task.isEmpty, attachments.isEmpty { return }
        addUser(prompt.task, attachments, isTask: true)
    }

    private mutating func addUser(_ text: String, _ attachments: [Attachment], isTask: Bool = false) {
        guard isTask || !text.isEmpty else { return }
        if case .user(let before, _) = messages.last {
            messages[messages.count - 1] = .user(before.isEmpty ? text : before + "\n\n" + text, attachments)
        } else {
            messages.append(.user(text, attachments))
        }
    }

    private mutating func addAssistant(_ text: String, _ calls: [ToolCall]) {
        guard !text.isEmpty || !calls.isEmpty else { return }
        if messages.isEmpty { messages.append(.user(Self.opening, [])) }
        if calls.isEmpty, case .assistant(let before, let beforeCalls) = messages.last, beforeCalls.isEmpty {
            messages[messages.count - 1] = .assistant(before + "\n\n" + text, [])
        } else {
            messages.append(.assistant(text, calls))
        }
    }
}

extension Attachment {
    /// What it is, as far as vendors treat it apart.
    enum Material {
        case image, audio, video
        /// PDF.
        case document
        /// Anything that can be read as it is.
        case text
        case other
    }

    /// What it is.
    var material: Material {
        let type = plainType
        switch type.prefix(while: { $0 != "/" }) {
        case "image": return .image
        case "audio": return .audio
        case "video": return .video
        case "text": return .text
        default:
            if type == "application/pdf" { return .document }
            return Self.readable.contains(type) ? .text : .other
        }
    }

    private static let readable: Set<String> = [
        "application/json", "application/xml", "application/yaml", "application/x-ndjson", "application/javascript",
    ]

    /// The media type without parameters, in lower case, and by its registered name.
    var plainType: String {
        let type = mediaType.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "image/jpg" ? "image/jpeg" : type
    }

    /// Whether it is an image of a form that every vendor reads.
    var isCommonImage: Bool { ["image/jpeg", "image/png", "image/gif", "image/webp"].contains(plainType) }

    /// OpenAI's name for the form of an audio; it knows two.
    var audioFormat: String? {
        switch plainType {
        case "audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave": "wav"
        case "audio/mpeg", "audio/mp3": "mp3"
        default: nil
        }
    }

    /// The bytes in base 64.
    var base64: String { Data(bytes).base64EncodedString() }

    /// The bytes as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// What stands in a request for material that cannot be written in its format.
    static let leftOut = "[Something was attached here that cannot be sent to you.]"
}

extension ToolDefinition {
    /// The parameters as JSON to stand in a request; of a text that is none, the schema of no parameters.
    var schema: [UInt8] { JSONValue.object(parameters) ?? Array(#"{"type":"object","properties":{}}"#.utf8) }
}

extension ToolCall {
    /// The arguments as JSON to stand in a request; a text that is none, in an object.
    var argumentsObject: [UInt8] {
        if let object = JSONValue.object(arguments) { return object }
        var json = JSONWriter()
        json.object { json in
            guard !arguments.isEmpty else { return }
            json.key("arguments")
            json.string(arguments)
        }
        return json.bytes
    }
}

extension BlindPrompt {
    /// Writes the system prompt: the caller's own, or that of the kind.
    func writeInstructions(for kind: TaskKind, to json: inout JSONWriter) {
        if let instructions { json.string(instructions) } else { json.constant(kind.instruction) }
    }
}
