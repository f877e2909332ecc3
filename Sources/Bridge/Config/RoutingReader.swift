internal import Routing

/// Reads the sections `routing`, `budgets` and `cache`.
struct RoutingReader {
    let names: BackendNames

    /// `routing`.
    func policy(_ root: ConfigReader) -> RoutingPolicy {
        var policy = RoutingPolicy()
        guard let section = root.section("routing") else { return policy }
        defer { section.finish() }
        if let tree = section.item("strategy") {
            policy.strategy = StrategyReader(names: names).read(tree) ?? policy.strategy
        }
        policy.criterion = section.choice("criterion") ?? policy.criterion
        policy.balancing = section.choice("balancing") ?? policy.balancing
        policy.primary = backend("primary", section)
        policy.fallback = backend("fallback", section)
        policy.prefersLocal = section.boolean("prefer_local") ?? policy.prefersLocal
        policy.rules = rules(section)
        policy.switching = section.choice("switching") ?? policy.switching
        policy.minQuality = section.decimal("min_quality", in: 0...1)
        policy.hasFailover = section.boolean("failover") ?? policy.hasFailover
        policy.limits = limits(section)
        policy.retry = retry(section)
        policy.quality = quality(section)
        policy.learning = LearningReader.read(section, balancing: policy.balancing)
        if let verdict: Verdict = section.choice("content_policy") {
            policy.reroutesContentPolicy = verdict == .reroute
        }
        return policy
    }

    /// What follows when a provider's filter refuses a prompt.
    private enum Verdict: String, CaseIterable {
        case final, reroute
    }

    private func backend(_ key: String, _ section: ConfigReader) -> BackendID? {
        section.string(key).flatMap { name in names.find(name) { section.report(key, $0, hint: $1) } }
    }

    private func rules(_ section: ConfigReader) -> [TaskKind: [BackendID]] {
        guard let rules = section.section("rules") else { return [:] }
        defer { rules.finish() }
        var found: [TaskKind: [BackendID]] = [:]
        for kind in TaskKind.allCases {
            guard let words = rules.strings(kind.rawValue) else { continue }
            if words.isEmpty { rules.report(kind.rawValue, "is empty") }
            found[kind] = words.compactMap { word in names.find(word) { rules.report(kind.rawValue, $0, hint: $1) } }
        }
        return found
    }

    private func limits(_ section: ConfigReader) -> Router.Limits {
        var limits = Router.Limits()
        limits.maxAttempts = section.integer("max_attempts", in: 1...32) ?? limits.maxAttempts
        limits.deadline = section.seconds("deadline_s", in: 1...3_600) ?? limits.deadline
        limits.maxCost = section.dollars("max_cost_usd")
        return limits
    }

    private func retry(_ section: ConfigReader) -> RoutingPolicy.Retry {
        var retry = RoutingPolicy.Retry()
        guard let section = section.section("retry") else { return retry }
        retry.attempts = section.integer("attempts", in: 0...10) ?? retry.attempts
        retry.base = section.milliseconds("base_ms") ?? retry.base
        retry.cap = section.milliseconds("cap_ms") ?? retry.cap
        retry.patience = section.milliseconds("patience_ms", from: 0) ?? retry.patience
        if retry.base > retry.cap { section.report("base_ms", "is more than cap_ms") }
        section.finish()
        return retry
    }

    private func quality(_ section: ConfigReader) -> RoutingPolicy.Quality {
        var quality = RoutingPolicy.Quality()
        guard let section = section.section("quality") else { return quality }
        quality.isJudged = section.boolean("judge") ?? quality.isJudged
        quality.threshold = section.decimal("threshold", in: 0...1) ?? quality.threshold
        quality.escalations = section.integer("escalations", in: 0...10) ?? quality.escalations
        quality.hasSelfCritique = section.boolean("self_critique") ?? quality.hasSelfCritique
        section.finish()
        return quality
    }

    // MARK: Budgets and cache

    /// `budgets`.
    func budgets(_ root: ConfigReader) -> [Budget] {
        var budgets: [Budget] = []
        for item in root.items("budgets") ?? [] {
            guard let section = item.section else {
                item.report("is not a budget", hint: "{scope: all, period: day, usd: 5}")
                continue
            }
            defer { section.finish() }
            guard let budget = budget(section) else { continue }
            if budgets.contains(where: { $0.scope == budget.scope && $0.period == budget.period }) {
                section.report("period", "stands twice for the same scope")
            }
            budgets.append(budget)
        }
        return budgets
    }

