internal import Foundation
internal import Persona
internal import Synchronization

/// Who thinks, for whom, and in which conversation.
struct Origin: Sendable, Undisclosed {
    var persona: PersonaID
    /// Nil is a caller of its own.
    var caller: String?
    /// The client's name for it; another caller's conversation of that name is another one.
    var conversation: String?
}

/// What the memory knows an origin by: keyed digests, which tell equal ones and nothing else.
struct OriginDigests: Sendable {
    let persona: Data
    /// Of persona and caller.
    let owner: Data
    let conversation: Data?
}

extension Memory {
    /// The digests of an origin.
    func digests(of origin: Origin) -> OriginDigests {
        if let known = knownOrigins[origin] { return known }
        let caller = origin.caller ?? ""
        let owner = "\(origin.persona)\u{0}\(caller.utf8.count)\u{0}\(caller)"
        let digests = OriginDigests(
            persona: digest("persona\u{0}\(origin.persona)"),
            owner: digest("owner\u{0}\(owner)"),
            // The count keeps a caller's end from being taken for a conversation's beginning.
            conversation: origin.conversation.map { digest("conversation\u{0}\(owner)\u{0}\($0)") }
        )
        knownOrigins[origin] = digests
        return digests
    }
}

/// The digests of those who have thought of late: to make them takes longer than to look them up. Not of conversations:
/// nothing of one is to be found in memory when it is over.
final class KnownOrigins: Sendable {
    private struct Name: Hashable {
        let persona: PersonaID
        let caller: String?
    }

    private static let most = 1_024
    private let known = Mutex<[Name: OriginDigests]>([:])

    subscript(_ origin: Origin) -> OriginDigests? {
        get {
            guard origin.conversation == nil else { return nil }
            return known.withLock { $0[Name(persona: origin.persona, caller: origin.caller)] }
        }
        set {
            guard origin.conversation == nil else { return }
            known.withLock { known in
                if known.count >= Self.most { known = [:] }
                known[Name(persona: origin.persona, caller: origin.caller)] = newValue
            }
        }
    }
}

/// Who was forgotten while thoughts were under way: what began before that leaves nothing behind.
final class Forgettings: Sendable {
    private struct State {
        var count: UInt64 = 0
        /// When each was forgotten last.
        var last: [Data: UInt64] = [:]
        /// Whatever began before is taken for forgotten.
        var floor: UInt64 = 0
    }

    /// More are not told apart: then all that is under way is forgotten.
    private static let most = 4_096
    private let state = Mutex(State())

    /// A moment, to be asked about later.
    var now: UInt64 { state.withLock { $0.count } }

    /// From now on whatever has begun is forgotten of this owner or conversation.
    func forget(_ digest: Data) {
        state.withLock { state in
            state.count += 1
            if state.last.count >= Self.most {
                state.last = [:]
                state.floor = state.count
            }
            state.last[digest] = state.count
        }
    }

    /// Whether it was forgotten after that moment.
    func hasForgotten(_ digests: OriginDigests, since moment: UInt64) -> Bool {
        state.withLock { state in
            if state.last.isEmpty { return moment < state.floor }
            let last = [digests.owner, digests.conversation].compactMap { $0.flatMap { state.last[$0] } }
            return moment < state.floor || last.contains { $0 > moment }
        }
    }
}
