import Persona

@testable import Routing

/// `POST /telegraph`, invented: `{"to", "manner", "words", "text"}` goes in. Lines of JSON come out, `{"piece"}` as often as
/// it takes, and `{"stop", "cost": [in, out]}` at the end.
struct TelegraphWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        var json = JSONWriter(reserving: prompt.sizeEstimate + 256)
        json.object { json in
            json.key("to")
            json.string(options.model ?? backend.model)
            json.key("manner")
            prompt.writeInstructions(for: options.kind, to: &json)
            if let limit = options.maxTokens {
                json.key("words")
                json.integer(limit)
            }
            json.key("text")
            json.array(Conversation(prompt).messages) { $0.string(Self.line($1)) }
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/telegraph",
            headers: RequestHeaders.bearer(backend, hasBody: true),
            body: json.bytes
        )
    }

    /// What was said, with who said it. What the format cannot carry is named as left out.
    private static func line(_ message: Conversation.Message) -> String {
        switch message {
        case .user(let text, let attachments):
            (["User: " + text] + attachments.map { $0.material == .text ? $0.text : Attachment.leftOut })
                .joined(separator: "\n")
        case .assistant(let text, _): "Assistant: " + text
        case .results(let results): results.map { "Result: " + $0.text }.joined(separator: "\n")
        }
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: url, headers: RequestHeaders.bearer(backend))
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        return try Reader().decode(reply.body)
    }

    func failure(_ reply: HTTPReply) -> WireError { ErrorBody.failure(of: reply) }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder { ReplyStream(Reader()) }

    func modelList(_ backend: Backend) -> OutgoingRequest? { nil }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] { throw WireError(.malformed) }

    /// Reads lines until one says why it stops.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.lines

        private struct Line: Decodable {
            let piece: String?
            let stop: String?
            let cost: [Int]?
        }

        func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let line = try? JSONTree.decode(Line.self, from: event) else { throw WireError(.malformed) }
            answer.add(line.piece ?? "")
            guard let stop = line.stop else { return }
            answer.finish = stop == "words" ? .length : .stop
            answer.isOver = true
            guard let cost = line.cost, cost.count == 2, cost.allSatisfy({ $0 >= 0 }) else { return }
            answer.usage = Usage(inputUncached: cost[0], outputVisible: cost[1], source: .provider)
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            try read(body, into: &answer)
        }
    }
}
