internal import Persona

/// Reads `guard` of the world or of a persona.
enum GuardReader {
    /// What happens to terms; a section may say `refuse`, `quarantine` or `pseudonymise`.
    private enum OnTerm: String, CaseIterable { case pseudonymise, quarantine, refuse }
    /// What happens to doubts.
    private enum OnDoubt: String, CaseIterable { case allow, quarantine, refuse }

    /// The wishes; none without the section.
    static func read(_ root: ConfigReader) -> GuardWishes {
        var wishes = GuardWishes.none
        guard let section = root.section("guard") else { return wishes }
        if let policy = section.section("policy") { wishes.policy = readPolicy(policy) }
        wishes.scripts = (section.strings("scripts") ?? []).filter { name in
            let isKnown = OddityRule.scriptNames.contains(name)
            if !isKnown {
                let hint = name.suggestion(among: OddityRule.scriptNames)
                section.report(
                    "scripts",
                    "there is no script \(name)",
                    hint: hint ?? "known scripts: \(OddityRule.scriptNames.joined(separator: ", "))"
                )
            }
            return isKnown
        }
        section.finish()
        return wishes
    }

    private static func readPolicy(_ section: ConfigReader) -> GuardPolicy {
        var policy = GuardPolicy.none
        if let word: OnTerm = section.choice("s1") { policy.bySeverity[.s1] = Verdict(rawValue: word.rawValue) }
        if let word: OnDoubt = section.choice("s3") { policy.bySeverity[.s3] = Verdict(rawValue: word.rawValue) }
        if section.has("s0") {
            section.disregardRest()
            section.report("s0", "cannot be chosen", hint: "what is grave is always refused")
        }
        if let classes = section.section("classes") {
            for name in classes.keys {
                guard let kind = IdentityClass(rawValue: name) else {
                    let names = IdentityClass.allCases.map(\.rawValue)
                    let hint = name.suggestion(among: names) ?? "there are: \(names.joined(separator: ", "))"
                    classes.report(name, "there is no such class", hint: hint)
                    continue
                }
                if let word: OnTerm = classes.choice(name) {
                    policy.byClass[kind] = Verdict(rawValue: word.rawValue)
                }
            }
            classes.disregardRest()
            classes.finish()
        }
        section.finish()
        return policy
    }
}
