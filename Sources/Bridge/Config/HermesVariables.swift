internal import Foundation
internal import Routing

/// The variables `HERMES_*`, as Hermes' own documentation names them.
enum HermesVariables {
    /// Those with one fixed name. `HERMES_<TYPE>_JOBS_BACKEND` comes on top.
    static let names: Set<String> = [
        "HERMES_BACKENDS_ENABLED", "HERMES_PRIMARY_BACKEND", "HERMES_FALLBACK_BACKEND",
        "HERMES_BACKEND_SELECTION_CRITERIA", "HERMES_DEFAULT_SELECTION_CRITERIA",
        "HERMES_COST_OPTIMIZATION_ENABLED", "HERMES_MAX_COST_PER_JOB_CENTS", "HERMES_PREFER_FREE_MODELS",
        "HERMES_COST_PERFORMANCE_WEIGHT", "HERMES_QUALITY_OPTIMIZATION_ENABLED", "HERMES_MIN_QUALITY_SCORE",
        "HERMES_PREFER_PREMIUM_MODELS", "HERMES_QUALITY_PERFORMANCE_WEIGHT", "HERMES_SPEED_OPTIMIZATION_ENABLED",
        "HERMES_MAX_RESPONSE_TIME_SECONDS", "HERMES_PREFER_FAST_MODELS", "HERMES_SPEED_PERFORMANCE_WEIGHT",
        "HERMES_FAILOVER_ENABLED", "HERMES_MAX_FAILOVER_ATTEMPTS", "HERMES_FAILOVER_DELAY_SECONDS",
        "HERMES_FAILOVER_STRATEGY", "HERMES_LOAD_BALANCING_ENABLED", "HERMES_LOAD_BALANCING_STRATEGY",
        "HERMES_BACKEND_WEIGHTS", "HERMES_HEALTH_CHECK_ENABLED", "HERMES_HEALTH_CHECK_INTERVAL",
        "HERMES_UNHEALTHY_THRESHOLD", "HERMES_AUTO_RECOVERY_ENABLED", "HERMES_JOB_TYPE_ROUTING",
    ]

    /// The kinds that a type of job of Hermes means; each kind by its own name comes on top.
    static let jobTypes: [(type: String, kinds: [TaskKind])] = [
        ("CODE", [.codeGeneration, .codeReview, .debugging]),
        ("REASONING", [.reasoning, .architecture, .orchestration]),
        ("CREATIVE", [.contentCreation]),
        ("ANALYSIS", [.analysis]),
        ("RESEARCH", [.research, .longDocument]),
        ("GENERAL", [.general, .status, .quickAnswer, .knowledge]),
    ]

    static func apply(to overlay: inout EnvironmentOverlay) {
        for (variable, key) in [("HERMES_PRIMARY_BACKEND", "primary"), ("HERMES_FALLBACK_BACKEND", "fallback")] {
            guard let name = overlay.text(variable), let id = overlay.backend(name, variable: variable) else {
                continue
            }
            overlay.set(["routing", key], id, by: variable)
        }
        criterion(&overlay)
        bounds(&overlay)
        failover(&overlay)
        balancing(&overlay)
        health(&overlay)
        jobTypes(&overlay)
        unknown(&overlay)
    }

    // MARK: What counts most

    private static func criterion(_ overlay: inout EnvironmentOverlay) {
        let menu = "HERMES_BACKEND_SELECTION_CRITERIA"
        let choice = "HERMES_DEFAULT_SELECTION_CRITERIA"
        let named = criteria(menu, &overlay)
        let chosen = criteria(choice, &overlay)?.first
        if let chosen {
            overlay.set(["routing", "criterion"], chosen, by: choice)
            if let named {
                if !named.contains(chosen) { overlay.problem(choice, "is none of those in \(menu)") }
                overlay.note(menu, "\(choice) chooses among them")
            }
        } else if let first = named?.first {
            overlay.set(["routing", "criterion"], first, by: menu)
        }
        let preferences = [
            ("HERMES_PREFER_FREE_MODELS", "HERMES_COST_OPTIMIZATION_ENABLED", "cost_first"),
            ("HERMES_PREFER_PREMIUM_MODELS", "HERMES_QUALITY_OPTIMIZATION_ENABLED", "quality_first"),
            ("HERMES_PREFER_FAST_MODELS", "HERMES_SPEED_OPTIMIZATION_ENABLED", "speed_first"),
        ]
        var wanted: [(variable: String, criterion: String)] = []
        for (variable, block, criterion) in preferences {
            guard let isWanted = overlay.flag(variable) else { continue }
            if !isWanted {
                overlay.note(variable, "it asks for nothing")
            } else if overlay.flag(block) == false {
                overlay.note(variable, "\(block) is false")
            } else if chosen != nil || named != nil {
                overlay.note(variable, "\(chosen == nil ? menu : choice) decides")
            } else {
                wanted.append((variable, criterion))
            }
        }
        for preference in wanted {
            let criterion = wanted.count == 1 ? preference.criterion : "balanced"
            overlay.set(["routing", "criterion"], criterion, by: preference.variable)
        }
    }

