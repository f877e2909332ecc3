/// Answers by what was asked, in whatever words. Pure: the time comes in.
///
/// Who came first goes first, whether by age or for want of room.
struct SemanticShelf {
    private struct Slot {
        let question: SemanticCache.Question
        let answer: Answer
        let born: ContinuousClock.Instant
        let serial: UInt64
        let size: Int
    }

    private struct Scope {
        let number: Int32
        var count = 0
        /// The rows of its questions, by their forms.
        var rows: [QuestionForm: Int] = [:]
    }

    /// What a search came to.
    enum Found {
        case answer(Answer, similarity: Double)
        /// Near enough, and another question.
        case gated(ParaphraseGate.Difference)
        case nothing
    }

    let policy: SemanticPolicy
    private var index: VectorIndex?
    private var slots: [Int: Slot] = [:]
    private var scopes: [CacheKey: Scope] = [:]
    private var lastScope: Int32 = 0
    /// Rows in the order of their birth; those whose serial is another by now have gone before.
    private var births: [(row: Int, serial: UInt64)] = []
    private var firstBirth = 0
    private var lastSerial: UInt64 = 0
    /// The snapshot that its answers belong to.
    private var generation = 0
    /// The bytes of all that is kept.
    private(set) var bytes = 0

    /// How many of the nearest questions the gate is asked about.
    private static let nearest = 8

    init(_ policy: SemanticPolicy) {
        self.policy = policy
    }

    var count: Int { slots.count }

    /// A fresh answer to the same question.
    mutating func find(
        _ question: SemanticCache.Question,
        _ vector: [Float],
        at now: ContinuousClock.Instant
    ) -> Found {
        guard adopt(question.generation) else { return .nothing }
        dropExpired(at: now)
        guard let scope = scopes[question.scope], let index, index.dimensions == vector.count else { return .nothing }
        let least = Float(policy.threshold)
        var why: ParaphraseGate.Difference?
        for match in index.nearest(to: vector, scope: scope.number, atLeast: least, most: Self.nearest) {
            guard let slot = slots[match.row] else { continue }
            guard let difference = ParaphraseGate.difference(question.form, slot.question.form) else {
                return .answer(slot.answer, similarity: min(1, Double(match.cosine)))
            }
            why = why ?? difference
        }
        return why.map(Found.gated) ?? .nothing
    }

    /// Keeps an answer; the oldest ones make room.
    mutating func put(
        _ answer: Answer,
        for question: SemanticCache.Question,
        _ vector: [Float],
        at now: ContinuousClock.Instant
    ) {
        guard adopt(question.generation) else { return }
        dropExpired(at: now)
        if let row = scopes[question.scope]?.rows[question.form] { remove(row) }
        // Vectors of another length are another model's: nothing of what is here compares with them.
        if let index, index.dimensions != vector.count { clear() }
        let size =
            VectorIndex.bytes(dimensions: vector.count) + question.scope.size + question.form.size
            + answer.text.utf8.count + Self.overhead
        guard size <= policy.maxBytes / 4, policy.maxEntries > 0 else { return }
        while !slots.isEmpty, slots.count >= policy.maxEntries || bytes + size > policy.maxBytes { removeOldest() }
        if scopes[question.scope] == nil {
            lastScope += 1
            scopes[question.scope] = Scope(number: lastScope)
        }
        if index == nil { index = VectorIndex(dimensions: vector.count) }
        guard let number = scopes[question.scope]?.number, let row = index?.insert(vector, scope: number) else {
            return
        }
        lastSerial += 1
        slots[row] = Slot(question: question, answer: answer, born: now, serial: lastSerial, size: size)
        scopes[question.scope]?.count += 1
        scopes[question.scope]?.rows[question.form] = row
        births.append((row, lastSerial))
        bytes += size
    }

    /// About what an entry needs besides.
    private static let overhead = 640

    // MARK: Letting go

    /// Whether a question belongs to the snapshot of the answers; those of an earlier one go.
    private mutating func adopt(_ other: Int) -> Bool {
        if other > generation {
            clear()
            generation = other
        }
        return other == generation
    }

    private mutating func clear() {
        index = nil
        slots = [:]
        scopes = [:]
        births = []
        firstBirth = 0
        bytes = 0
    }

    private mutating func dropExpired(at now: ContinuousClock.Instant) {
        while let oldest = oldest, let slot = slots[oldest], now - slot.born >= policy.maxAge { remove(oldest) }
    }

    private mutating func removeOldest() {
        if let oldest { remove(oldest) }
    }

    /// The row that was born first.
    private var oldest: Int? {
        mutating get {
            while firstBirth < births.count {
                let (row, serial) = births[firstBirth]
                if slots[row]?.serial == serial { return row }
                firstBirth += 1
            }
            births = []
            firstBirth = 0
            return nil
        }
    }

    private mutating func remove(_ row: Int) {
        guard let slot = slots.removeValue(forKey: row) else { return }
        index?.remove(row)
        bytes -= slot.size
        scopes[slot.question.scope]?.rows[slot.question.form] = nil
        scopes[slot.question.scope]?.count -= 1
        if scopes[slot.question.scope]?.count == 0 { scopes[slot.question.scope] = nil }
        // Half of the list being gone, the rest moves up.
        if firstBirth > 1_024, firstBirth * 2 > births.count {
            births.removeFirst(firstBirth)
            firstBirth = 0
        }
    }
}
