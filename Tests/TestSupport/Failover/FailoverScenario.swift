public import Routing

/// One of the ways to fail of FailoverBench 0.1 (https://github.com/failoverbench/failoverbench), and what is promised all
/// the same. The times are scaled down, the counts are not.
public struct FailoverScenario: Sendable, CustomStringConvertible {
    /// The benchmark's number, and what it is about.
    public var description: String
    /// What each backend does, request by request.
    public var moves: [[FaultyUpstream.Move]]
    /// What is promised.
    public var promise: Promise
    /// How it is routed.
    public var policy: RoutingPolicy
    /// What is special about a backend.
    public var configure: @Sendable (inout Backend) -> Void

    /// What is promised.
    public struct Promise: Sendable {
        /// Who answers; empty for nobody. One of them does, and all of what it said is there, and nothing else.
        public var by: Set<String>
        /// Who is asked, in order, and how it ends; nil where several stories are right.
        public var story: [String]?
        /// How many requests each backend may get.
        public var requests: [ClosedRange<Int>]
        /// How long the primary is left alone before it is asked again.
        public var pause: Duration?
        /// Who breaks off behind its first words: a client that has them, and cannot throw them away, is told so.
        public var breaks: String?
        /// Whether it may do so before a client has any of them.
        public var mayPassUnseen = false
    }

    /// A scenario.
    public init(
        _ description: String,
        _ moves: [[FaultyUpstream.Move]],
        by: String...,
        story: [String]? = nil,
        requests: [ClosedRange<Int>],
        pause: Duration? = nil,
        breaks: String? = nil,
        mayPassUnseen: Bool = false,
        policy: RoutingPolicy = FailoverScenario.quickRetries,
        configure: @escaping @Sendable (inout Backend) -> Void = { _ in }
    ) {
        self.description = description
        self.moves = moves
        promise = Promise(
            by: Set(by),
            story: story,
            requests: requests,
            pause: pause,
            breaks: breaks,
            mayPassUnseen: mayPassUnseen
        )
        self.policy = policy
        self.configure = configure
    }

    /// The waits of our own choosing are short; those that an upstream asks for are obeyed.
    public static var quickRetries: RoutingPolicy {
        var policy = RoutingPolicy()
        policy.retry.base = .milliseconds(20)
        policy.limits.maxAttempts = 6
        return policy
    }

    /// Short limits for the backends that a scenario keeps waiting, and for no other: a busy machine delays them all.
    static func impatient(with names: String...) -> @Sendable (inout Backend) -> Void {
        { backend in
            guard names.contains(backend.id.rawValue) else { return }
            backend.timeouts.firstToken = .milliseconds(300)
        }
    }
}

extension FailoverScenario {
    /// What an end breaks of the promise, in words; empty for a promise that was kept.
    /// - Parameter isFinal: whether words that were shown could not be taken back.
    public func broken(by end: FailoverEnd, on stage: FailoverStage, isFinal: Bool = false) -> [String] {
        var broken: [String] = []
        func hold(_ isKept: Bool, _ what: @autoclosure () -> String) { if !isKept { broken.append(what()) } }
        let counts = stage.upstreams.map(\.count)
        if isFinal, let breaks = promise.breaks, !(promise.mayPassUnseen && end.interruptedBy == nil) {
            hold(end.by == nil && end.interruptedBy == breaks, "\(breaks) is not said to have broken off: \(end)")
            hold(end.story.last?.hasPrefix(breaks + " ") == true, "the story does not end with \(breaks): \(end.story)")
            let place = FailoverStage.names.firstIndex(of: breaks) ?? 0
            let isBeginning = FailoverStage.prose[place].hasPrefix(end.shown ?? "-") && end.shown?.isEmpty == false
            hold(isBeginning, "words that are not \(breaks)'s: \(end.shown ?? "none")")
        } else {
            hold(promise.by.contains(end.by ?? "") || promise.by.isEmpty && end.by == nil, "answered by \(end)")
            if let place = end.by.flatMap({ FailoverStage.names.firstIndex(of: $0) }) {
                hold(end.text == FailoverStage.prose[place], "not the whole answer: \(end.text ?? "none")")
                if let shown = end.shown { hold(shown == FailoverStage.prose[place], "shown: \(shown)") }
            }
            if let story = promise.story { hold(end.story == story, "the story is \(end.story)") }
            for (count, bounds) in zip(counts, promise.requests) { hold(bounds.contains(count), "requests: \(counts)") }
        }
        // Each attempt is one request, and there is no other.
        hold(counts.reduce(0, +) == end.story.count, "\(counts) requests for \(end.story)")
        if let pause = promise.pause {
            let arrivals = stage.upstreams[0].arrivals
            hold(arrivals.count > 1 && arrivals[1] - arrivals[0] >= pause, "asked again too soon")
        }
        return broken
    }
}

