import Testing

@testable import Routing

@Suite("Every vendor's way of saying no is understood")
struct FailureClassifierTests {
    private func classify(_ status: Int, _ body: String) -> FailureClass {
        OpenAIChatWire().failure(HTTPReply(status: status, body: Array(body.utf8))).failure
    }

    @Test(
        "a status alone says what it says, whatever the body is",
        arguments: [
            (400, .badRequest), (401, .auth), (402, .quota), (403, .auth), (404, .modelMissing), (405, .badRequest),
            (408, .timeoutTotal), (413, .contextWindow), (422, .badRequest), (429, .rateLimited), (500, .serverError),
            (502, .serverError), (503, .overloaded), (504, .timeoutTotal), (529, .overloaded), (301, .badRequest),
        ] as [(Int, FailureClass)]
    )
    func statuses(_ status: Int, _ expected: FailureClass) {
        let bodies = [
            "", "{}", "null", "[]", #"{"error":null}"#, #"{"error":"it did not work"}"#, #"{"error":{}}"#,
            #"{"error":7}"#,
            #"{"error":{"message":"429 errors ahead: rate limit, insufficient quota"}}"#,
            "<html><body><h1>Bad Gateway</h1></body></html>", #"{"error":{"mess"#, #"[{"error":{"code":7}}]"#,
            #"{"error":{"code":{"a":1},"type":[],"message":{}}}"#,
        ]
        for body in bodies { #expect(classify(status, body) == expected, "\(body)") }
    }

    @Test(
        "a vendor's own words go before the status",
        arguments: [
            // OpenAI
            (
                429,
                #"{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}"#,
                .quota
            ),
            (429, #"{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}"#, .rateLimited),
            (401, #"{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}"#, .auth),
            (404, #"{"message":"no","type":"invalid_request_error","code":"model_not_found"}"#, .modelMissing),
            (400, #"{"message":"no","type":"invalid_request_error","code":"context_length_exceeded"}"#, .contextWindow),
            (
                400, #"{"message":"no","type":"invalid_request_error","code":"content_policy_violation"}"#,
                .contentPolicy
            ),
            (400, #"{"message":"no","type":"invalid_request_error","code":"billing_hard_limit_reached"}"#, .quota),
            (400, #"{"message":"no","type":"invalid_request_error","param":"max_tokens","code":null}"#, .badRequest),
            (500, #"{"message":"no","type":"server_error","code":null}"#, .serverError),
            // Anthropic's compatible endpoint
            (529, #"{"type":"overloaded_error","message":"Overloaded"}"#, .overloaded),
            (400, #"{"type":"billing_error","message":"no"}"#, .quota),
            (429, #"{"type":"rate_limit_error","message":"no"}"#, .rateLimited),
            (403, #"{"type":"permission_error","message":"no"}"#, .auth),
            (404, #"{"type":"not_found_error","message":"no"}"#, .modelMissing),
            (
                400, #"{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}"#,
                .contextWindow
            ),
            (400, #"{"type":"invalid_request_error","code":"enforced_spend_limit_reached"}"#, .quota),
            // llama.cpp
            (503, #"{"code":503,"message":"Loading model","type":"unavailable_error"}"#, .overloaded),
            (400, #"{"code":400,"message":"no","type":"exceed_context_size_error","n_ctx":8}"#, .contextWindow),
            (400, #"{"code":400,"message":"the request exceeds the available context size"}"#, .contextWindow),
            (501, #"{"code":501,"message":"no","type":"not_supported_error"}"#, .serverError),
            // Moonshot
            (400, #"{"type":"content_filter","message":"The request was rejected: high risk"}"#, .contentPolicy),
            (400, #"{"type":"invalid_request_error","message":"Input token length too long"}"#, .contextWindow),
            (
                400, #"{"type":"invalid_request_error","message":"Your request exceeded model token limit: 8"}"#,
                .contextWindow
            ),
            (401, #"{"type":"invalid_authentication_error","message":"no"}"#, .auth),
            (401, #"{"type":"incorrect_api_key_error","message":"no"}"#, .auth),
            (404, #"{"type":"resource_not_found_error","message":"no"}"#, .modelMissing),
            (429, #"{"type":"engine_overloaded_error","message":"no"}"#, .overloaded),
            (429, #"{"type":"rate_limit_reached_error","message":"no"}"#, .rateLimited),
            (429, #"{"type":"exceeded_current_quota_error","message":"no"}"#, .quota),
            // OpenRouter
            (402, #"{"code":402,"message":"no","metadata":{"limit_source":"key"}}"#, .quota),
            (403, #"{"code":403,"message":"no","metadata":{"reasons":["x"],"flagged_input":"y"}}"#, .contentPolicy),
            (403, #"{"code":403,"message":"no","metadata":{"provider_name":"x"}}"#, .auth),
            (408, #"{"code":408,"message":"no"}"#, .timeoutTotal), (502, #"{"code":502,"message":"no"}"#, .serverError),
            // vLLM
            (
                400, #"{"object":"error","message":"This model's maximum context length is 8 tokens","code":400}"#,
                .contextWindow
            ),
        ] as [(Int, String, FailureClass)]
    )
    func vendors(_ status: Int, _ error: String, _ expected: FailureClass) {
        #expect(classify(status, #"{"error":\#(error)}"#) == expected)
    }

    @Test("xAI's bare string with a code beside it is read by its status")
    func bareString() {
        #expect(classify(400, #"{"code":"Client specified an invalid argument","error":"no"}"#) == .badRequest)
        #expect(classify(400, #"{"error":"maximum context length is 8"}"#) == .contextWindow)
        #expect(classify(429, #"{"code":"insufficient_quota","error":"no"}"#) == .quota)
        #expect(classify(429, #"{"code":7,"error":"no"}"#) == .rateLimited)
    }

    @Test(
        "a 404 is about the model, unless it says that it is about the request",
        arguments: [
            (#"{"error":{"message":"no","param":"model"}}"#, .modelMissing),
            (#"{"error":{"message":"no","param":"tools"}}"#, .badRequest), ("404 page not found", .modelMissing),
        ] as [(String, FailureClass)]
    )
    func notFound(_ body: String, _ expected: FailureClass) {
        #expect(classify(404, body) == expected)
    }

    @Test("a vendor's words count in every format", arguments: Backend.WireName.allCases)
    func formats(_ wire: Backend.WireName) {
        for (status, body, expected) in [
            (
                429, #"{"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                .quota
            ),
            (400, #"{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}"#, .auth),
            (403, #"{"code":"permission-denied","error":"Content violates usage guidelines."}"#, .contentPolicy),
            (500, #"{"error":"429 Too Many Requests: rate limit"}"#, .serverError),
        ] as [(Int, String, FailureClass)] {
            let reply = HTTPReply(status: status, body: Array(body.utf8))
            #expect(wire.format.failure(reply).failure == expected, "\(body)")
        }
    }

    @Test("Google's wait stands in the body; a header goes before it")
    func retryInfo() {
        let body = Array(#"{"error":{"code":429,"details":[{"@type":"x"},{"retryDelay":"0.5s"}]}}"#.utf8)
        let format = GeminiGenerateWire()
        #expect(format.failure(HTTPReply(status: 429, body: body)).retryAfter == .milliseconds(500))
        let headers = HTTPHeaders(block: Array("retry-after: 7\r\n".utf8))
        #expect(format.failure(HTTPReply(status: 429, headers: headers, body: body)).retryAfter == .seconds(7))
        for delay in ["soon", "-1s", "5", "s", "nans", "1e99s"] {
            let odd = Array(#"{"error":{"details":[{"retryDelay":"\#(delay)"}]}}"#.utf8)
            let wait = format.failure(HTTPReply(status: 429, body: odd)).retryAfter
            #expect(wait == (delay == "1e99s" ? RetryAfter.longest : nil), "\(delay)")
        }
    }

    @Test(
        "a transport's failure has its class",
        arguments: [
            (.unreachable, .unreachable), (.tls, .tls), (.timedOut(.connect), .timeoutConnect),
            (.timedOut(.firstToken), .timeoutFirstToken), (.timedOut(.stall), .timeoutStall),
            (.timedOut(.total), .timeoutTotal), (.responseTooLarge, .tooLarge), (.cut, .streamBroken),
            (.stale, .staleConnection),
            (.cancelled, .cancelled), (.closed, .cancelled), (.notHTTP, .malformed), (.curl(77), .serverError),
        ] as [(TransportError, FailureClass)]
    )
    func transport(_ error: TransportError, _ expected: FailureClass) {
        #expect(FailureClassifier.classify(error) == expected)
    }

    @Test("only a content filter's verdict and a caller who left stop the chain")
    func nextStep() {
        let stops = FailureClass.allCases.filter { $0.next == .stop }
        #expect(Set(stops) == [.contentPolicy, .cancelled])
        #expect(FailureClass.allCases.filter { $0.next == .retryNow } == [.staleConnection])
    }

    @Test(
        "what the request or the caller caused never counts against a backend",
        arguments: [
            FailureClass.contextWindow, .contentPolicy, .badRequest, .refused, .breakerOpen, .staleConnection,
            .cancelled,
        ]
    )
    func neutral(_ failure: FailureClass) {
        #expect(failure.healthEffect == .neutral)
    }

    @Test("every class has its own sentence and its own word")
    func sentences() {
        #expect(Set(FailureClass.allCases.map(\.sentence)).count == FailureClass.allCases.count)
        #expect(FailureClass.allCases.allSatisfy { !$0.sentence.isEmpty })
    }

    @Test(
        "Ollama's words inside a 200 mean what they mean under a status",
        arguments: [
            ("server busy, please try again.  maximum pending requests exceeded", .overloaded),
            ("model requires more system memory (24.4 GiB) than is available (15.1 GiB)", .overloaded),
            ("registry.ollama.ai/library/phi3:latest does not support tools", .badRequest),
            ("\"nomic-embed-text\" does not support chat", .badRequest),
            ("\"phi3\" does not support thinking", .badRequest),
            ("model 'qwen3' not found", .modelMissing),
            ("model \"qwen3\" not found, try pulling it first", .modelMissing),
            ("error parsing tool call: raw='{\"at\":', err=unexpected end of JSON input", .lowQuality),
            ("the input length exceeds the context length", .contextWindow),
            ("an error was encountered while running the model: unexpected EOF", .serverError),
            ("llama runner process has terminated: exit status 2", .serverError),
            ("the tool was not found", .serverError),
        ] as [(String, FailureClass)]
    )
    func inBand(_ message: String, _ expected: FailureClass) throws {
        let quoted = message.replacing("\"", with: "\\\"")
        let body = Array(#"{"error":"\#(quoted)"}"#.utf8)
        let wire = OllamaChatWire()
        #expect(throws: WireError(expected)) {
            try wire.decode(HTTPReply(status: 200, body: body), from: Fixture.any)
        }
        var decoder = wire.makeStreamDecoder(for: Fixture.any)
        let half = Array((#"{"model":"m","message":{"role":"assistant","content":"Half"},"done":false}"# + "\n").utf8)
        _ = try decoder.feed(half)
        #expect(throws: WireError(expected)) { _ = try decoder.feed(body + [0x0A]) }
    }
}
