internal import FoundationEssentials
internal import Routing

/// What `backends` is asked to do.
enum BackendsRequest: Sendable {
    case list
    /// Lets a backend take work, or take no new work, or none.
    case say(OperatorWord, of: String)
    /// Adds a backend whose section is that JSON.
    case register(String, document: String)
    case remove(String)

    init(_ params: Params) throws(BridgeError) {
        try params.allow("action", "backend", "config")
        let action = try params.string("action", count: 1...64) ?? "list"
        let name = try params.string("backend", count: 1...64)
        let config = try params.value("config", PlainJSON.self)
        if action == "list" {
            guard name == nil else { throw .invalidParams("backend") }
            guard config == nil else { throw .invalidParams("config") }
            self = .list
            return
        }
        guard action == "register" || config == nil else { throw .invalidParams("config") }
        guard let name else { throw .invalidParams(["enable", "disable", "drain", "register", "remove"].contains(action) ? "backend" : "action") }
        switch action {
        case "enable": self = .say(.enabled, of: name)
        case "disable": self = .say(.disabled, of: name)
        case "drain": self = .say(.draining, of: name)
        case "remove": self = .remove(name)
        case "register":
            guard let config, case .object = config else { throw .invalidParams("config") }
            self = .register(name, document: config.text)
        default: throw .invalidParams("action")
        }
    }
}

/// JSON of any shape, to be read by somebody else.
enum PlainJSON: Decodable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([PlainJSON])
    case object([(key: String, value: PlainJSON)])

    init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: AnyKey.self) {
            // A decoder gives the keys in no order of theirs.
            let keys = fields.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(try keys.map { ($0.stringValue, try fields.decode(PlainJSON.self, forKey: $0)) })
        } else if var values = try? decoder.unkeyedContainer() {
            var array: [PlainJSON] = []
            while !values.isAtEnd { array.append(try values.decode(PlainJSON.self)) }
            self = .array(array)
        } else {
            self = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ value: any SingleValueDecodingContainer) throws -> PlainJSON {
        if value.decodeNil() { return .null }
        if let boolean = try? value.decode(Bool.self) { return .boolean(boolean) }
        if let integer = try? value.decode(Int64.self) { return .integer(integer) }
        if let number = try? value.decode(Double.self) { return .number(number) }
        return .string(try value.decode(String.self))
    }

    /// As JSON.
    var text: String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(_ json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.integer(value)
        case .number(let value): json.number(value)
        case .string(let value): json.string(value)
        case .array(let values): json.array(values) { $1.write(&$0) }
        case .object(let fields):
            json.object { json in
                for (key, value) in fields {
                    json.key(escaping: key)
                    value.write(&json)
                }
            }
        }
    }
}