    private static func criteria(_ variable: String, _ overlay: inout EnvironmentOverlay) -> [String]? {
        guard let words = overlay.list(variable) else { return nil }
        let known = RoutingPolicy.Criterion.allCases.map(\.rawValue)
        for word in words where !known.contains(word) {
            let hint = word.suggestion(among: known)
            overlay.problem(variable, "names none of \(known.joined(separator: ", "))", hint: hint)
        }
        return words.filter(known.contains)
    }

    // MARK: Bounds

    private static func bounds(_ overlay: inout EnvironmentOverlay) {
        let bounds: [(variable: String, block: String, key: String, range: ClosedRange<Double>, scale: Double)] = [
            ("HERMES_MAX_COST_PER_JOB_CENTS", "COST", "max_cost_usd", 0...100_000_000, 100),
            ("HERMES_MIN_QUALITY_SCORE", "QUALITY", "min_quality", 0...1, 1),
            ("HERMES_MAX_RESPONSE_TIME_SECONDS", "SPEED", "deadline_s", 1...3_600, 1),
        ]
        for bound in bounds {
            guard let value = overlay.number(bound.variable, in: bound.range) else { continue }
            let block = "HERMES_\(bound.block)_OPTIMIZATION_ENABLED"
            if overlay.flag(block) == false {
                overlay.note(bound.variable, "\(block) is false")
            } else {
                overlay.set(["routing", bound.key], (value / bound.scale).short, by: bound.variable)
            }
        }
        for block in ["COST", "QUALITY", "SPEED"] {
            let variable = "HERMES_\(block)_OPTIMIZATION_ENABLED"
            if overlay.flag(variable) != nil { overlay.note(variable, "it switches the other variables of its block") }
            let weight = "HERMES_\(block)_PERFORMANCE_WEIGHT"
            if overlay.number(weight, in: 0...1) != nil {
                overlay.note(weight, "the weights of the score follow routing.criterion and each task's needs")
            }
        }
    }

    // MARK: Failover and balancing

    private static func failover(_ overlay: inout EnvironmentOverlay) {
        if let flag = overlay.flag("HERMES_FAILOVER_ENABLED") {
            overlay.set(["routing", "failover"], "\(flag)", by: "HERMES_FAILOVER_ENABLED")
        }
        let attempts = "HERMES_MAX_FAILOVER_ATTEMPTS"
        if let count = overlay.number(attempts, in: 0...31) {
            // The first attempt is no failover.
            overlay.set(["routing", "max_attempts"], (count + 1).short, by: attempts)
        }
        let delay = "HERMES_FAILOVER_DELAY_SECONDS"
        if let seconds = overlay.number(delay, in: 0...86_400) {
            overlay.set(["routing", "retry", "patience_ms"], (seconds * 1_000).rounded().short, by: delay)
        }
        let strategy = "HERMES_FAILOVER_STRATEGY"
        if let words = overlay.list(strategy) {
            let known = ["next_best", "any_available"]
            if words.allSatisfy(known.contains) {
                overlay.note(strategy, "always both: the next best is asked, and when none is well, any that is there")
            } else {
                overlay.problem(strategy, "names neither \(known.joined(separator: " nor "))")
            }
        }
    }

