internal import NIOCore
internal import Persona
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
    case subscribe([ServerEvent])
    case unsubscribe([ServerEvent])
    case rate(RateParams)
    case costs
    case audit
    case backends(BackendsRequest)
    case models(isFresh: Bool)
    case names([GameNames.Name])
    case leaks(LeaksRequest)
    case reload
    case forget(ForgetParams)
    case journal(JournalParams)
    case batch(BatchParams)
}

/// A line, read.
struct ClientMessage: Sendable {
    /// Nil for a notification.
    let id: RequestID?
    /// What it asks, or what is wrong with it.
    let request: Result<ClientRequest, BridgeError>

    /// Reads a line. It never throws: what cannot be read becomes an error to be answered.
    static func read(_ line: ByteBuffer) -> ClientMessage {
        let value: JSONValue
        do {
            value = try line.withUnsafeReadableBytes { try JSONParser.parse($0, deepest: deepest) }
        } catch {
            return ClientMessage(id: nil, request: .failure(BridgeError(.parseError)))
        }
        do { return try JSONTree.decode(Envelope.self, from: value).message } catch {
            // It is JSON, and no object.
            return ClientMessage(id: nil, request: .failure(BridgeError(.invalidRequest)))
        }
    }

    /// How deep brackets may nest.
    private static let deepest = 64
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
        case "route": return .route(try ThoughtParams(params, isThink: false))
        case "think": return .think(try ThoughtParams(params, isThink: true))
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
        case "leaks": return .leaks(try LeaksRequest(params))
        case "models":
            try params.allow("refresh")
            return .models(isFresh: try params.boolean("refresh") ?? false)
        case "names": return .names(try names(params))
        case "reload":
            try params.allow()
            return .reload
        case "forget": return .forget(try ForgetParams(params))
        case "rate": return .rate(try RateParams(params))
        case "batch": return .batch(try BatchParams(params))
        case "journal": return .journal(try JournalParams(params))
        default: throw BridgeError(.methodNotFound)
        }
    }

    private static func events(_ params: Params) throws(BridgeError) -> [ServerEvent] {
        try params.allow("events")
        guard let names = try params.strings("events", atMost: 16) else { throw .invalidParams("events") }
        return try names.map { name throws(BridgeError) in
            guard let event = ServerEvent(rawValue: name) else { throw .invalidParams("events") }
            return event
        }
    }

    private static func names(_ params: Params) throws(BridgeError) -> [GameNames.Name] {
        try params.allow("names")
        let names = try params.array("names", atMost: 10_000) { element throws(BridgeError) in
            guard case .object(let params) = element else { throw .invalidParams("names") }
            try params.allow("class", "text")
            guard let kind: GameNames.Name.Kind = try params.choice("class") else { throw .invalidParams("class") }
            guard let text = try params.string("text", count: 0...1_024) else { throw .invalidParams("text") }
            return GameNames.Name(kind, text)
        }
        guard let names else { throw .invalidParams("names") }
        return names
    }
}
