/// What a client hears of: one task for each event.
struct Subscriptions {
    private var hearings: [ServerEvent: Task<Void, Never>] = [:]
    /// The last that was cancelled of each event; the next waits for it, so none is forgotten before it has ended.
    private var endings: [ServerEvent: Task<Void, Never>] = [:]

    /// What is heard now.
    var events: [ServerEvent] { ServerEvent.allCases.filter { hearings[$0] != nil } }

    /// - Parameter hear: starts the task, which is given the one to wait for.
    mutating func begin(_ event: ServerEvent, _ hear: (Task<Void, Never>?) -> Task<Void, Never>) {
        if hearings[event] == nil { hearings[event] = hear(endings.removeValue(forKey: event)) }
    }

    mutating func end(_ event: ServerEvent) {
        guard let hearing = hearings.removeValue(forKey: event) else { return }
        hearing.cancel()
        endings[event] = hearing
    }

    /// Ends them all.
    /// - Returns: what may still be running.
    mutating func end() -> [Task<Void, Never>] {
        for event in events { end(event) }
        defer { endings = [:] }
        return Array(endings.values)
    }
}
