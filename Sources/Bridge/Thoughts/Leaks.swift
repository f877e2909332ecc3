internal import Persona
internal import Routing

extension ThoughtService {
    /// What waits for the owner, and the owner's word on it.
    func leaks(_ id: RequestID, _ request: LeaksRequest) async throws(BridgeError) -> [UInt8] {
        do {
            switch request {
            case .list(let limit): return ServerMessage.leaks(id, try await quarantine.list(limit: limit))
            case .show(let number):
                if let leak = try await quarantine.show(number) { return ServerMessage.leak(id, leak) }
            case .decide(let number, let state):
                if let leak = try await quarantine.decide(number, state) {
                    let event: GuardEvent = state == .released ? .released : .denied
                    await ledger.note(event, IdentityClass(rawValue: leak.identityClass) ?? .odd, place: leak.field)
                    return ServerMessage.leak(id, leak)
                }
            }
        } catch {
            // What SQLite says may hold a text.
            throw BridgeError(.internalError)
        }
        throw .invalidParams("leak")
    }
}
