/// What learning has to say of a plan.
public struct Lesson: Sendable, Equatable {
    /// What it comes to.
    public enum Verdict: Sendable, Equatable {
        /// The rules' own choice is the best known.
        case agrees
        /// Another one is better, surely enough.
        case prefers
        /// Another one is tried out, to learn.
        case explores
    }

    /// What it comes to.
    public let verdict: Verdict
    /// Whether it is only said.
    public let isShadow: Bool
    /// Who should go first.
    public let backend: BackendID
    /// What is believed of that one.
    public let belief: Belief
    /// Of two who are not the same: who would be first otherwise, and what is believed of that one. Where one is preferred it
    /// is the rules' choice, where one is tried out it is the best known.
    public let other: BackendID?
    /// What is believed of the other.
    public let otherBelief: Belief?
    /// The place in the plan of who should go first.
    let place: Int

    /// Whether it changes the plan.
    var isMove: Bool { !isShadow && verdict != .agrees }

    /// How sure it is that the one is better than the other, from 0 to 1; nil where there is no other.
    public var sureness: Double? { otherBelief.map { Chance.share(below: belief.lead(over: $0)) } }

    /// The lesson in words.
    var words: String {
        let own = "\(belief.words) of \(Self.outcomes(belief.count))"
        guard let other, let otherBelief else { return "learning agrees, \(own)" }
        let rest = "\(other) \(otherBelief.words) of \(Self.outcomes(otherBelief.count))"
        let sure = Int(((sureness ?? 0) * 100).rounded(.down))
        switch (verdict, isShadow) {
        case (.explores, true): return "learning would try out \(backend), \(own); the best known is \(rest)"
        case (.explores, false): return "tried out to learn, \(own); the best known is \(rest)"
        case (_, true): return "learning would ask \(backend), \(own); \(rest); \(sure) % sure"
        case (_, false): return "learned to be better, \(own); by the rules \(rest); \(sure) % sure"
        }
    }

    private static func outcomes(_ count: Double) -> String {
        let whole = Int(count.rounded())
        return whole == 1 ? "1 outcome" : "\(whole) outcomes"
    }
}

extension Belief {
    /// `0.71 ± 0.02`.
    public var words: String { "\(Self.hundredths(mean)) ± \(Self.hundredths(deviation))" }

    private static func hundredths(_ value: Double) -> String {
        let count = Int((min(max(value, 0), 9) * 100).rounded())
        return "\(count / 100).\(count % 100 < 10 ? "0" : "")\(count % 100)"
    }
}