    private static func balancing(_ overlay: inout EnvironmentOverlay) {
        let enabled = "HERMES_LOAD_BALANCING_ENABLED"
        let strategy = "HERMES_LOAD_BALANCING_STRATEGY"
        let known = Balancing.allCases.map(\.rawValue)
        var chosen: String?
        if let words = overlay.list(strategy) {
            if !words.allSatisfy(known.contains) {
                overlay.problem(strategy, "names none of \(known.joined(separator: ", "))")
            }
            chosen = words.first.flatMap { known.contains($0) ? $0 : nil }
        }
        switch overlay.flag(enabled) {
        case false:
            overlay.set(["routing", "balancing"], Balancing.none.rawValue, by: enabled)
            if chosen != nil { overlay.note(strategy, "\(enabled) is false") }
        case true where chosen == nil:
            overlay.set(["routing", "balancing"], Balancing.roundRobin.rawValue, by: enabled)
        case true, nil:
            if let chosen { overlay.set(["routing", "balancing"], chosen, by: strategy) }
            if overlay.flag(enabled) != nil { overlay.note(enabled, "\(strategy) says how") }
        }
        weights(&overlay)
    }

    /// `talos:0.8,remote_api:0.6`.
    private static func weights(_ overlay: inout EnvironmentOverlay) {
        let variable = "HERMES_BACKEND_WEIGHTS"
        for entry in overlay.list(variable) ?? [] {
            // A backend's name has no colon; its weight stands behind the last one.
            guard let colon = entry.lastIndex(of: ":"),
                let weight = Double(entry[entry.index(after: colon)...].trimmed),
                (0...1_000_000).contains(weight)
            else {
                overlay.problem(variable, "is not a list of name:weight")
                continue
            }
            guard let name = overlay.backend(entry[..<colon].trimmed, variable: variable) else { continue }
            overlay.set(["backends", name, "weight"], weight.short, by: variable)
        }
    }

    // MARK: Health

    private static func health(_ overlay: inout EnvironmentOverlay) {
        let enabled = "HERMES_HEALTH_CHECK_ENABLED"
        switch overlay.flag(enabled) {
        case false:
            for name in overlay.tree.names(["backends"]) {
                overlay.set(["backends", name, "health"], "never", by: enabled)
            }
        case true: overlay.note(enabled, "it is so, where health is not never")
        case nil: break
        }
        let interval = "HERMES_HEALTH_CHECK_INTERVAL"
        if let seconds = overlay.number(interval, in: 1...86_400) {
            overlay.set(["defaults", "health_interval_s"], seconds.short, by: interval)
        }
        let threshold = "HERMES_UNHEALTHY_THRESHOLD"
        if let count = overlay.number(threshold, in: 1...1_001) {
            // The breaker opens with one more failure than it forgives.
            overlay.set(["defaults", "allowed_fails"], (count - 1).short, by: threshold)
        }
        let recovery = "HERMES_AUTO_RECOVERY_ENABLED"
        switch overlay.flag(recovery) {
        case true: overlay.note(recovery, "it is always so")
        case false: overlay.note(recovery, "recovery cannot be switched off; a longer cooldown_s makes it rarer")
        case nil: break
        }
    }

    // MARK: Types of jobs

    private static func jobTypes(_ overlay: inout EnvironmentOverlay) {
        let master = "HERMES_JOB_TYPE_ROUTING"
        let isOn = overlay.flag(master)
        if isOn != nil { overlay.note(master, "it switches HERMES_<TYPE>_JOBS_BACKEND") }
        // What is more special comes later, and wins.
        let types = jobTypes + TaskKind.allCases.map { ($0.rawValue.uppercased(), [$0]) }
        var done: Set<String> = []
        for (type, kinds) in types {
            let variable = "HERMES_\(type)_JOBS_BACKEND"
            guard let names = overlay.list(variable), done.insert(variable).inserted else { continue }
            if isOn == false {
                overlay.note(variable, "\(master) is false")
                continue
            }
            let backends = names.compactMap { overlay.backend($0, variable: variable) }
            guard !backends.isEmpty else { continue }
            for kind in kinds { overlay.set(["routing", "rules", kind.rawValue], backends, by: variable) }
        }
    }

    /// Variables of Hermes that are not about backends: they are told, and change nothing.
    private static func unknown(_ overlay: inout EnvironmentOverlay) {
        let types = Set(jobTypes.map(\.type) + TaskKind.allCases.map { $0.rawValue.uppercased() })
        let jobs = Set(types.map { "HERMES_\($0)_JOBS_BACKEND" })
        let foreign = overlay.environment.values.keys.filter {
            $0.hasPrefix("HERMES_") && !names.contains($0) && !jobs.contains($0)
        }
        for variable in foreign.sorted() {
            let hint = variable.suggestion(among: names.union(jobs))
            overlay.note(variable, "there is no such variable" + (hint.map { "; \($0)" } ?? ""))
        }
    }
}
