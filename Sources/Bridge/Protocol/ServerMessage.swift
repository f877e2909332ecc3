internal import Foundation
internal import Persona
internal import Routing

/// The daemon's lines; each ends with LF.
enum ServerMessage {
    /// The version of the protocol that is spoken.
    static let protocolVersion = 1

    /// A result.
    static func result(_ id: RequestID, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        line { json in
            json.key("id")
            write(id, &json)
            json.key("result")
            json.object(body)
        }
    }

    /// A notification.
    static func notification(_ method: StaticString, _ params: (inout JSONWriter) -> Void) -> [UInt8] {
        line { json in
            json.key("method")
            json.constant(method)
            json.key("params")
            json.object(params)
        }
    }

    /// An error; without an id when the line was too broken to have one.
    static func error(_ id: RequestID?, _ error: BridgeError) -> [UInt8] {
        line { json in
            json.key("id")
            if let id { write(id, &json) } else { json.null() }
            json.key("error")
            json.object { json in
                json.key("code")
                json.integer(error.code.rawValue)
                json.key("message")
                json.constant(error.code.message)
                json.key("data")
                json.object { json in
                    json.key("code")
                    json.constant(error.code.name)
                    write(error.details, &json)
                }
            }
        }
    }

    // MARK: Results

    static func cancelled(_ id: RequestID, _ isCancelled: Bool) -> [UInt8] {
        result(id) { json in
            json.key("cancelled")
            json.boolean(isCancelled)
        }
    }

    static func names(_ id: RequestID, _ names: GameNames) -> [UInt8] {
        result(id) { json in
            json.key("terms")
            json.integer(names.count)
            json.key("passed_over")
            json.array(names.passedOver) { $0.integer($1) }
        }
    }

    static func subscribed(_ id: RequestID, to events: [ServerEvent]) -> [UInt8] {
        result(id) { json in
            json.key("events")
            json.array(events) { $0.string($1.rawValue) }
        }
    }

    static func rated(_ id: RequestID, _ params: RateParams, _ thought: RatedThought) -> [UInt8] {
        result(id) { json in
            json.key("thought")
            json.string(params.thought)
            json.key("stars")
            json.integer(params.stars)
            json.key("backend")
            json.string(thought.backend)
            json.key("model")
            if let model = thought.model { json.string(model) } else { json.null() }
        }
    }

    static func route(_ id: RequestID, _ plan: RoutePlan) -> [UInt8] {
        result(id) { json in
            json.key("kind")
            json.string(plan.classification.kind.rawValue)
            json.key("complexity")
            json.string(plan.classification.complexity.rawValue)
            json.key("confidence")
            json.number(plan.classification.confidence)
            json.key("local_only")
            json.boolean(plan.classification.isLocalOnly)
            json.key("why")
            json.array(plan.classification.why) { $0.string($1) }
            if let first = plan.candidates.first {
                json.key("backend")
                json.string(first.backend.id.rawValue)
                json.key("model")
                json.string(first.backend.model)
            }
            json.key("criterion")
            json.string(plan.criterion.rawValue)
            json.key("strategy")
            json.string(plan.strategy)
            json.key("prompt_tokens")
            json.integer(plan.promptTokens)
            json.key("candidates")
            json.array(plan.candidates) { json, candidate in
                json.object { json in
                    json.key("backend")
                    json.string(candidate.backend.id.rawValue)
                    json.key("model")
                    json.string(candidate.backend.model)
                    json.key("role")
                    json.string(candidate.backend.roleLabel)
                    json.key("state")
                    json.string(candidate.state.rawValue)
                    json.key("why")
                    json.string(candidate.why)
                    json.key("score")
                    json.object { json in write(candidate.score, &json) }
                    json.key("expected_usd")
                    if let cost = candidate.expectedCost { json.number(cost.dollars) } else { json.null() }
                }
            }
            json.key("rejected")
            write(plan.rejected, &json)
        }
    }

    static func think(_ id: RequestID, _ reply: Reply) -> [UInt8] {
        let answer = reply.answer
        return result(id) { json in
            json.key("text")
            json.string(reply.text)
            if let certainty = reply.certainty {
                json.key("certainty")
                json.string(certainty)
            }
            json.key("backend")
            json.string(answer.backend.rawValue)
            json.key("model")
            json.string(answer.model)
            json.key("kind")
            json.string(answer.kind.rawValue)
            json.key("finish")
            json.string(answer.finish.rawValue)
            if !reply.calls.isEmpty {
                json.key("calls")
                json.array(reply.calls) { $0.write($1) }
            }
            json.key("confidence")
            if let confidence = answer.confidence { json.number(confidence) } else { json.null() }
            json.key("cached")
            json.boolean(answer.isCached)
            if let similarity = answer.similarity {
                json.key("similarity")
                json.number((similarity * 1_000).rounded() / 1_000)
            }
            if let consensus = reply.consensus {
                json.key("consensus")
                json.object { write(consensus, &$0) }
            }
            json.key("stand_ins")
            json.integer(reply.standIns)
            json.key("caught")
            json.integer(reply.caught)
            json.key("thought")
            json.string(answer.thought)
            json.key("attempts")
            write(answer.attempts, &json)
            json.key("usage")
            json.object { json in write(answer.usage, &json) }
            json.key("cost_usd")
            if let cost = answer.cost { json.number(cost.dollars) } else { json.null() }
            json.key("ms")
            json.number(answer.duration.milliseconds)
            json.key("tokens_per_second")
            if let rate = answer.tokensPerSecond { json.number(rate.rounded(toPlaces: 1)) } else { json.null() }
            if let firstToken = answer.firstToken {
                json.key("first_token_ms")
                json.number(firstToken.milliseconds)
            }
        }
    }

