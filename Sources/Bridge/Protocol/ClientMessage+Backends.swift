/// What `backends` is asked to do.
enum BackendsRequest: Sendable {
    case list
    /// Lets a backend take work, or take no new work, or none.
    case say(OperatorWord, of: String)
    /// Has another model asked for; nil is the configuration's.
    case choose(String?, of: String)
    /// Adds a backend whose section is that JSON.
    case register(String, document: String)
    case remove(String)

    init(_ params: Params) throws(BridgeError) {
        try params.allow("action", "backend", "config", "model")
        let action = try params.string("action", count: 1...64) ?? "list"
        let name = try params.string("backend", count: 1...64)
        let config = try params.json("config")
        let model = try params.string("model", count: 1...128)
        guard action == "register" || config == nil else { throw .invalidParams("config") }
        guard action == "switch" || model == nil else { throw .invalidParams("model") }
        func backend() throws(BridgeError) -> String {
            guard let name else { throw .invalidParams("backend") }
            return name
        }
        switch action {
        case "list":
            guard name == nil else { throw .invalidParams("backend") }
            self = .list
        case "enable": self = .say(.enabled, of: try backend())
        case "disable": self = .say(.disabled, of: try backend())
        case "drain": self = .say(.draining, of: try backend())
        case "switch": self = .choose(model, of: try backend())
        case "remove": self = .remove(try backend())
        case "register":
            guard let config, config.hasPrefix("{") else { throw .invalidParams("config") }
            self = .register(try backend(), document: config)
        default: throw .invalidParams("action")
        }
    }
}
