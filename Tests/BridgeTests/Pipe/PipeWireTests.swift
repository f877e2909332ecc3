import Foundation
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge
@testable import Routing

@Suite("the bridge's end of a pipe and the pipe's own say the same")
struct PipeWireTests {
    private let backend: Backend

    init() throws {
        let id = try #require(BackendID("talos"))
        backend = Backend(id: id, url: "http://127.0.0.1:8001", model: "llama3.1:8b", roles: [.local], isLocal: false)
    }

    @Test("what the bridge writes, the pipe reads")
    func request() throws {
        let prompt = try TestPrompts.blind("Why is the \"sky\" blue?\n\u{1F600}")
        let options = CallOptions(kind: .general, maxTokens: 64, isStreamed: true, temperature: 0.25, stop: ["a", "b"])
        let sent = DumbPipeWire().encode(prompt, for: backend, options: options)
        #expect(sent.url == "http://127.0.0.1:8001/execute")
        let read = try PipeRequest(sent.body)
        #expect(read.prompt.hasSuffix("Why is the \"sky\" blue?\n\u{1F600}"))
        #expect(read.model == "llama3.1:8b" && read.maxTokens == 64 && read.temperature == 0.25)
        #expect(read.stop == ["a", "b"])
    }

    @Test("what the pipe answers, the bridge reads")
    func answer() throws {
        let reply = PipeReply.answer("a\"b\n\u{1F600}", model: "m", time: .seconds(2), costCents: 1.5)
        let read = try DumbPipeWire().decode(HTTPReply(status: reply.status, body: reply.body), from: backend)
        #expect(read.text == "a\"b\n\u{1F600}" && read.model == "m" && read.finish == .stop)
        #expect(read.reportedCost == NanoDollars(dollars: 0.015))
        let models = PipeReply.models(["a", "b:8b"])
        #expect(try DumbPipeWire().decodeModels(HTTPReply(status: 200, body: models.body)) == ["a", "b:8b"])
    }

    /// Each error, and what the bridge takes it for.
    static let cases: [(error: PipeError, failure: FailureClass)] = [
        (.badRequest(field: "prompt"), .badRequest), (.notJSON, .badRequest), (.wrongMethod, .badRequest),
        (.unauthorized, .auth), (.wrongHost, .auth),
        (.unknownModel, .modelMissing), (.model(.unknownModel), .modelMissing),
        (.tooLarge, .contextWindow), (.model(.tooLong), .contextWindow),
        (.slowClient, .timeoutTotal), (.model(.timedOut), .timeoutTotal),
        (.busy, .overloaded), (.model(.busy), .overloaded), (.model(.exhausted), .overloaded),
        (.cancelled, .overloaded),
        (.commandMissing, .serverError), (.commandFailed(code: 1), .serverError),
        (.commandKilled(signal: 9), .serverError), (.model(.unreachable), .serverError), (.model(.cut), .serverError),
        (.model(.garbage), .serverError), (.model(.tooLarge), .serverError),
        (.model(.failed(status: 500)), .serverError),
        (.model(.keyRefused), .serverError), (.model(.heldBack), .serverError),
    ]

    @Test("each of the pipe's errors means to the bridge what it is", arguments: cases)
    func means(each: (error: PipeError, failure: FailureClass)) {
        let reply = PipeReply.error(each.error)
        let failure = DumbPipeWire().failure(HTTPReply(status: reply.status, body: reply.body))
        #expect(failure.failure == each.failure)
    }
}
