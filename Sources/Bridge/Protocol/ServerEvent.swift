/// What a client can hear of without asking each time.
enum ServerEvent: String, Sendable, CaseIterable {
    case healthChanged = "health.changed"
    case budgetAlert = "budget.alert"
    case modelSwitching = "model.switching"
}
