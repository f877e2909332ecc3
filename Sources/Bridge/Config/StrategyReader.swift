internal import Routing

/// Names that a configuration may refer to.
struct BackendNames {
    let known: [String]

    /// The backend of that name, or nil with a problem.
    func find(_ name: String, report: (String, String?) -> Void) -> BackendID? {
        if known.contains(name), let id = BackendID(name) { return id }
        report("there is no backend \(name.utf8.count <= 64 ? name : "of that name")", hint(name))
        return nil
    }

    private func hint(_ name: String) -> String {
        name.suggestion(among: known) ?? "there are: \(known.joined(separator: ", "))"
    }
}

/// Reads `routing.strategy`: a tree of `single`, `fallback`, `loadbalance` and `conditional`, with backends as leaves.
struct StrategyReader {
    let names: BackendNames

    /// How deep a tree may be: deeper ones are nobody's intention.
    private static let maxDepth = 16

    /// The tree, or nil with a problem.
    func read(_ item: ConfigItem, depth: Int = 0) -> Strategy? {
        guard depth < Self.maxDepth else {
            item.report("is nested too deeply", hint: "at most \(Self.maxDepth) levels")
            return nil
        }
        if let section = item.section {
            defer { section.finish() }
            return read(section, depth: depth)
        }
        guard let word = item.word else {
            item.report("is neither a backend, automatic, nor a mapping with mode")
            return nil
        }
        return word == "automatic" ? .automatic : names.find(word) { item.report($0, hint: $1) }.map(Strategy.single)
    }

    private enum Mode: String, CaseIterable {
        case automatic, single, fallback, loadbalance, conditional
    }

    private func read(_ section: ConfigReader, depth: Int) -> Strategy? {
        // A share of a load balancer has its weight beside the tree's own keys.
        if section.has("target") {
            return section.item("target").flatMap { read($0, depth: depth + 1) }
        }
        if !section.has("mode") {
            section.report("mode", "is missing", hint: Mode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let mode: Mode = section.choice("mode") else {
            section.disregardRest()
            return nil
        }
        switch mode {
        case .automatic: return .automatic
        case .single:
            guard let name = section.string("backend") else {
                if !section.has("backend") { section.report("backend", "is missing") }
                return nil
            }
            return names.find(name) { section.report("backend", $0, hint: $1) }.map(Strategy.single)
        case .fallback:
            let classes = section.strings("on").map { names in
                Set(names.compactMap { (name) -> FailureClass? in section.choice(name, for: "on") })
            }
            return targets(section).map { items in
                .fallback(items.compactMap { read($0, depth: depth + 1) }, on: classes)
            }
        case .loadbalance:
            let balancing: Balancing = section.choice("balancing") ?? .weighted
            return targets(section).map { items in
                .loadBalance(items.compactMap { share($0, depth: depth + 1) }, balancing)
            }
        case .conditional: return conditional(section, depth: depth)
        }
    }

    private func targets(_ section: ConfigReader) -> [ConfigItem]? {
        guard let items = section.items("targets"), !items.isEmpty else {
            section.report("targets", section.has("targets") ? "is empty" : "is missing", hint: "a list")
            return nil
        }
        return items
    }

    /// A target with its weight: `{target: gpt, weight: 2}`, a tree with `weight` among its keys, or a backend alone.
    private func share(_ item: ConfigItem, depth: Int) -> Strategy.Share? {
        guard let section = item.section else { return read(item, depth: depth).map { Strategy.Share(target: $0) } }
        defer { section.finish() }
        let weight = section.decimal("weight", in: 0...1_000_000) ?? 1
        return read(section, depth: depth).map { Strategy.Share(weight: weight, target: $0) }
    }

    private func conditional(_ section: ConfigReader, depth: Int) -> Strategy? {
        let branches = (section.items("branches") ?? []).compactMap { branch($0, depth: depth + 1) }
        if !section.has("branches") {
            section.report("branches", "is missing", hint: "a list of {when: {...}, then: ...}")
        }
        let otherwise = section.item("default").flatMap { read($0, depth: depth + 1) }
        return .conditional(branches, otherwise: otherwise)
    }

    private func branch(_ item: ConfigItem, depth: Int) -> Strategy.Branch? {
        guard let section = item.section else {
            item.report("is not a mapping of when and then")
            return nil
        }
        defer { section.finish() }
        let conditions = section.section("when").map(conditions) ?? []
        if !section.has("when") { section.report("when", "is missing", hint: "such as {kind: translation}") }
        guard let then = section.item("then") else {
            section.report("then", "is missing", hint: "a backend, or a tree")
            return nil
        }
        return read(then, depth: depth).map { Strategy.Branch(when: conditions, then: $0) }
    }

    private func conditions(_ section: ConfigReader) -> [Strategy.Condition] {
        defer { section.finish() }
        func choices<Value: RawRepresentable & CaseIterable & Hashable>(_ key: String) -> Set<Value>?
        where Value.RawValue == String {
            section.strings(key).map { Set($0.compactMap { section.choice($0, for: key) }) }
        }
        var conditions: [Strategy.Condition] = []
        if let kinds: Set<TaskKind> = choices("kind") { conditions.append(.kind(kinds)) }
        if let levels: Set<Complexity> = choices("complexity") { conditions.append(.complexity(levels)) }
        if let roles: Set<Role> = choices("role") { conditions.append(.role(roles)) }
        if let flag = section.boolean("local_only") { conditions.append(.isLocalOnly(flag)) }
        if let tokens = section.integer("longer_than_tokens", in: 0...100_000_000) {
            conditions.append(.longerThan(tokens: tokens))
        }
        if let bound = section.decimal("less_confident_than", in: 0...1) {
            conditions.append(.lessConfidentThan(bound))
        }
        if let types = section.strings("modality") { conditions.append(.modality(Set(types))) }
        if let callers = section.strings("caller") { conditions.append(.caller(Set(callers))) }
        if let flag = section.boolean("has_tools") { conditions.append(.hasTools(flag)) }
        if section.keys.isEmpty { section.report("kind", "is missing: there is no condition") }
        return conditions
    }
}
