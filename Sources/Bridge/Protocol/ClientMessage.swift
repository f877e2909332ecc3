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
    case learning(LearningRequest)
    case jobs(JobsRequest)
    case compare(CompareParams)
    case migrate(MigrateRequest)
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
        guard let fields = JSONObject(value) else {
            // It is JSON, and no object.
            return ClientMessage(id: nil, request: .failure(BridgeError(.invalidRequest)))
        }
        return Envelope.read(fields)
    }

    /// How deep brackets may nest.
    private static let deepest = 64
}

/// The JSON-RPC envelope.
private enum Envelope {
    static func read(_ fields: JSONObject) -> ClientMessage {
        guard let id = id(fields) else {
            return ClientMessage(id: nil, request: .failure(BridgeError(.invalidRequest, .init(field: "id"))))
        }
        return ClientMessage(id: id.value, request: Result { () throws(BridgeError) in try request(fields) })
    }

    private struct OptionalID { let value: RequestID? }

    /// The id; nil when there is one that no request may have.
    private static func id(_ fields: JSONObject) -> OptionalID? {
        guard let value = fields.present("id") else { return OptionalID(value: nil) }
        if let number = value.count { return OptionalID(value: .integer(Int64(number))) }
        if let text = value.words, (1...128).contains(text.utf8.count) { return OptionalID(value: .string(text)) }
        return nil
    }

    private static func request(_ fields: JSONObject) throws(BridgeError) -> ClientRequest {
        guard fields["jsonrpc"]?.words == "2.0" else {
            throw BridgeError(.invalidRequest, .init(field: "jsonrpc"))
        }
        for field in fields.fields {
            switch field.key {
            case "jsonrpc", "id", "method", "params": continue
            default: throw BridgeError(.invalidRequest, .init(field: AnyKey(field.key).field))
            }
        }
        guard let method = fields["method"]?.words else {
            throw BridgeError(.invalidRequest, .init(field: "method"))
        }
        guard let value = fields["params"] else { return try request(method, Params(nil)) }
        guard let object = JSONObject(value) else { throw .invalidParams("params") }
        return try request(method, Params(object))
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
        case "learning": return .learning(try LearningRequest(learning: params))
        case "preferences": return .learning(try LearningRequest(preferences: params))
        case "experiment": return .learning(try LearningRequest(experiment: params))
        case "batch": return .batch(try BatchParams(params))
        case "journal": return .journal(try JournalParams(params))
        case "jobs": return .jobs(try JobsRequest(params))
        case "compare": return .compare(try CompareParams(params))
        case "migrate": return .migrate(try MigrateRequest(params))
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
