import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A request holds the task and nothing that tells who asks")
struct OpenAIChatEncodeTests {
    private let wire = OpenAIChatWire()

    private func backend(_ provider: String, key: String? = nil) throws -> Backend {
        var backend = try Fixture.backend("one")
        backend.provider = provider
        backend.model = "m-1"
        backend.key = key.map { Secret($0) }
        return backend
    }

    private func body(
        _ task: String = "2 + 2?",
        provider: String = "",
        maxTokens: Int? = nil,
        streamed: Bool = false
    ) throws -> String {
        let options = CallOptions(kind: .quickAnswer, maxTokens: maxTokens, isStreamed: streamed)
        let request = wire.encode(try TestPrompts.blind(task), for: try backend(provider), options: options)
        return String(decoding: request.body, as: UTF8.self)
    }

    private static let messages =
        #"{"model":"m-1","messages":[{"role":"system","content":"Answer at once and as briefly as possible."},"#
        + #"{"role":"user","content":"2 + 2?"}],"stream":"#

    @Test(
        "the body is the same bytes for the same task, dialect by dialect",
        arguments: [
            ("", nil, false, "false}"),
            ("", 50, false, #"false,"max_tokens":50}"#),
            ("", 50, true, #"true,"stream_options":{"include_usage":true},"max_tokens":50}"#),
            ("openai", nil, false, #"false,"store":false}"#),
            ("openai", 50, false, #"false,"max_completion_tokens":50,"store":false}"#),
            ("openrouter", 50, false, #"false,"max_tokens":50,"provider":{"data_collection":"deny"}}"#),
            ("moonshot", nil, true, #"true,"stream_options":{"include_usage":true}}"#),
            ("xai", 1, false, #"false,"max_tokens":1}"#),
        ] as [(String, Int?, Bool, String)]
    )
    func bytes(_ provider: String, _ maxTokens: Int?, _ streamed: Bool, _ tail: String) throws {
        let body = try body(provider: provider, maxTokens: maxTokens, streamed: streamed)
        #expect(body == Self.messages + tail)
    }

    @Test("the task stands in the body as it is", arguments: ["a\"b\\c", "\u{0}\n", "z\u{FC} \u{1F600}", ""])
    func task(_ task: String) throws {
        var json = JSONWriter()
        json.string(task)
        #expect(try body(task).contains(#""content":\#(String(decoding: json.bytes, as: UTF8.self))}]"#))
    }

    @Test("every kind has its own instruction, and no persona could be in one", arguments: TaskKind.allCases)
    func instructions(_ kind: TaskKind) throws {
        let options = CallOptions(kind: kind, isStreamed: false)
        let request = wire.encode(try TestPrompts.blind("x"), for: try backend(""), options: options)
        let text = kind.instruction.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        #expect(String(decoding: request.body, as: UTF8.self).contains(text))
    }

    @Test("URL and headers are constants but for the key", arguments: ["openai", "openrouter", ""])
    func headers(_ provider: String) throws {
        let options = CallOptions(kind: .general, isStreamed: false)
        let request = wire.encode(try TestPrompts.blind("x"), for: try backend(provider, key: "sk-7"), options: options)
        #expect(request.method == .post)
        #expect(request.url == "http://one.test/v1/chat/completions")
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "User-Agent: workshop", "Accept: */*", "Authorization: Bearer sk-7", "Content-Type: application/json",
            ]
        )
        #expect(!String(decoding: request.body, as: UTF8.self).contains("sk-7"))
        #expect(!String(decoding: request.body, as: UTF8.self).contains("\"user\":"))
    }

    @Test("without a key there is no Authorization")
    func noKey() throws {
        let options = CallOptions(kind: .general, isStreamed: false)
        let request = wire.encode(try TestPrompts.blind("x"), for: try backend(""), options: options)
        #expect(request.headers.map(\.name) == ["User-Agent", "Accept", "Content-Type"])
    }

    @Test("a probe is a GET with the key and without a body")
    func probe() throws {
        let request = wire.probe(try backend("openai", key: "sk-7"), url: "http://one.test/v1/models")
        #expect(request.method == .get)
        #expect(request.url == "http://one.test/v1/models")
        #expect(request.headers.map(\.name) == ["User-Agent", "Accept", "Authorization"])
        #expect(request.body.isEmpty)
    }

    @Test("a secret shows nothing, however it is printed")
    func secret() {
        let secret = Secret("sk-7")
        var dumped = ""
        dump(secret, to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!shown.contains("sk-7"))
        }
        #expect(secret.reveal() == "sk-7")
    }
}
