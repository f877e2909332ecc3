/// What a client at the front door wants.
struct DoorRequest: Sendable {
    var params: ThoughtParams
    /// The model as the client named it.
    var model: String
    var isStreamed: Bool
    /// Whether the stream's end tells usage (`stream_options.include_usage`); always in Anthropic's dialect.
    var tellsUsage: Bool
    /// Whether the answer is one JSON value: then a fence around it is taken off.
    var wantsJSON = false
}

/// One API of the front door. Pure: a value is one request's answer.
protocol DoorDialect: Sendable {
    /// Reads a request's body.
    /// - Throws: what is wrong, with the name of the field.
    static func read(_ body: [UInt8], _ models: ModelNames) throws(DoorError) -> DoorRequest
    /// An error as a whole answer's body.
    static func body(of error: DoorError) -> [UInt8]

    /// - Parameters:
    ///   - id: names the answer; no other has it.
    ///   - created: seconds since 1970.
    init(id: String, created: Int64, request: DoorRequest)
    /// The whole answer's body.
    func whole(_ reply: Reply) -> [UInt8]
    /// What a stream begins with. This and each of the pieces that follow is a number of whole server-sent events.
    mutating func begin() -> [UInt8]
    mutating func delta(_ text: String) -> [UInt8]
    /// The end of a stream: calls of tools, why it ended, usage, who answered.
    mutating func finish(_ reply: Reply) -> [UInt8]
    /// The stream ends with an error after it has begun.
    mutating func fail(_ error: DoorError) -> [UInt8]
    /// An event of that name with that JSON, which clients that do not know it leave alone; with no name a comment that
    /// keeps the line open.
    func notice(_ name: String, _ json: [UInt8]) -> [UInt8]
}
