internal import FoundationEssentials
internal import Persona

/// `POST /chat/completions` as OpenAI defined it (https://platform.openai.com/docs/api-reference/chat) and llama.cpp,
/// vLLM, xAI, Moonshot, OpenRouter and the compatibility endpoints of Anthropic and Gemini serve it.
struct OpenAIChatWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        var json = JSONWriter(reserving: prompt.task.utf8.count + 384)
        json.object { json in
            json.key("model")
            json.string(backend.model)
            json.key("messages")
            json.array([("system", nil), ("user", prompt.task)] as [(StaticString, String?)]) { json, message in
                json.object { json in
                    json.key("role")
                    json.constant(message.0)
                    json.key("content")
                    if let text = message.1 { json.string(text) } else { json.constant(options.kind.instruction) }
                }
            }
            json.key("stream")
            json.boolean(options.isStreamed)
            if options.isStreamed {
                json.key("stream_options")
                json.object { json in
                    json.key("include_usage")
                    json.boolean(true)
                }
            }
            if let limit = options.maxTokens {
                // OpenAI's reasoning models refuse `max_tokens`; most others know only that.
                json.key(backend.provider == "openai" ? "max_completion_tokens" : "max_tokens")
                json.integer(limit)
            }
            if backend.provider == "openai" {
                json.key("store")
                json.boolean(false)
            }
            if backend.provider == "openrouter" {
                json.key("provider")
                json.object { json in
                    json.key("data_collection")
                    json.constant("deny")
                }
            }
        }
        var headers = Self.headers(of: backend)
        headers.append(("Content-Type", "application/json"))
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/chat/completions",
            headers: headers,
            body: json.bytes
        )
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: url, headers: Self.headers(of: backend))
    }

    /// Nothing that tells one user of the bridge from another: no attribution, no `user`, a constant agent.
    private static func headers(of backend: Backend) -> [(name: String, value: String)] {
        var headers = [(name: "User-Agent", value: "workshop"), (name: "Accept", value: "*/*")]
        if let key = backend.key { headers.append(("Authorization", "Bearer " + key.reveal())) }
        return headers
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        guard !reply.body.isEmpty else { throw WireError(.empty) }
        guard let body = try? JSONDecoder().decode(ChatReply.self, from: Data(reply.body)) else {
            throw WireError(.malformed)
        }
        if let error = body.error {
            throw WireError(FailureClassifier.classify(status: error.status ?? 500, error: error))
        }
        guard let choice = body.choices?.first else { throw WireError(.empty) }
        if choice.message?.refusal != nil || choice.finishReason == "content_filter" { throw WireError(.refused) }
        let text = choice.message?.content ?? ""
        let finish = try Self.finish(choice.finishReason ?? "stop")
        guard !text.isEmpty || finish == .toolCalls else { throw WireError(.empty) }
        guard text.utf8.count <= Completion.maxText else { throw WireError(.tooLarge) }
        return Completion(text: text, finish: finish, model: body.model, usage: body.usage?.counts ?? .missing)
    }

    func failure(_ reply: HTTPReply) -> WireError {
        let error = try? JSONDecoder().decode(ChatReply.self, from: Data(reply.body)).error
        return WireError(
            FailureClassifier.classify(status: reply.status, error: error),
            retryAfter: RetryAfter.parse(reply.headers, now: Date())
        )
    }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder { Decoder() }

    func modelList(_ backend: Backend) -> OutgoingRequest? { nil }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] { throw WireError(.malformed) }

    /// What a finish reason means.
    static func finish(_ reason: String) throws(WireError) -> FinishReason {
        switch reason {
        case "length", "max_tokens": return .length
        case "tool_calls", "function_call": return .toolCalls
        case "content_filter": throw WireError(.refused)
        // OpenRouter: an error in the middle of the generation, under a 200.
        case "error": throw WireError(.streamBroken)
        default: return .stop
        }
    }

    /// Reads `data: {...}` chunks until `[DONE]` or the end of the input after a finish reason.
    struct Decoder: StreamDecoder {
        private var events = ServerSentEvents()
        private var text = ""
        private var finishReason: FinishReason?
        private var model: String?
        private(set) var usage = Usage.missing
        private var sawEvent = false
        private var isDone = false
        private var hasProgressed = false
        private let json = JSONDecoder()

        mutating func feed(_ bytes: [UInt8]) throws(WireError) -> (text: String, hasProgressed: Bool) {
            var added = ""
            hasProgressed = false
            let complete: [ServerSentEvents.Event]
            do { complete = try events.feed(bytes) } catch { throw WireError(.tooLarge) }
            for event in complete { added += try take(event) }
            text += added
            guard text.utf8.count <= Completion.maxText else { throw WireError(.tooLarge) }
            return (added, hasProgressed)
        }

        mutating func finish() throws(WireError) -> (rest: String, completion: Completion) {
            var rest = ""
            if let event = events.finish() { rest = try take(event) }
            text += rest
            // A 200 with no event at all is no stream: HTML, say, or nothing.
            guard sawEvent else { throw WireError(.malformed) }
            guard let finishReason else { throw WireError(.streamBroken) }
            guard !text.isEmpty || finishReason == .toolCalls else { throw WireError(.empty) }
            return (rest, Completion(text: text, finish: finishReason, model: model, usage: usage))
        }

        private mutating func take(_ event: ServerSentEvents.Event) throws(WireError) -> String {
            if isDone { return "" }
            if event.data == Self.done {
                sawEvent = true
                isDone = true
                return ""
            }
            // A malformed chunk inside a stream has lost text: half an answer must not pass for a whole one.
            guard let chunk = try? json.decode(ChatReply.self, from: Data(event.data)) else {
                throw WireError(.malformed)
            }
            sawEvent = true
            if let error = chunk.error {
                throw WireError(FailureClassifier.classify(status: error.status ?? 500, error: error))
            }
            if let counts = (chunk.usage ?? chunk.choices?.first?.usage)?.counts { usage = counts }
            model = chunk.model ?? model
            guard let choice = chunk.choices?.first else { return "" }
            if choice.delta?.refusal != nil { throw WireError(.refused) }
            if choice.delta?.hasProgress == true { hasProgressed = true }
            if let reason = choice.finishReason { finishReason = try OpenAIChatWire.finish(reason) }
            return choice.delta?.content ?? ""
        }

        private static let done = Array("[DONE]".utf8)
    }
}
