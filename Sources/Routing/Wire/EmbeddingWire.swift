internal import Persona

/// Vectors of texts: `POST /embeddings` of the OpenAI form (https://platform.openai.com/docs/api-reference/embeddings), and
/// `POST /api/embed` of Ollama (https://github.com/ollama/ollama/blob/main/docs/api.md). Other formats have none.
///
/// Like every format it takes a ``Persona/BlindPrompt``: what is looked up is what a backend may see.
enum EmbeddingWire {
    /// A vector, and how many tokens were counted for it.
    struct Reply: Sendable, Equatable {
        var vector: [Float]
        var tokens: Int?
    }

    /// How many numbers a vector may have.
    static let dimensions = 2...8_192

    /// The request for the vector of a prompt's task; nil where the format has none.
    static func encode(_ prompt: BlindPrompt, for backend: Backend, model: String) -> OutgoingRequest? {
        guard backend.wire.givesVectors else { return nil }
        let isOllama = backend.wire == .ollamaChat
        var json = JSONWriter(reserving: prompt.task.utf8.count + 128)
        json.object { json in
            json.key("model")
            json.string(model)
            json.key("input")
            json.string(prompt.task)
            if isOllama {
                // A text that is cut without a word would be another question's vector.
                json.key("truncate")
                json.boolean(false)
            } else {
                json.key("encoding_format")
                json.constant("float")
            }
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + (isOllama ? "/api/embed" : "/embeddings"),
            headers: RequestHeaders.bearer(backend, hasBody: true),
            body: json.bytes
        )
    }

    /// Reads a reply of either form.
    static func decode(_ reply: HTTPReply) throws(WireError) -> Reply {
        guard reply.status == 200 else { throw ErrorBody.failure(of: reply) }
        guard let body = try? JSONTree.decode(Body.self, from: reply.body),
            let numbers = body.data?.first?.embedding ?? body.embeddings?.first,
            (body.data ?? []).count <= 1, (body.embeddings ?? []).count <= 1,
            dimensions.contains(numbers.count), numbers.allSatisfy({ $0.isFinite && abs($0) < 1e6 }),
            numbers.contains(where: { $0 != 0 })
        else { throw WireError(.malformed) }
        let tokens = body.usage?.prompt_tokens ?? body.prompt_eval_count
        return Reply(vector: numbers.map { Float($0) }, tokens: tokens.flatMap { $0 >= 0 && $0 < 1_000_000 ? $0 : nil })
    }

    private struct Body: Decodable {
        struct Item: Decodable { let embedding: [Double] }
        struct Count: Decodable { let prompt_tokens: Int? }

        let data: [Item]?
        let embeddings: [[Double]]?
        let usage: Count?
        let prompt_eval_count: Int?
    }
}

extension Backend.WireName {
    /// Whether vectors can be asked for in it.
    public var givesVectors: Bool { self == .openAIChat || self == .ollamaChat }
}
