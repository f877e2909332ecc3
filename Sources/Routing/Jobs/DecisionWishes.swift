/// What a decision was made of besides the backends, the policy and their health: enough to make it again without a word
/// of the task.
public struct DecisionWishes: Sendable, Equatable {
    /// What the caller insisted on or preferred.
    public var constraints = Selector.Constraints()
    /// Whether the task itself said that it must stay on this machine.
    public var isLocalOnly = false
    /// What the task needed of a backend.
    public var needs = Needs()
    /// How many tokens the answer might have; nil when nobody said.
    public var answerTokens: Int?
    /// The main types of what came with it, such as `image`.
    public var modalities: [String] = []
    /// Whether it brought tools.
    public var hasTools = false
    /// Whether the answer changed the state of a system.
    public var affectsState = false
    /// Whether users saw the answer as it was.
    public var isVisible = false

    /// None.
    public init() {}
}

extension DecisionRecord {
    /// The facts of the decision, as far as they were kept. The turn of a round robin is not: its place would be given away.
    public func facts(allowance: Allowance) -> Selector.Facts {
        Selector.Facts(
            classification: Classification(
                kind: kind,
                complexity: complexity,
                confidence: confidence,
                isLocalOnly: wishes.isLocalOnly,
                needs: wishes.needs,
                why: []
            ),
            promptTokens: promptTokens ?? 0,
            answerTokens: wishes.answerTokens,
            attachments: wishes.modalities.map { "\($0)/*" },
            hasTools: wishes.hasTools,
            caller: caller,
            constraints: wishes.constraints,
            allowance: allowance,
            affectsState: wishes.affectsState,
            isVisible: wishes.isVisible
        )
    }
}

/// What a decision was, held against what it would be: pure, and in words.
public enum DecisionReplay {
    /// How the decision of today differs from the one on record, the weightiest first; never empty.
    /// - Parameter configured: the backends of today.
    public static func differences(
        _ record: DecisionRecord,
        _ plan: RoutePlan,
        configured: some Collection<BackendID>
    ) -> [String] {
        let then = record.considered.map(\.backend)
        let now = plan.candidates.map(\.backend.id)
        var words = [first(then.first, now.first)]
        let rules = Dictionary(plan.rejected.map { ($0.backend, $0) }) { first, _ in first }
        for backend in then where !now.contains(backend) {
            if let rejection = rules[backend] {
                words.append("\(backend) could take it then, and is left out today: \(rejection.why)")
            } else {
                words.append("\(backend) could take it then, and is not configured any more")
            }
        }
        let rejected = Dictionary(record.rejected.map { ($0.backend, $0.rule) }) { first, _ in first }
        for backend in now where !then.contains(backend) {
            if let rule = rejected[backend] {
                words.append("\(backend) was left out then (\(rule.rawValue)), and could take it today")
            } else {
                words.append("\(backend) was not there then, and could take it today")
            }
        }
        for rejection in record.rejected where !now.contains(rejection.backend) {
            guard let rule = rules[rejection.backend]?.rule else {
                if !configured.contains(rejection.backend) {
                    words.append("\(rejection.backend) is not configured any more; it was left out then too")
                }
                continue
            }
            guard rule != rejection.rule else { continue }
            words.append("\(rejection.backend) was left out by \(rejection.rule.rawValue), today by \(rule.rawValue)")
        }
        let both = then.filter(now.contains)
        if both != now.filter(then.contains) {
            let order = now.filter(then.contains).map(\.rawValue).joined(separator: ", ")
            words.append("those who could take it then and today would be asked in another order: \(order)")
        }
        if record.criterion != plan.criterion {
            words.append("\(record.criterion.rawValue) counted most then, today \(plan.criterion.rawValue)")
        }
        let why = plan.candidates.first?.why
        if then.first == now.first, let reason = record.reason, let why, reason != why {
            words.append("the reason was \"\(reason)\", today it is \"\(why)\"")
        }
        return words
    }

    private static func first(_ then: BackendID?, _ now: BackendID?) -> String {
        switch (then, now) {
        case (nil, nil): "nobody could take it then, and nobody could today"
        case (let then?, nil): "\(then) was asked first; today nobody could take it"
        case (nil, let now?): "nobody could take it then; today \(now) would be asked first"
        case (let then?, let now?) where then == now: "\(now) would be asked first today too"
        case (let then?, let now?): "\(then) was asked first; today it would be \(now)"
        }
    }
}
