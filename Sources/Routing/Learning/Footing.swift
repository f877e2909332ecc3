/// Whom learning may put first, of those whom the rules let be asked.
///
/// The rules say who is safe; learning chooses among those who are as safe as the one whom they ask first: at the same place
/// (on this machine, or off it), of no lesser tier, no last resort, behind no bound of the strategy, and no dearer where a
/// budget counts.
public struct Footing: Sendable, Equatable {
    /// Why nothing is changed.
    public enum Aside: String, Sendable {
        case alone = "nobody else may be asked"
        case named = "a backend was asked for"
        case wanted = "the task wants a tier or a quality"
        case exposed = "the answer changes something or is seen"
        case strategy = "the configured strategy says who is asked"
        case ruled = "a configured rule says who is asked"
        case budget = "the task is over a budget"
        case unwell = "nobody is well"
        case equals = "nobody else is as safe"
    }

    /// How far it may go.
    public enum Freedom: Sendable, Equatable {
        case aside(Aside)
        /// Those who are known to be better may go first; nobody is tried out.
        case known
        /// Others may be tried out, too.
        case full
    }

    /// How far.
    public let freedom: Freedom
    /// The places in the plan of those on equal footing; the first is the rules' own choice.
    let places: [Int]

    init(_ plan: borrowing RoutePlan, _ facts: borrowing Selector.Facts) {
        let aside = Self.aside(plan, facts)
        var places: [Int] = []
        if aside == nil {
            places.reserveCapacity(plan.candidates.count)
            for place in plan.candidates.indices where Self.isEqual(place, plan, facts) { places.append(place) }
        }
        self.places = places
        freedom =
            if let aside {
                .aside(aside)
            } else if places.count < 2 {
                .aside(.equals)
            } else {
                Self.mayExplore(facts) ? .full : .known
            }
    }

    private static func aside(_ plan: borrowing RoutePlan, _ facts: borrowing Selector.Facts) -> Aside? {
        guard plan.candidates.count > 1 else { return .alone }
        let constraints = facts.constraints
        if constraints.backend != nil { return .named }
        if facts.affectsState || facts.isVisible { return .exposed }
        if constraints.tier != nil || constraints.minQuality != nil { return .wanted }
        if plan.path.last != "automatic" { return .strategy }
        if plan.candidates[0].isLastResort { return .unwell }
        if plan.rejected.contains(where: { $0.rule == .budget }) { return .budget }
        switch plan.candidates[0].reason {
        case .home, .generalFallback, .chain, .criterion, .care: return nil
        case .poor, .unwell, .largestWindow: return .unwell
        case .requested, .steered, .tested, .learned, .strategy, .rule, .primary, .askedLast, .tier: return .ruled
        }
    }

    private static func isEqual(
        _ place: Int,
        _ plan: borrowing RoutePlan,
        _ facts: borrowing Selector.Facts
    ) -> Bool {
        if place == 0 { return true }
        // A candidate is large: none is copied here.
        guard !plan.candidates[place].isLastResort, plan.candidates[place].gate == nil,
            plan.candidates[place].state.isWell, plan.candidates[place].reason != .askedLast,
            plan.candidates[place].backend.isLocal == plan.candidates[0].backend.isLocal,
            plan.candidates[place].backend.tier >= plan.candidates[0].backend.tier
        else { return false }
        let isBounded =
            facts.constraints.maxCost != nil || facts.allowance.left(for: plan.candidates[place].backend.id) != nil
            || facts.allowance.left(for: plan.candidates[0].backend.id) != nil
        guard isBounded else { return true }
        guard let own = plan.candidates[place].expectedCost, let most = plan.candidates[0].expectedCost else {
            return false
        }
        return own <= most
    }

    private static func mayExplore(_ facts: borrowing Selector.Facts) -> Bool {
        let constraints = facts.constraints
        return !constraints.isLocalOnly && !facts.classification.isLocalOnly && constraints.maxCost == nil
            && constraints.criterion != .qualityFirst && Ordering.care(facts) == nil
    }
}

extension HealthState {
    /// Whether it may be put before others.
    var isWell: Bool { self == .healthy || self == .unknown }
}