    private func budget(_ section: ConfigReader) -> Budget? {
        let whose = ["scope", "backend", "caller"].filter(section.has)
        if whose.count > 1 {
            section.report(
                whose[1],
                "stands beside \(whose[0])",
                hint: "one of scope: all, backend: NAME, caller: NAME"
            )
        }
        var scope: Budget.Scope? = .everything
        if let word = section.string("scope"), word != "all" {
            section.report("scope", "is not all", hint: "or backend: NAME, or caller: NAME")
        }
        if section.has("backend") { scope = backend("backend", section).map(Budget.Scope.backend) }
        if let caller = section.string("caller") { scope = .caller(caller == "*" ? "" : caller) }
        let period: Budget.Period? = section.choice("period")
        let limit = section.dollars("usd")
        for key in ["period", "usd"] where !section.has(key) { section.report(key, "is missing") }
        guard let scope, let period, let limit else { return nil }
        return Budget(scope: scope, period: period, limit: limit)
    }

    /// `cache`.
    func cache(_ root: ConfigReader) -> CachePolicy {
        var cache = CachePolicy()
        guard let section = root.section("cache") else { return cache }
        cache.isOn = section.boolean("on") ?? cache.isOn
        cache.maxAge = section.seconds("max_age_s", in: 1...31_536_000) ?? cache.maxAge
        cache.maxEntries = section.integer("max_entries", in: 1...10_000_000) ?? cache.maxEntries
        cache.semantic = semantic(section, cache)
        section.finish()
        return cache
    }

    /// Whether the backend of `cache.semantic` can be asked for vectors.
    func check(_ semantic: SemanticPolicy?, _ backends: [Backend], _ root: ConfigReader) {
        guard let semantic, let backend = backends.first(where: { $0.id == semantic.backend }) else { return }
        if !backend.wire.givesVectors {
            let hint = "openai-chat and ollama-chat have"
            root.report("cache.semantic.backend", "its wire \(backend.wire.rawValue) has no vectors", hint: hint)
        } else if backend.place != nil {
            root.report("cache.semantic.backend", "is a sidecar's, which loads models one at a time")
        }
    }

    /// `cache.semantic`.
    private func semantic(_ cache: ConfigReader, _ exact: CachePolicy) -> SemanticPolicy? {
        guard let section = cache.section("semantic") else { return nil }
        defer { section.finish() }
        let isOn = section.boolean("on") ?? false
        let name = backend("backend", section)
        let model = section.string("model")
        for key in ["backend", "model"] where isOn && !section.has(key) {
            section.report(key, "is missing", hint: "whose vectors are compared, such as nomic-embed-text of an Ollama")
        }
        if isOn && !exact.isOn { section.report("on", "needs cache.on: the very same request is looked up first") }
        guard let standard = BackendID("any") else { return nil }
        var policy = SemanticPolicy(backend: name ?? standard, model: model ?? "", maxAge: exact.maxAge)
        policy.threshold = section.decimal("threshold", in: 0.5...1) ?? policy.threshold
        policy.timeout = section.integer("timeout_ms", in: 1...10_000).map { .milliseconds($0) } ?? policy.timeout
        policy.maxAge = section.seconds("max_age_s", in: 1...31_536_000) ?? policy.maxAge
        policy.maxEntries = section.integer("max_entries", in: 1...1_000_000) ?? policy.maxEntries
        policy.maxBytes = section.integer("max_megabytes", in: 1...16_384).map { $0 << 20 } ?? policy.maxBytes
        policy.minConfidence = section.decimal("min_confidence", in: 0...1) ?? policy.minConfidence
        policy.price = section.decimal("usd_per_mtok", in: 0...1_000)
        return isOn && name != nil && model != nil ? policy : nil
    }
}

extension ConfigReader {
    /// A number of seconds, with a fraction if need be.
    func seconds(_ key: String, in range: ClosedRange<Double>) -> Duration? {
        decimal(key, in: range).map { .milliseconds(Int64($0 * 1_000)) }
    }

    /// A number of milliseconds.
    func milliseconds(_ key: String, from least: Int = 1) -> Duration? {
        integer(key, in: least...86_400_000).map { .milliseconds(Int64($0)) }
    }

    /// A sum of money in dollars.
    func dollars(_ key: String) -> NanoDollars? {
        decimal(key, in: 0...1_000_000).map { NanoDollars(Int64(($0 * 1e9).rounded())) }
    }
}
