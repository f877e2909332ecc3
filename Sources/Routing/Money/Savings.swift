/// What thoughts would have cost without local backends, without the cache and without clever routing: the price of the same
/// tokens at an API.
///
/// An API backend is one that is not local and has prices above zero, whether or not it is enabled now. For a kind of task
/// the baseline is the first API backend, in the order of the configuration, whose role is the home of the kind. When none
/// has that role it is whichever API backend would have been the cheapest for these tokens: to take the dearest would
/// flatter the router (LiteLLM's pull request 38700). Without any API backend there is no baseline, and no savings are
/// claimed (LiteLLM's issue 35402). Prices are those of now.
public struct Baseline: Sendable {
    private let homes: [Role: PriceVector]
    private let all: [PriceVector]

    /// The baseline of those backends.
    public init(_ backends: [Backend]) {
        let apis = backends.filter { !$0.isLocal && $0.prices.map { $0.input > 0 || $0.output > 0 } == true }
        all = apis.compactMap(\.prices)
        homes = Dictionary(
            apis.flatMap { backend in backend.roles.compactMap { role in backend.prices.map { (role, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What the tokens of a kind of task would have cost; nil when there is no API backend, or the tokens are not known.
    public func cost(of usage: Usage, kind: TaskKind) -> NanoDollars? {
        if let home = homes[kind.home] { return home.cost(of: usage) }
        return all.compactMap { $0.cost(of: usage) }.min()
    }
}

/// What routing has saved, like compared with like: only thoughts whose tokens and cost are known are on either side.
public struct Savings: Sendable, Equatable {
    /// What the compared thoughts would have cost at an API; nil when there is no API backend to compare with.
    public var baseline: NanoDollars?
    /// What they did cost with all of their requests, and what those thoughts cost that came to nothing.
    public var spent: NanoDollars
    /// What was spent on requests that are nobody's thought: judging, comparing, copies (LiteLLM's issue 38816: it is no
    /// saving).
    public var router: NanoDollars
    /// How many thoughts are compared.
    public var compared: Int
    /// How many were answered and are not compared, because their tokens or their cost are not known.
    public var notCompared: Int
    /// How many of all were answered out of the cache.
    public var cached: Int

    /// Sums.
    public init(
        baseline: NanoDollars?,
        spent: NanoDollars = NanoDollars(0),
        router: NanoDollars = NanoDollars(0),
        compared: Int = 0,
        notCompared: Int = 0,
        cached: Int = 0
    ) {
        self.baseline = baseline
        self.spent = spent
        self.router = router
        self.compared = compared
        self.notCompared = notCompared
        self.cached = cached
    }

    /// What was saved, the router's own cost taken off; below zero when routing cost more than it saved.
    public var saved: NanoDollars? {
        baseline.map { NanoDollars($0.value - spent.value - router.value) }
    }

    /// What was saved, in percent of the baseline; nil without one, and when it is zero.
    public var percent: Double? {
        guard let baseline, baseline.value > 0, let saved else { return nil }
        return 100 * saved.dollars / baseline.dollars
    }
}
