internal import FoundationEssentials
internal import NIOCore
internal import Routing

/// The id of a request, as the client chose it.
enum RequestID: Sendable, Hashable {
    case integer(Int64)
    case string(String)
}

/// What a client may ask; `docs/protocol.md` is the reference.
enum ClientRequest: Sendable {
    case hello(protocolVersion: Int)
    case route(ThoughtParams)
    case think(ThoughtParams)
    case cancel(RequestID)
    case health
    case subscribe([String])
    case unsubscribe([String])
    case costs
    case audit
    case backends(BackendsRequest)
    case models(isFresh: Bool)
    case reload
}

/// The parameters of `route` and `think`.
struct ThoughtParams: Sendable, Equatable {
    var task = ""
    var persona: String?
    var kind: TaskKind?
    var backend: String?
    var attachments: [String] = []
    var isLocalOnly = false
    var maxTokens: Int?
    var isStreamed = false
    var caller: String?
}

/// A line, read.
struct ClientMessage: Sendable {
    /// Nil for a notification.
    let id: RequestID?
    /// What it asks, or what is wrong with it.
    let request: Result<ClientRequest, BridgeError>

    /// Reads a line. It never throws: what cannot be read becomes an error to be answered.
    static func read(_ line: ByteBuffer) -> ClientMessage {
        guard nestingIsBounded(line), isUTF8(line) else {
            return ClientMessage(id: nil, request: .failure(BridgeError(.parseError)))
        }
        do {
            return try JSONDecoder().decode(Envelope.self, from: Data(line.readableBytesView)).message
        } catch DecodingError.dataCorrupted {
            return ClientMessage(id: nil, request: .failure(BridgeError(.parseError)))
        } catch {
            // It is JSON, and no object.
            return ClientMessage(id: nil, request: .failure(BridgeError(.invalidRequest)))
        }
    }

    /// Whether the line is UTF-8: the decoder would let some broken strings pass as something else.
    private static func isUTF8(_ line: ByteBuffer) -> Bool {
        line.withUnsafeReadableBytes { String(validating: $0, as: UTF8.self) != nil }
    }

    /// Whether brackets nest at most this deep, outside strings: a parser must not be led into deep recursion.
    private static func nestingIsBounded(_ line: ByteBuffer, limit: Int = 64) -> Bool {
        line.withUnsafeReadableBytes { bytes in
            var depth = 0
            var isInString = false
            var isEscaped = false
            for byte in bytes {
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    depth += 1
                    if depth > limit { return false }
                } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    depth -= 1
                }
            }
            return true
        }
    }
}

