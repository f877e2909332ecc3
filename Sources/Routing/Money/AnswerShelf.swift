/// Answers by their keys, the one that was used last the last to go. Pure: the time comes in.
struct AnswerShelf {
    private struct Slot {
        let key: CacheKey
        let answer: Answer
        let born: ContinuousClock.Instant
        /// The places of the next newer and the next older one in order of use.
        var newer: Int?
        var older: Int?

        var size: Int { key.size + answer.text.utf8.count + Self.overhead }
        /// About what a slot needs besides.
        private static let overhead = 512
    }

    var policy: CachePolicy
    private var places: [CacheKey: Int] = [:]
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    /// The bytes of all that is kept.
    private(set) var bytes = 0

    init(_ policy: CachePolicy) {
        self.policy = policy
    }

    var count: Int { places.count }

    /// A fresh answer to the very same request.
    mutating func take(_ key: CacheKey, at now: ContinuousClock.Instant) -> Answer? {
        guard let place = places[key], let slot = slots[place] else { return nil }
        guard now - slot.born < policy.maxAge else {
            remove(place)
            return nil
        }
        unlink(place)
        link(place)
        return slot.answer
    }

    /// Keeps an answer; those that were not used for the longest time make room.
    mutating func put(_ answer: Answer, for key: CacheKey, at now: ContinuousClock.Instant) {
        if let place = places[key] { remove(place) }
        let slot = Slot(key: key, answer: answer, born: now)
        // One answer is not worth all others.
        guard slot.size <= policy.maxBytes / 4, policy.maxEntries > 0 else { return }
        while let oldest, count >= policy.maxEntries || bytes + slot.size > policy.maxBytes { remove(oldest) }
        let place = free.popLast() ?? slots.count
        if place == slots.count { slots.append(slot) } else { slots[place] = slot }
        places[key] = place
        bytes += slot.size
        link(place)
    }

    // MARK: Order of use

    private mutating func remove(_ place: Int) {
        guard let slot = slots[place] else { return }
        unlink(place)
        places[slot.key] = nil
        slots[place] = nil
        free.append(place)
        bytes -= slot.size
    }

    private mutating func link(_ place: Int) {
        slots[place]?.older = newest
        slots[place]?.newer = nil
        if let newest { slots[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        guard let slot = slots[place] else { return }
        if let newer = slot.newer { slots[newer]?.older = slot.older } else { newest = slot.older }
        if let older = slot.older { slots[older]?.newer = slot.newer } else { oldest = slot.newer }
    }
}
