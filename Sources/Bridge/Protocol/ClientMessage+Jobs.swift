internal import Routing

/// What `jobs` is asked to do.
enum JobsRequest: Sendable {
    case submit([JobDraft])
    case list(jobs: [Int64]?, states: [JobState], limit: Int, caller: String?)
    case show(Subject, caller: String?)
    case cancel(Int64, caller: String?)
    case retry(Int64, caller: String?)
    case replay(Subject, caller: String?)

    /// A job of the queue, or any thought.
    enum Subject: Sendable {
        case job(Int64)
        case thought(String)
    }

    init(_ params: Params) throws(BridgeError) {
        let action = try params.string("action", count: 1...64) ?? "list"
        let caller = try params.string("caller", count: 1...64)
        switch action {
        case "submit":
            try params.allow("action", "jobs")
            self = .submit(try JobDraft.batch(params))
        case "list":
            try params.allow("action", "jobs", "state", "limit", "caller")
            self = .list(
                jobs: try params.numbers("jobs", atMost: Self.mostListed),
                states: try params.choice("state").map { [$0] } ?? [],
                limit: try params.integer("limit", in: 1...Self.mostListed) ?? 100,
                caller: caller
            )
        case "show":
            try params.allow("action", "job", "thought", "caller")
            self = .show(try Self.subject(params), caller: caller)
        case "replay":
            try params.allow("action", "job", "thought", "caller")
            self = .replay(try Self.subject(params), caller: caller)
        case "cancel":
            try params.allow("action", "job", "caller")
            self = .cancel(try Self.job(params), caller: caller)
        case "retry":
            try params.allow("action", "job", "caller")
            self = .retry(try Self.job(params), caller: caller)
        default: throw .invalidParams("action")
        }
    }

    /// So many are told at once: a line has its limit.
    static let mostListed = 1_000

    private static func job(_ params: Params) throws(BridgeError) -> Int64 {
        guard let job = try params.integer("job", in: 1 ... .max) else { throw .invalidParams("job") }
        return Int64(job)
    }

    private static func subject(_ params: Params) throws(BridgeError) -> Subject {
        guard let thought = try params.string("thought", count: 1...64) else { return .job(try job(params)) }
        guard try params.integer("job", in: 1 ... .max) == nil else { throw .invalidParams("thought") }
        return .thought(thought)
    }
}

/// A job as it is submitted.
struct JobDraft: Sendable {
    /// What the others that come with it call it.
    var name: String?
    /// The thought, read and checked.
    var params: ThoughtParams
    /// The same as it came.
    var json: String
    var after: [JobReference] = []
    var priority = JobScheduler.usualPriority
    /// How many attempts it has; nil for the configuration's number.
    var tries: Int?
    /// The pause after its first failure, in milliseconds; nil for the configuration's.
    var backoff: Int64?
    var isIdempotent = false

    /// So many come together at most.
    static let mostAtOnce = 100

    static func batch(_ params: Params) throws(BridgeError) -> [JobDraft] {
        let drafts = try params.array("jobs", atMost: mostAtOnce) { element throws(BridgeError) in
            guard case .object(let params) = element else { throw .invalidParams("jobs") }
            return try JobDraft(params)
        }
        guard let drafts, !drafts.isEmpty else { throw .invalidParams("jobs") }
        let names = drafts.compactMap(\.name)
        guard Set(names).count == names.count else { throw .invalidParams("name") }
        return drafts
    }

    private init(_ fields: Params) throws(BridgeError) {
        try fields.allow("name", "think", "after", "priority", "attempts", "backoff_s", "idempotent")
        name = try fields.string("name", count: 1...64)
        if let name, !JobTemplate.isName(name) || name.allSatisfy(\.isNumber) { throw .invalidParams("name") }
        guard let think = try fields.object("think"), let json = try fields.json("think") else {
            throw .invalidParams("think")
        }
        self.json = json
        params = try ThoughtParams(think, isThink: true)
        // Nobody is there to hear a stream or to answer a call; a conversation goes on with whoever holds it.
        if params.isStreamed { throw .invalidParams("stream") }
        if params.conversation != nil { throw .invalidParams("conversation") }
        after = try fields.references("after") ?? []
        priority = try fields.integer("priority", in: 0...9) ?? priority
        tries = try fields.integer("attempts", in: 1...10)
        backoff = try fields.decimal("backoff_s", in: 0...3_600).map { Int64($0 * 1_000) }
        isIdempotent = try fields.boolean("idempotent") ?? false
    }
}

/// A job that another one needs: its number, or its name among those that come together.
enum JobReference: Sendable, Hashable {
    case number(Int64)
    case name(String)

    /// As it stands in a place of a task.
    init(_ text: String) {
        self = Int64(text).map(JobReference.number) ?? .name(text)
    }
}

extension Params {
    fileprivate func numbers(_ name: String, atMost limit: Int) throws(BridgeError) -> [Int64]? {
        try integers(name, atMost: limit)?.map { Int64($0) }
    }

    fileprivate func references(_ name: String) throws(BridgeError) -> [JobReference]? {
        guard let value = fields?[name] else { return nil }
        guard let elements = value.elements, elements.count <= JobDraft.mostAtOnce else { throw .invalidParams(name) }
        let references = elements.compactMap { element in
            element.count.map { .number(Int64($0)) } ?? element.words.map { JobReference($0) }
        }
        guard references.count == elements.count else { throw .invalidParams(name) }
        return references
    }
}
