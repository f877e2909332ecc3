import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("what a pipe reads and writes")
struct PipeRequestTests {
    private func read(_ body: String) throws(PipeError) -> PipeRequest { try PipeRequest(Array(body.utf8)) }

    @Test("the specification's body is read, and what it does not name is let be")
    func reads() throws {
        let plain = try read(#"{"prompt":"Hi","model_config":{}}"#)
        #expect(plain.prompt == "Hi" && plain.model == nil && plain.maxTokens == nil && plain.stop == [])
        let full = try read(
            #"""
            {"prompt":"Hi","job":7,"model_config":{"model":"llama3.1:8b","max_tokens":5,"temperature":0.5,"stop":["a","b"],
            "seed":1,"stream":true}}
            """#
        )
        #expect(
            full.model == "llama3.1:8b" && full.maxTokens == 5 && full.temperature == 0.5 && full.stop == ["a", "b"]
        )
        #expect(try read(#"{"prompt":"Hi","model_config":{"model":null,"temperature":1,"stop":"x"}}"#).stop == ["x"])
    }

    /// A body, and what is wrong with it.
    private static let wrong: [(body: String, error: PipeError)] = [
        ("", .notJSON), ("[]", .notJSON), ("{", .notJSON), ("\"prompt\"", .notJSON),
        (String(repeating: "[", count: 10_000), .notJSON),
        ("{}", .badRequest(field: "prompt")),
        (#"{"prompt":"","model_config":{}}"#, .badRequest(field: "prompt")),
        (#"{"prompt":7,"model_config":{}}"#, .badRequest(field: "prompt")),
        (#"{"prompt":null,"model_config":{}}"#, .badRequest(field: "prompt")),
        (#"{"prompt":"Hi"}"#, .badRequest(field: "model_config")),
        (#"{"prompt":"Hi","model_config":"m"}"#, .badRequest(field: "model_config")),
        (#"{"prompt":"Hi","model_config":{"model":7}}"#, .badRequest(field: "model_config.model")),
        (#"{"prompt":"Hi","model_config":{"model":""}}"#, .badRequest(field: "model_config.model")),
        (#"{"prompt":"Hi","model_config":{"model":"-rf"}}"#, .badRequest(field: "model_config.model")),
        (#"{"prompt":"Hi","model_config":{"model":"a b"}}"#, .badRequest(field: "model_config.model")),
        (#"{"prompt":"Hi","model_config":{"model":"a\nb"}}"#, .badRequest(field: "model_config.model")),
        (#"{"prompt":"Hi","model_config":{"max_tokens":0}}"#, .badRequest(field: "model_config.max_tokens")),
        (#"{"prompt":"Hi","model_config":{"max_tokens":1.5}}"#, .badRequest(field: "model_config.max_tokens")),
        (#"{"prompt":"Hi","model_config":{"temperature":3}}"#, .badRequest(field: "model_config.temperature")),
        (#"{"prompt":"Hi","model_config":{"temperature":-0.1}}"#, .badRequest(field: "model_config.temperature")),
        (#"{"prompt":"Hi","model_config":{"stop":[1]}}"#, .badRequest(field: "model_config.stop")),
        (#"{"prompt":"Hi","model_config":{"stop":{}}}"#, .badRequest(field: "model_config.stop")),
    ]

    @Test("what is wrong is named", arguments: wrong)
    func refuses(wrong: (body: String, error: PipeError)) {
        #expect(throws: wrong.error) { try read(wrong.body) }
    }

    @Test("an answer has the specification's fields, in its form")
    func answer() {
        let reply = PipeReply.answer("a\"b\n", model: "m", time: .milliseconds(1_234), costCents: 0)
        let text = #"{"status":"success","result":"a\"b\n","model_used":"m","execution_time":1.234,"cost_cents":0}"#
        #expect(String(decoding: reply.body, as: UTF8.self) == text)
        #expect(String(decoding: PipeReply.models(["a", "b"]).body, as: UTF8.self) == #"{"models":["a","b"]}"#)
    }

    @Test("health says which models there are and when it was asked")
    func health() {
        let well = PipeReply.health(["a"], error: nil, at: 1_700_000_000)
        let text = #"{"status":"healthy","models":["a"],"timestamp":"2023-11-14T22:13:20Z"}"#
        #expect(String(decoding: well.body, as: UTF8.self) == text && well.status == 200)
        let ill = PipeReply.health([], error: .model(.unreachable), at: 0)
        #expect(ill.status == 503)
        #expect(String(decoding: ill.body, as: UTF8.self).contains(#""status":"unhealthy","models":[]"#))
    }

    /// Every error that a pipe knows.
    static let errors: [PipeError] =
        [
            .badRequest(field: "prompt"), .badRequest(field: "model_config.stop"), .notJSON, .tooLarge, .slowClient,
            .unauthorized, .wrongHost, .noSuchPath, .wrongMethod, .unknownModel, .busy, .commandMissing,
            .commandFailed(code: 3), .commandKilled(signal: 9), .cancelled,
        ]
        + [
            .unreachable, .timedOut, .tooLarge, .garbage, .cut, .cancelled, .unknownModel, .tooLong, .busy, .keyRefused,
            .failed(status: 500), .heldBack, .exhausted,
        ].map { PipeError.model($0) }

    @Test("an error has the specification's form, a status that fits and one sentence", arguments: errors)
    func error(error: PipeError) throws {
        let reply = PipeReply.error(error)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: String])
        #expect(Set(json.keys) == ["status", "error", "code"] && json["status"] == "error")
        #expect(json["error"]?.hasSuffix(".") == true)
        #expect((400...599).contains(reply.status))
    }
}
