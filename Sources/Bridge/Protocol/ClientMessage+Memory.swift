/// The parameters of `forget`.
struct ForgetParams: Sendable {
    let persona: String?
    let caller: String?
    let conversation: String?

    init(_ params: Params) throws(BridgeError) {
        try params.allow("persona", "caller", "conversation")
        persona = try params.string("persona", count: 1...64)
        caller = try params.string("caller", count: 1...64)
        conversation = try params.string("conversation", count: 1...128)
    }
}

/// The parameters of `journal`.
struct JournalParams: Sendable {
    let persona: String?
    let caller: String?
    let about: String?
    let limit: Int

    init(_ params: Params) throws(BridgeError) {
        try params.allow("persona", "caller", "about", "limit")
        persona = try params.string("persona", count: 1...64)
        caller = try params.string("caller", count: 1...64)
        about = try params.string("about", count: 1...1_024)
        limit = try params.integer("limit", in: 1...50) ?? 10
    }
}
