/// The parameters of `rate`.
struct RateParams: Sendable {
    let thought: String
    /// From 1 to 5.
    let stars: Int
    /// Whose thought it must be; nil for anybody's.
    let caller: String?

    init(_ params: Params) throws(BridgeError) {
        try params.allow("thought", "stars", "caller")
        guard let thought = try params.string("thought", count: 1...64) else { throw .invalidParams("thought") }
        guard let stars = try params.integer("stars", in: 1...5) else { throw .invalidParams("stars") }
        self.thought = thought
        self.stars = stars
        caller = try params.string("caller", count: 1...64)
    }
}