    static func delta(_ id: RequestID, sequence: Int, text: String) -> [UInt8] {
        notification("think.delta") { json in
            json.key("id")
            write(id, &json)
            json.key("seq")
            json.integer(sequence)
            json.key("text")
            json.string(text)
        }
    }

    static func restarted(_ id: RequestID, backend: BackendID, reason: FailureClass) -> [UInt8] {
        notification("think.restarted") { json in
            json.key("id")
            write(id, &json)
            json.key("backend")
            json.string(backend.rawValue)
            json.key("reason")
            json.string(reason.rawValue)
        }
    }

    // MARK: Parts

    static func write(_ id: RequestID, _ json: inout JSONWriter) {
        switch id {
        case .integer(let number): json.integer(number)
        case .string(let text): json.string(text)
        }
    }

    /// One lamp, with what is configured of its backend.
    static func write(_ lamp: BackendHealth, _ backend: Backend, since: Date, _ json: inout JSONWriter) {
        json.key("backend")
        json.string(lamp.backend.rawValue)
        json.key("model")
        json.string(backend.model)
        json.key("role")
        json.string(backend.roleLabel)
        json.key("local")
        json.boolean(backend.isLocal)
        json.key("state")
        json.string(lamp.state.rawValue)
        json.key("breaker")
        json.string(lamp.breaker.rawValue)
        json.key("since")
        json.string(since.formatted(.iso8601))
        json.key("latency_ms")
        if let latency = lamp.latency { json.number(latency.milliseconds) } else { json.null() }
        json.key("why")
        json.string(lamp.why)
    }

    private static func write(_ score: Score, _ json: inout JSONWriter) {
        let parts: [(StaticString, Double)] = [
            ("total", score.total), ("quality", score.quality), ("speed", score.speed), ("cost", score.cost),
            ("reliability", score.reliability), ("preference", score.preference),
        ]
        for (name, value) in parts {
            json.key(name)
            json.number(value.rounded(toPlaces: 3))
        }
    }

    private static func write(_ attempts: [Attempt], _ json: inout JSONWriter) {
        json.array(attempts) { json, attempt in
            json.object { json in
                json.key("backend")
                json.string(attempt.backend.rawValue)
                json.key("outcome")
                json.string(attempt.outcome.label)
                json.key("ms")
                json.number(attempt.duration.milliseconds)
            }
        }
    }

    private static func write(_ rejected: [Rejection], _ json: inout JSONWriter) {
        json.array(rejected) { json, rejection in
            json.object { json in
                json.key("backend")
                json.string(rejection.backend.rawValue)
                json.key("rule")
                json.string(rejection.rule.rawValue)
                json.key("why")
                json.string(rejection.why)
            }
        }
    }

    private static func write(_ usage: Usage, _ json: inout JSONWriter) {
        let counts: [(StaticString, Int?)] = [
            ("input_uncached", usage.inputUncached), ("input_cache_read", usage.inputCacheRead),
            ("input_cache_write", usage.inputCacheWrite), ("output_visible", usage.outputVisible),
            ("output_reasoning", usage.outputReasoning),
        ]
        for (name, count) in counts {
            json.key(name)
            if let count { json.integer(count) } else { json.null() }
        }
        json.key("source")
        json.string(usage.source.rawValue)
    }

    private static func write(_ details: BridgeError.Details, _ json: inout JSONWriter) {
        if let field = details.field {
            json.key("field")
            json.string(field)
        }
        if let limit = details.limit {
            json.key("limit")
            json.integer(limit)
        }
        if let supported = details.supported {
            json.key("supported")
            json.array(supported) { $0.integer($1) }
        }
        if let say = details.say {
            json.key("say")
            json.string(say)
        }
        if let identityClass = details.identityClass {
            json.key("class")
            json.string(identityClass.rawValue)
        }
        if let leak = details.leak {
            json.key("leak")
            json.integer(leak)
        }
        if let attempts = details.attempts {
            json.key("attempts")
            write(attempts, &json)
        }
        if let seconds = details.retryAfter {
            json.key("retry_after_s")
            json.integer(seconds)
        }
        if let rejected = details.rejected {
            json.key("rejected")
            write(rejected, &json)
        }
        if let why = details.why {
            json.key("why")
            json.string(why)
        }
        if let usd = details.usd {
            json.key("usd")
            json.number(usd)
        }
        if let problems = details.problems {
            json.key("problems")
            write(problems, &json)
        }
    }

    private static func line(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("jsonrpc")
            json.constant("2.0")
            body(&json)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

extension JSONWriter {
    /// A call of a tool; its arguments are JSON already.
    fileprivate mutating func write(_ call: ToolCall) {
        object { json in
            json.key("id")
            json.string(call.id)
            json.key("name")
            json.string(call.name)
            json.key("arguments")
            json.string(call.arguments)
        }
    }
}

extension Double {
    /// For people: so many places behind the point.
    func rounded(toPlaces places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}

extension Duration {
    /// In milliseconds, to a tenth of a microsecond.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        let exact = Double(seconds) * 1_000 + Double(attoseconds) / 1e15
        return (exact * 10_000).rounded() / 10_000
    }
}
