/// What may change the order of a plan after the rules have had their say: an operator's migration, what was learned, a
/// caller's preference.
///
/// It moves candidates and says why. Whom the rules left out stays out; bounds of the strategy stay where they are.
public protocol PlanSteering: Sendable {
    /// The plan as it is to be followed. It is asked for every thought: it must cost nothing when it has nothing to say.
    func steer(_ plan: consuming RoutePlan, _ facts: borrowing Selector.Facts) -> RoutePlan
}
