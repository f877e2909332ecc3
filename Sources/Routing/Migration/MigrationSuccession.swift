/// A backend that has taken another one's place for good.
public struct MigrationSuccession: Sendable, Equatable {
    /// Whose place it was.
    public let source: BackendID
    /// Who has it.
    public let target: BackendID
    /// Whether the source was drained; then it is its own again as soon as somebody enables it.
    public let isDrained: Bool

    /// A succession.
    public init(_ source: BackendID, by target: BackendID, isDrained: Bool) {
        self.source = source
        self.target = target
        self.isDrained = isDrained
    }

    /// The plan with the target where the source would stand, if it took work: before all that would come after it.
    /// - Parameter imagined: the plan of the same facts as if the source took work; asked only when it is needed.
    func steer(_ plan: consuming RoutePlan, imagined: () -> RoutePlan?) -> RoutePlan {
        guard isDrained else {
            guard let from = plan.candidates.firstIndex(where: { $0.backend.id == source }),
                let to = plan.candidates.firstIndex(where: { $0.backend.id == target }), to > from,
                !plan.candidates[to].isLastResort
            else { return plan }
            plan.move(from: to, to: from, why: "\(target) has taken the place of \(source)")
            return plan
        }
        guard plan.rejected.contains(where: { $0.backend == source && [.draining, .disabled].contains($0.rule) }),
            let to = plan.candidates.firstIndex(where: { $0.backend.id == target }), to > 0,
            !plan.candidates[to].isLastResort, let imagined = imagined(),
            let end = imagined.candidates.firstIndex(where: { $0.backend.id == source })
        else { return plan }
        let ahead = Set(imagined.candidates[..<end].map(\.backend.id))
        guard !ahead.contains(target),
            let from = plan.candidates.firstIndex(where: { !ahead.contains($0.backend.id) }), from < to
        else { return plan }
        plan.move(from: to, to: from, why: "\(target) has taken the place of \(source), which is drained")
        return plan
    }
}

extension RoutePlan {
    /// Moves a candidate ahead. The bounds of the strategy belong to places, not to backends.
    mutating func move(from old: Int, to new: Int, why: String) {
        let gates = candidates[new...old].map(\.gate)
        var candidate = candidates.remove(at: old)
        candidate.reason = .steered(why)
        candidates.insert(candidate, at: new)
        for (place, gate) in zip(new...old, gates) { candidates[place].gate = gate }
    }
}
