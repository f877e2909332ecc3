/// What `leaks` is asked to do.
enum LeaksRequest: Sendable {
    case list(limit: Int)
    case show(Int64)
    /// Lets it go or not.
    case decide(Int64, Quarantine.State)

    init(_ params: Params) throws(BridgeError) {
        try params.allow("action", "leak", "limit")
        let action = try params.string("action", count: 1...64) ?? "list"
        let leak = try params.integer("leak", in: 1 ... .max)
        let limit = try params.integer("limit", in: 1...Self.mostListed)
        guard action == "list" || limit == nil else { throw .invalidParams("limit") }
        func number() throws(BridgeError) -> Int64 {
            guard let leak else { throw .invalidParams("leak") }
            return Int64(leak)
        }
        switch action {
        case "list":
            guard leak == nil else { throw .invalidParams("leak") }
            self = .list(limit: limit ?? 100)
        case "show": self = .show(try number())
        case "release": self = .decide(try number(), .released)
        case "deny": self = .decide(try number(), .denied)
        default: throw .invalidParams("action")
        }
    }

    private static let mostListed = 1_000
}
