internal import Routing

/// Reads `routing.learning`: a word, or the word with its parameters.
enum LearningReader {
    /// - Parameter balancing: what spreads work over equals cannot stand beside what chooses among them.
    static func read(_ routing: ConfigReader, balancing: Balancing) -> LearningPolicy {
        var policy = LearningPolicy()
        if routing.isSection("learning") {
            if let section = routing.section("learning") { policy = parameters(section) }
        } else {
            policy.mode = routing.choice("learning") ?? policy.mode
        }
        if policy.mode == .on, balancing != .none {
            routing.report(
                "learning",
                "cannot be on beside balancing: one of them chooses among equals",
                hint: "balancing: none, or learning: shadow"
            )
        }
        return policy
    }

    private static func parameters(_ section: ConfigReader) -> LearningPolicy {
        var policy = LearningPolicy()
        defer { section.finish() }
        if section.has("mode") {
            policy.mode = section.choice("mode") ?? policy.mode
        } else {
            section.report("mode", "is missing", hint: "off, shadow or on")
        }
        policy.ceiling = section.decimal("ceiling", in: 0...0.5) ?? policy.ceiling
        policy.minSamples = section.integer("min_samples", in: 1...10_000) ?? policy.minSamples
        policy.halfLifeDays = section.decimal("half_life_days", in: 0.1...3_650) ?? policy.halfLifeDays
        policy.window = section.integer("window", in: 10...100_000) ?? policy.window
        policy.priorSamples = section.decimal("prior_samples", in: 0.5...1_000) ?? policy.priorSamples
        policy.sureness = section.decimal("sureness", in: 0.5...0.999) ?? policy.sureness
        policy.ratingWeight = section.decimal("rating_weight", in: 0...100) ?? policy.ratingWeight
        policy.halfSpeed = section.seconds("half_speed_s", in: 0.1...3_600) ?? policy.halfSpeed
        policy.learnsPreferences = section.boolean("preferences") ?? policy.learnsPreferences
        policy.seed = section.integer("seed", in: 0...Int.max).map(UInt64.init) ?? policy.seed
        return policy
    }
}
