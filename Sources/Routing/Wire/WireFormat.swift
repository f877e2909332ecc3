package import Persona

/// How an answer ended.
public enum FinishReason: String, Sendable {
    case stop
    /// Cut at the token limit: whole as far as it goes.
    case length
    case toolCalls = "tool_calls"
}

/// A backend's whole answer, whatever its format.
struct Completion: Sendable, Equatable {
    var text: String
    /// The tools that the model wants called.
    var calls: [ToolCall] = []
    var finish: FinishReason
    /// The model that says it answered; it may not be the one that was asked.
    var model: String?
    var usage: Usage
    /// The cost that the backend itself named.
    var reportedCost: NanoDollars?

    /// How many bytes the text of an answer may have: with every byte escaped it still fits into a line of 1 MiB.
    static let maxText = 150_000
}

/// Why a reply is no answer.
struct WireError: Error, Equatable {
    var failure: FailureClass
    /// How long the backend asks us to stay away.
    var retryAfter: Duration?
    /// What was counted although it failed: a refusal is billed.
    var usage: Usage

    init(_ failure: FailureClass, retryAfter: Duration? = nil, usage: Usage = .missing) {
        self.failure = failure
        self.retryAfter = retryAfter
        self.usage = usage
    }
}

/// What a caller may ask of one call.
struct CallOptions: Sendable {
    var kind: TaskKind
    var maxTokens: Int?
    var isStreamed: Bool
    /// From 0 to 2; nil for the backend's own.
    var temperature: Double?
    /// Texts that end the answer.
    var stop: [String] = []
    /// Another model than ``Backend/model``.
    var model: String?
}

/// One way of writing requests and reading replies. Formats are named by the shape of their API, not by a vendor.
///
/// There is no overload that takes a `String`: what is written comes from a ``Persona/BlindPrompt``.
protocol WireFormat: Sendable {
    /// The request for a prompt.
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest

    /// A request that costs nothing and tells whether the backend lives and takes the key.
    func probe(_ backend: Backend, url: String) -> OutgoingRequest

    /// Reads a whole reply of the backend.
    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion

    /// Reads a refused reply: any status but 200.
    func failure(_ reply: HTTPReply) -> WireError

    /// Reads one streamed reply of the backend.
    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder

    /// A request for the models that the backend offers; nil when it has no list.
    func modelList(_ backend: Backend) -> OutgoingRequest?

    /// Reads the list: names that can be asked for.
    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String]
}

/// Reads one streamed reply, a piece at a time.
protocol StreamDecoder {
    /// What has been counted so far: an aborted answer is billed too.
    var usage: Usage { get }

    /// Whether the answer has said that it is finished: what may follow is its counts.
    var hasFinished: Bool { get }

    /// Takes the next bytes; gives the text that they add, and whether the model has moved on: hidden reasoning is
    /// progress without text.
    mutating func feed(_ bytes: [UInt8]) throws(WireError) -> (text: String, hasProgressed: Bool)

    /// Takes the end of the input.
    /// - Throws: ``FailureClass/streamBroken`` when the answer had not said that it was finished.
    mutating func finish() throws(WireError) -> (rest: String, completion: Completion)
}

extension Backend {
    /// What would be sent to the backend for a prompt, in every form that depends on the configuration: for checking a
    /// configuration, not for sending.
    package func samples(_ prompt: BlindPrompt) -> [OutgoingRequest] {
        let format = wire.format
        func request(_ kind: TaskKind, model: String? = nil) -> OutgoingRequest {
            let options = CallOptions(kind: kind, maxTokens: 1, isStreamed: true, model: model)
            return format.encode(prompt, for: self, options: options)
        }
        var samples = TaskKind.allCases.map { request($0) } + models.map { request(.general, model: $0) }
        if let list = format.modelList(self) { samples.append(list) }
        if case .get(let url) = health { samples.append(format.probe(HealthProbe.asked(self, at: url), url: url)) }
        return samples
    }
}

extension Backend.WireName {
    /// The format of that name.
    var format: any WireFormat {
        switch self {
        case .openAIChat: OpenAIChatWire()
        case .anthropicMessages: AnthropicMessagesWire()
        case .geminiGenerate: GeminiGenerateWire()
        case .ollamaChat: OllamaChatWire()
        case .dumbPipe: DumbPipeWire()
        }
    }
}
