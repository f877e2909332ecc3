public import Routing

/// Backends that play their parts, for a router alone and for a whole daemon alike: the first one is the primary, the
/// others follow.
public struct FailoverStage: Sendable {
    /// What they are called, in order.
    public static let names = ["primary", "fallback", "third"]
    /// What they answer; sixty tokens for each of the first two.
    public static let prose = [
        "The old mill stands below the weir, and its wheel has not turned since the flood. Moss covers the stones, but the"
            + " gears of apple wood are sound. A miller could start it within a week if somebody cleared the race and"
            + " mended the sluice. The village would have flour again, and the geese would lose their quiet pond at the end.",
        "Below the weir there is a mill whose wheel stood still after high water came through the valley. Its walls are"
            + " green with moss while the wooden gears inside remain good. With the channel cleared and a new gate, it"
            + " would grind within days. People there would bake their own bread, though geese might complain about all that.",
        "A third voice tells of the mill in other words: a wheel at rest, stones in green, gears that wait.",
    ]
    /// What they are asked.
    public static let task = "Tell me about the mill."

    /// They, listening.
    public let upstreams: [FaultyUpstream]
    /// They, as configured.
    public let backends: [Backend]
    /// How they are asked.
    public let policy: RoutingPolicy

    /// Raises them.
    public init(_ scenario: FailoverScenario) {
        upstreams = scenario.moves.enumerated().map { FaultyUpstream($1, text: Self.prose[$0]) }
        backends = upstreams.enumerated().map { index, upstream in
            guard let id = BackendID(Self.names[index]) else { preconditionFailure("a plain name") }
            var backend = Backend(
                id: id,
                url: upstream.url,
                model: "\(id)-1",
                roles: [.local],
                isLocal: false
            )
            backend.isStreamed = true
            backend.timeouts = .init(
                connect: .seconds(5),
                firstToken: .seconds(20),
                stall: .seconds(20),
                total: .seconds(20)
            )
            scenario.configure(&backend)
            return backend
        }
        policy = scenario.policy
    }
}

/// What came of a thought, as its caller sees it.
public struct FailoverEnd: Sendable {
    /// Who answered; nil for nobody.
    public var by: String?
    /// The whole answer.
    public var text: String?
    /// What a client of a stream has that joins the pieces; nil for an answer that came whole.
    public var shown: String?
    /// Who was asked, in order, and how it ended: "primary stream_broken".
    public var story: [String] = []
    /// Whether it ended behind words that could not be taken back, and who broke off.
    public var interruptedBy: String?
    /// The model that says it answered.
    public var model: String?
    /// Its tokens, as it counted them.
    public var tokens: (input: Int?, output: Int?)
    /// What it cost.
    public var cost: NanoDollars?

    /// Nothing yet.
    public init() {}
}
