internal import Routing
internal import Synchronization

/// What callers prefer: told, or shown by their ratings. What was told goes before.
final class Preferences: PlanSteering {
    /// A caller's.
    struct Entry: Sendable, Equatable {
        let caller: String
        let preference: Preference
        let source: Preference.Source
    }

    private struct State {
        var told: [String: Preference]
        var learned: [String: Preference] = [:]

        func entry(_ caller: String) -> Entry? {
            if let preference = told[caller] { return Entry(caller: caller, preference: preference, source: .told) }
            return learned[caller].map { Entry(caller: caller, preference: $0, source: .learned) }
        }
    }

    /// So many callers may have told theirs.
    static let mostTold = 10_000

    private let state: Mutex<State>
    private let isEmpty = Atomic<Bool>(true)

    init(_ told: [String: Preference]) {
        state = Mutex(State(told: told))
        isEmpty.store(told.isEmpty, ordering: .releasing)
    }

    func steer(_ plan: consuming RoutePlan, _ facts: borrowing Selector.Facts) -> RoutePlan {
        guard !isEmpty.load(ordering: .acquiring), let caller = facts.caller else { return plan }
        guard let entry = state.withLock({ $0.entry(caller) }) else { return plan }
        switch entry.source {
        case .told: return entry.preference.steer(plan.withoutTrial(), facts, .told)
        case .learned:
            // An experiment compares strategies over everybody.
            return plan.trial == nil ? entry.preference.steer(plan, facts, .learned) : plan
        }
    }

    /// A caller's, if there is one.
    subscript(caller: String) -> Entry? { state.withLock { $0.entry(caller) } }

    /// Everybody's, by caller.
    var all: [Entry] {
        state.withLock { state in
            Set(state.told.keys).union(state.learned.keys).sorted().compactMap(state.entry)
        }
    }

    /// Whether there is room for one more caller.
    func takes(_ caller: String) -> Bool {
        state.withLock { $0.told[caller] != nil || $0.told.count < Self.mostTold }
    }

    /// A caller has told.
    func tell(_ preference: Preference, of caller: String) { change { $0.told[caller] = preference } }

    /// Nothing is known of that caller any more.
    func forget(_ caller: String) {
        change { state in
            state.told[caller] = nil
            state.learned[caller] = nil
        }
    }

    /// Ratings are not heeded any more.
    func forgetLearned() { change { $0.learned = [:] } }

    /// Takes what ratings show.
    /// - Parameter caller: whose they are; nil for everybody's.
    func notice(_ ratings: [String: [RatedBackend]], of caller: String?) {
        change { state in
            if let caller { state.learned[caller] = nil } else { state.learned = [:] }
            for (caller, ratings) in ratings { state.learned[caller] = Preference.shown(by: ratings) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let isEmpty = state.withLock { state in
            body(&state)
            return state.told.isEmpty && state.learned.isEmpty
        }
        self.isEmpty.store(isEmpty, ordering: .releasing)
    }
}
