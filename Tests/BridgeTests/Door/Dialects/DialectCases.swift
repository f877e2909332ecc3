import Persona
import Testing

@testable import Bridge
@testable import Routing

/// What the tests of the dialects ask and answer with.
enum DialectCases {
    /// Two backends that share a model, one with a model that has a `/`, and one that is out.
    static func names() throws -> ModelNames {
        var desk = Backend(id: try id("desk"), url: "http://a.test", model: "qwen-8b", roles: [.local], isLocal: true)
        desk.models = ["gemma-4b", "shared"]
        var router = Backend(id: try id("router"), url: "http://b.test", model: "shared", roles: [], isLocal: false)
        router.models = ["vendor/big", "auto"]
        var gone = Backend(id: try id("gone"), url: "http://c.test", model: "lost", roles: [], isLocal: false)
        gone.service = .disabled("it has no key")
        let profile = ModelNames.Profile(name: "coder", backend: try id("desk"), aliases: ["code"])
        return ModelNames(BackendRegistry([desk, router, gone]), profiles: [profile])
    }

    static func id(_ name: String) throws -> BackendID { try #require(BackendID(name)) }

    /// What an answer came to.
    static func reply(
        _ text: String,
        said: String? = nil,
        calls: [ToolCall] = [],
        finish: FinishReason = .stop,
        usage: Usage = Usage(inputUncached: 11, outputVisible: 7, source: .provider),
        cost: NanoDollars? = NanoDollars(1_500_000)
    ) throws -> Reply {
        let desk = try id("desk")
        let answer = Answer(
            text: text,
            calls: calls,
            backend: desk,
            model: "qwen-8b",
            kind: .general,
            finish: finish,
            attempts: [
                Attempt(backend: try id("router"), outcome: .failed(.overloaded)),
                Attempt(backend: desk, outcome: .answered),
            ],
            usage: usage,
            cost: cost,
            duration: .milliseconds(20),
            firstToken: nil,
            thought: "1f2e",
            confidence: nil
        )
        return Reply(
            answer: answer,
            text: said ?? text,
            plain: text,
            calls: calls,
            certainty: nil,
            standIns: 0,
            caught: 0
        )
    }

    /// Two calls, one without arguments.
    static let calls = [
        ToolCall(id: "call_1", name: "look", arguments: #"{"at":"the \"map\""}"#),
        ToolCall(id: "call_2", name: "wait", arguments: "{}"),
    ]

    static func request(
        streamed: Bool = false,
        tellsUsage: Bool = false,
        json: Bool = false,
        persona: String? = nil
    ) -> DoorRequest {
        var params = ThoughtParams(PromptDraft(task: "Hello"))
        params.persona = persona
        return DoorRequest(
            params: params,
            model: "auto",
            isStreamed: streamed,
            tellsUsage: tellsUsage,
            wantsJSON: json
        )
    }

    /// A body as the dialect reads it.
    static func read<Dialect: DoorDialect>(_ dialect: Dialect.Type, _ body: String) throws -> DoorRequest {
        try dialect.read(Array(body.utf8), try names())
    }

    /// Why a body is refused; nil when it is not.
    static func fault<Dialect: DoorDialect>(_ dialect: Dialect.Type, _ body: String) throws -> DoorError? {
        do {
            _ = try read(dialect, body)
            return nil
        } catch let error as DoorError { return error }
    }
}

extension [UInt8] {
    /// The bytes as text.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension DoorDialect {
    /// A whole stream of those pieces.
    static func stream(_ pieces: [String], _ reply: Reply, for request: DoorRequest) -> String {
        var dialect = Self(id: "1", created: 1_700_000_000, request: request)
        var out = dialect.begin()
        for piece in pieces { out += dialect.delta(piece) }
        return (out + dialect.finish(reply)).text
    }
}
