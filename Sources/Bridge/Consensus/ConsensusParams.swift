internal import Routing

extension ConsensusTerms {
    /// Reads `consensus`; nil where there is none.
    init?(_ params: Params) throws(BridgeError) {
        guard let terms = try params.object("consensus") else { return nil }
        try terms.allow("backends", "count", "rule", "max_cost_usd")
        let names = try terms.strings("backends", atMost: Self.members.upperBound) ?? []
        let backends = names.compactMap { BackendID($0) }
        guard backends.count == names.count else { throw BridgeError(.unknownBackend) }
        // One voice twice is one voice; and either names or a number.
        guard Set(backends).count == backends.count, backends.isEmpty || Self.members.contains(backends.count) else {
            throw .invalidParams("backends")
        }
        let count = try terms.integer("count", in: Self.members)
        guard count == nil || backends.isEmpty else { throw .invalidParams("count") }
        self.init(
            backends: backends,
            count: count ?? 3,
            rule: try terms.choice("rule") ?? .majority,
            maxCost: try terms.decimal("max_cost_usd", in: 0...1_000_000).flatMap { NanoDollars(dollars: $0) }
        )
    }
}