/// The JSON-RPC envelope. Decoding it never throws for what a client may get wrong inside an object.
private struct Envelope: Decodable {
    let message: ClientMessage

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        let id = Self.id(fields)
        guard let id else {
            message = ClientMessage(id: nil, request: .failure(BridgeError(.invalidRequest, .init(field: "id"))))
            return
        }
        message = ClientMessage(id: id.value, request: Result { () throws(BridgeError) in try Self.request(fields) })
    }

    private struct OptionalID { let value: RequestID? }

    /// The id; nil when there is one that no request may have.
    private static func id(_ fields: KeyedDecodingContainer<AnyKey>) -> OptionalID? {
        let key = AnyKey("id")
        guard fields.contains(key), (try? fields.decodeNil(forKey: key)) != true else { return OptionalID(value: nil) }
        if let number = try? fields.decode(Int64.self, forKey: key) { return OptionalID(value: .integer(number)) }
        if let text = try? fields.decode(String.self, forKey: key), (1...128).contains(text.utf8.count) {
            return OptionalID(value: .string(text))
        }
        return nil
    }

    private static func request(_ fields: KeyedDecodingContainer<AnyKey>) throws(BridgeError) -> ClientRequest {
        guard (try? fields.decode(String.self, forKey: AnyKey("jsonrpc"))) == "2.0" else {
            throw BridgeError(.invalidRequest, .init(field: "jsonrpc"))
        }
        for key in fields.allKeys where !["jsonrpc", "id", "method", "params"].contains(key.stringValue) {
            throw BridgeError(.invalidRequest, .init(field: key.field))
        }
        guard let method = try? fields.decode(String.self, forKey: AnyKey("method")) else {
            throw BridgeError(.invalidRequest, .init(field: "method"))
        }
        let params: Params
        if fields.contains(AnyKey("params")) {
            guard let object = try? fields.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("params")) else {
                throw .invalidParams("params")
            }
            params = Params(object)
        } else {
            params = Params(nil)
        }
        return try request(method, params)
    }

    private static func request(_ method: String, _ params: Params) throws(BridgeError) -> ClientRequest {
        switch method {
        case "hello":
            try params.allow("client", "protocol")
            _ = try params.string("client", count: 0...64)
            guard let version = try params.integer("protocol", in: .min ... .max) else {
                throw .invalidParams("protocol")
            }
            return .hello(protocolVersion: version)
        case "route": return .route(try thought(params, isThink: false))
        case "think": return .think(try thought(params, isThink: true))
        case "cancel":
            try params.allow("id")
            guard let fields = params.fields, let id = Self.id(fields)?.value else { throw .invalidParams("id") }
            return .cancel(id)
        case "health":
            try params.allow()
            return .health
        case "subscribe": return .subscribe(try events(params))
        case "unsubscribe": return .unsubscribe(try events(params))
        case "costs":
            try params.allow()
            return .costs
        case "audit":
            try params.allow()
            return .audit
        case "backends": return .backends(try BackendsRequest(params))
        case "models":
            try params.allow("refresh")
            return .models(isFresh: try params.boolean("refresh") ?? false)
        case "reload":
            try params.allow()
            return .reload
        default: throw BridgeError(.methodNotFound)
        }
    }

    private static func events(_ params: Params) throws(BridgeError) -> [String] {
        try params.allow("events")
        guard let events = try params.strings("events", atMost: 16), events.allSatisfy({ $0 == "health.changed" })
        else {
            throw .invalidParams("events")
        }
        return events
    }

    private static func thought(_ params: Params, isThink: Bool) throws(BridgeError) -> ThoughtParams {
        if isThink {
            try params.allow(
                "task",
                "persona",
                "kind",
                "backend",
                "attachments",
                "local_only",
                "max_tokens",
                "stream",
                "caller"
            )
        } else {
            try params.allow("task", "persona", "kind", "backend", "attachments", "local_only")
        }
        guard let task = try params.string("task", count: 1...262_144) else { throw .invalidParams("task") }
        var thought = ThoughtParams(task: task)
        thought.persona = try params.string("persona", count: 1...64)
        if let name = try params.string("kind", count: 1...64) {
            guard let kind = TaskKind(rawValue: name) else { throw .invalidParams("kind") }
            thought.kind = kind
        }
        thought.backend = try params.string("backend", count: 1...64)
        thought.attachments = try params.strings("attachments", atMost: 16) ?? []
        thought.isLocalOnly = try params.boolean("local_only") ?? false
        thought.maxTokens = try params.integer("max_tokens", in: 1...131_072)
        thought.isStreamed = try params.boolean("stream") ?? false
        thought.caller = try params.string("caller", count: 1...64)
        return thought
    }
}

/// Parameters, read one by one; what is wrong names its field.
struct Params {
    let fields: KeyedDecodingContainer<AnyKey>?

    init(_ fields: KeyedDecodingContainer<AnyKey>?) {
        self.fields = fields
    }

    /// Refuses parameters that the method does not have.
    func allow(_ names: StaticString...) throws(BridgeError) {
        guard let fields else { return }
        let known = names.map(\.description)
        for key in fields.allKeys where !known.contains(key.stringValue) { throw .invalidParams(key.field) }
    }

    /// A string whose UTF-8 has that many bytes.
    func string(_ name: String, count: ClosedRange<Int>) throws(BridgeError) -> String? {
        guard let value = try value(name, String.self) else { return nil }
        guard count.contains(value.utf8.count) else { throw .invalidParams(name) }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(BridgeError) -> Int? {
        guard let value = try value(name, Int.self) else { return nil }
        guard range.contains(value) else { throw .invalidParams(name) }
        return value
    }

    func boolean(_ name: String) throws(BridgeError) -> Bool? { try value(name, Bool.self) }

    func strings(_ name: String, atMost limit: Int) throws(BridgeError) -> [String]? {
        guard let value = try value(name, [String].self) else { return nil }
        guard value.count <= limit, value.allSatisfy({ (1...128).contains($0.utf8.count) }) else {
            throw .invalidParams(name)
        }
        return value
    }

    func value<Value: Decodable>(_ name: String, _ type: Value.Type) throws(BridgeError) -> Value? {
        guard let fields, fields.contains(AnyKey(name)) else { return nil }
        guard let value = try? fields.decode(type, forKey: AnyKey(name)) else { throw .invalidParams(name) }
        return value
    }
}

/// Any name of a field.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    /// The name as an error may repeat it: names are the client's own, so a long or odd one is not echoed.
    var field: String {
        let isPlain = stringValue.utf8.count <= 64 && stringValue.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? stringValue : "params"
    }
}