extension FailoverScenario {
    /// A backend that is down.
    public static let down = FaultyUpstream.Move.status(503, reason: "Service Unavailable")

    /// A refusal by a 400 with that body.
    static func refusal(_ body: String) -> FaultyUpstream.Move { .status(400, reason: "Bad Request", body: body) }

    private static func busy(_ headers: String = "") -> FaultyUpstream.Move {
        .status(429, reason: "Too Many Requests", headers: headers)
    }

    private static let filtered = refusal(#"{"error":{"code":"content_policy_violation","message":"no"}}"#)

    /// Refuses a request that holds anything of an answer that was cut.
    private static let picky = FaultyUpstream.Move.depends { request in
        guard request.contains(#""role":"assistant""#) || request.contains("The old mill") else { return .answer }
        return refusal(#"{"error":{"type":"invalid_request_error","message":"prefill is not supported"}}"#)
    }

    private static var rerouting: RoutingPolicy {
        var policy = quickRetries
        policy.reroutesContentPolicy = true
        return policy
    }

    /// Who is dear is asked first all the same.
    private static var primaryFirst: RoutingPolicy {
        var policy = quickRetries
        policy.primary = BackendID(FailoverStage.names[0])
        return policy
    }

    /// The benchmark allows four tries in three seconds.
    private static let few = 1...3

    /// S01 to S14, each a thought of its own; S15 and S16 are ``outage`` and ``account``.
    public static let all = early + late

    /// Those whose fault is known before the first word.
    private static let early: [FailoverScenario] = [
        FailoverScenario(
            "S01: a rate limit that names a time is waited out, and the same backend answers",
            [[busy("Retry-After: 1\r\n"), .answer]],
            by: "primary",
            requests: [2...2],
            pause: .milliseconds(950)
        ),
        FailoverScenario(
            "S01: with a fallback at hand a short wait is still obeyed",
            [[busy("retry-after-ms: 300\r\n"), .answer], [.answer]],
            by: "primary",
            requests: [2...2, 0...0],
            pause: .milliseconds(290)
        ),
        FailoverScenario(
            "S02: a rate limit without end is not hammered; the fallback answers",
            [[busy()], [.answer]],
            by: "fallback",
            requests: [few, 1...1]
        ),
        FailoverScenario(
            "S03: one server error is retried once at the same backend",
            [[.status(500, reason: "Internal Server Error"), .answer], [.answer]],
            by: "primary",
            story: ["primary server_error", "primary answered"],
            requests: [2...2, 0...0]
        ),
        FailoverScenario(
            "S04: a backend that stays down is left after few tries",
            [[down], [.answer]],
            by: "fallback",
            requests: [few, 1...1]
        ),
        FailoverScenario(
            "S05: a connection that is reset costs nobody the answer",
            [[.reset], [.answer]],
            by: "fallback",
            requests: [few, 1...1]
        ),
        FailoverScenario(
            "S05: a connection that is reset, and nobody else to ask",
            [[.reset, .answer]],
            by: "primary",
            requests: [2...2]
        ),
        FailoverScenario(
            "S06: a silent backend is asked once and left",
            [[.silence], [.answer]],
            by: "fallback",
            story: ["primary timeout_first_token", "fallback answered"],
            requests: [1...1, 1...1],
            configure: impatient(with: "primary")
        ),
        FailoverScenario(
            "S06: silent backends alone end in an error that names each, once",
            [[.silence], [.silence]],
            story: ["primary timeout_first_token", "fallback timeout_first_token"],
            requests: [1...1, 1...1],
            configure: impatient(with: "primary", "fallback")
        ),
        FailoverScenario(
            "S07: headers and keep-alive comments are no first token",
            [[.pings], [.answer]],
            by: "fallback",
            story: ["primary timeout_first_token", "fallback answered"],
            requests: [1...1, 1...1],
            configure: impatient(with: "primary")
        ),
        FailoverScenario(
            "S12: a prompt that does not fit goes to a larger window, at once and to no smaller",
            [[refusal(tooLong)], [.answer], [.answer]],
            by: "third",
            requests: [1...1, 0...0, 1...1],
            configure: { $0.maxContext = $0.id.rawValue == "third" ? 128_000 : 8_000 }
        ),
        FailoverScenario(
            "S13: a content filter's verdict is final and told",
            [[filtered], [.answer]],
            story: ["primary content_policy"],
            requests: [1...1, 0...0]
        ),
        FailoverScenario(
            "S13: a policy may say otherwise",
            [[filtered], [.answer]],
            by: "fallback",
            requests: [1...1, 1...1],
            policy: rerouting
        ),
    ]

    private static let tooLong =
        #"{"error":{"code":"context_length_exceeded","type":"invalid_request_error","message":"too long"}}"#

    /// Those whose fault comes behind the first word.
    private static let late: [FailoverScenario] = [
        FailoverScenario(
            "S08: an answer that is cut is never an answer",
            [[.cut(after: 40)], [.answer]],
            by: "fallback",
            story: ["primary stream_broken", "fallback answered"],
            requests: [1...1, 1...1],
            breaks: "primary"
        ),
        FailoverScenario(
            "S08: an answer that is cut, and nobody else to ask",
            [[.cut(after: 40)]],
            story: ["primary stream_broken", "primary stream_broken", "primary stream_broken"],
            requests: [3...3],
            breaks: "primary"
        ),
        FailoverScenario(
            "S09: an answer that stalls in the middle is left for a whole one",
            [[.stall(after: 30)], [.answer]],
            by: "fallback",
            story: ["primary timeout_stall", "fallback answered"],
            requests: [1...1, 1...1],
            breaks: "primary",
            configure: { if $0.id.rawValue == "primary" { $0.timeouts.stall = .milliseconds(300) } }
        ),
        FailoverScenario(
            "S10: an event that is no JSON spoils at most that answer",
            [[.malformed, .answer], [.answer]],
            by: "primary",
            "fallback",
            requests: [1...2, 0...1],
            breaks: "primary",
            mayPassUnseen: true
        ),
        FailoverScenario(
            "S11: an answer without its last mark is whole",
            [[.neverDone], [.answer]],
            by: "primary",
            story: ["primary answered"],
            requests: [1...1, 0...0]
        ),
        FailoverScenario(
            "S14: what came of a cut answer is not sent on, so nobody can refuse it",
            [[.cut(after: 40)], [picky]],
            by: "fallback",
            story: ["primary stream_broken", "fallback answered"],
            requests: [1...1, 1...1],
            breaks: "primary"
        ),
    ]

    /// S15, a minute's outage.
    public static let outage = FailoverScenario(
        "S15: an outage of a minute costs no request an answer and the backend few; it is back soon after",
        [[down], [.answer]],
        by: "primary",
        "fallback",
        requests: [0...33, 0...24],
        configure: { $0.cooldown = .seconds(15) }
    )

    /// S16, who is billed.
    public static let account = FailoverScenario(
        "S16: the answer names who gave it and what that cost; what failed is not billed",
        [[down], [.answer]],
        by: "fallback",
        requests: [few, 1...1],
        policy: primaryFirst,
        configure: { $0.prices = PriceVector(input: $0.id.rawValue == "primary" ? 1_000 : 1, output: 2) }
    )

    /// S15: a thought every four seconds of `clock`, the outage over at the sixteenth; what is wrong with how it went.
    public func endure(
        on stage: FailoverStage,
        _ clock: ManualClock,
        think: (Int) async throws -> FailoverEnd
    ) async rethrows -> [String] {
        var (served, sent): ([String?], Int) = ([], 0)
        for request in 0..<24 {
            if request == 15 { stage.upstreams[0].play([.answer]) }
            let end = try await think(request)
            served.append(end.by)
            // A breaker that opens while a thought is under way is told in its story, and nothing was sent.
            sent += end.story.count { !$0.hasSuffix(" breaker_open") }
            clock.advance(by: .seconds(4))
        }
        var broken: [String] = []
        func hold(_ isKept: Bool, _ what: String) { if !isKept { broken.append(what) } }
        hold(served.prefix(15).allSatisfy { $0 == "fallback" }, "not all answered by the fallback: \(served)")
        // Back within thirty seconds, and for good.
        let back = served.firstIndex(of: "primary") ?? served.endIndex
        hold(back <= 15 + 7, "not back in time: \(served)")
        hold(served[back...].allSatisfy { $0 == "primary" }, "not back for good: \(served)")
        let inOutage = stage.upstreams[0].count - served.count { $0 == "primary" }
        hold(inOutage <= 10, "\(inOutage) requests to a backend that is down")
        hold(
            stage.upstreams.map(\.count).reduce(0, +) == sent,
            "\(sent) attempts for \(stage.upstreams.map(\.count)) requests"
        )
        return broken
    }

    /// S16: what is wrong with the account of an end.
    public func accounted(_ end: FailoverEnd) -> [String] {
        let tokens = FaultyUpstream.tokens(FailoverStage.prose[1]).count
        let cost = NanoDollars(Int64(11 * 1_000 + tokens * 2_000))
        var broken: [String] = []
        if end.model != "served-1" { broken.append("the model is \(end.model ?? "none")") }
        if end.tokens.input != 11 || end.tokens.output != tokens { broken.append("the tokens are \(end.tokens)") }
        if end.cost != cost { broken.append("the cost is \(end.cost.map { "\($0.value)" } ?? "unknown")") }
        return broken
    }
}
