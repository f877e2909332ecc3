internal import Foundation
internal import Yams

/// What a variable came to.
struct EnvironmentChange: Sendable, Equatable {
    /// Its name; never its value.
    let variable: String
    /// What it sets, such as `routing.primary`; nil when it sets nothing.
    var path: String?
    /// Why it sets nothing.
    var reason: String?
}

/// Puts what variables say on top of what the file says, before anything is checked: one check for both.
///
/// The table of all variables stands in `docs/configuration.md`.
struct EnvironmentOverlay {
    private(set) var tree: ConfigTree
    private(set) var changes: [EnvironmentChange] = []
    let environment: ConfigEnvironment
    private let context: ConfigReader.Context

    init(_ tree: ConfigTree, environment: ConfigEnvironment, context: ConfigReader.Context) {
        self.tree = tree
        self.environment = environment
        self.context = context
    }

    /// All variables of all kinds.
    mutating func apply() {
        let backends = BackendVariables(environment.values.keys.sorted(), tree: tree, hermes: namedByHermes)
        applyEnabledList(backends)
        for server in ServerVariables.all { server.apply(to: &self) }
        backends.apply(to: &self)
        HermesVariables.apply(to: &self)
    }

    /// The names in `HERMES_BACKENDS_ENABLED` and its like: they tell `BACKEND_REMOTE_API_KEY` of `remote_api` from that
    /// of `remote`.
    private var namedByHermes: [String] {
        let variables = ["HERMES_BACKENDS_ENABLED", "HERMES_PRIMARY_BACKEND", "HERMES_FALLBACK_BACKEND"]
        return variables.flatMap { environment.values[$0]?.listed ?? [] }
    }

    /// `HERMES_BACKENDS_ENABLED`: those named are on, all others off.
    private mutating func applyEnabledList(_ variables: BackendVariables) {
        let variable = "HERMES_BACKENDS_ENABLED"
        guard let named = list(variable) else { return }
        let known = tree.names(["backends"])
        let all = known + variables.created.filter { !known.contains($0) }
        let wanted = named.compactMap { name in backend(name, among: all, variable: variable) }
        for name in all { set(["backends", name, "enabled"], "\(wanted.contains(name))", by: variable) }
    }

    // MARK: Reading variables

    /// Its text; nil when it is not set or empty.
    func text(_ variable: String) -> String? {
        environment.values[variable].flatMap { $0.isEmpty ? nil : $0.trimmed }
    }

    /// Whether it says yes or no; anything else is a problem.
    func flag(_ variable: String) -> Bool? {
        guard let text = text(variable) else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            problem(variable, "is neither true nor false")
            return nil
        }
    }

    /// Its number; one outside the range is a problem.
    func number(_ variable: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = text(variable) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            problem(variable, "is not a number from \(range.lowerBound.short) to \(range.upperBound.short)")
            return nil
        }
        return number
    }

    /// Its entries, parted by commas.
    func list(_ variable: String) -> [String]? { text(variable)?.listed }

    /// The backend that a variable names, in whatever spelling; nil with a problem.
    func backend(_ name: String, among names: [String]? = nil, variable: String) -> String? {
        let names = names ?? tree.names(["backends"])
        if let known = names.first(where: { $0 == name }) ?? names.first(where: { $0.asVariable == name.asVariable }) {
            return known
        }
        let hint = name.suggestion(among: names) ?? "there are: \(names.joined(separator: ", "))"
        problem(variable, "names a backend that there is not", hint: hint)
        return nil
    }

    // MARK: Changing the tree

    /// Sets a value.
    mutating func set(_ keys: [String], _ value: String, by variable: String) { set(keys, .word(value), by: variable) }

    /// Sets a list.
    mutating func set(_ keys: [String], _ values: [String], by variable: String) {
        set(keys, .words(values), by: variable)
    }

    private mutating func set(_ keys: [String], _ value: Node, by variable: String) {
        let path = keys.joined(separator: ".")
        tree.set(keys, to: value)
        context.origins[path] = environment.origin(of: variable)
        changes.append(EnvironmentChange(variable: variable, path: path))
    }

    /// Notes that a variable sets nothing, and why.
    mutating func note(_ variable: String, _ reason: String) {
        changes.append(EnvironmentChange(variable: variable, reason: reason))
    }

    /// Reports what is wrong with a variable.
    func problem(_ variable: String, _ message: String, hint: String? = nil) {
        let origin = environment.origin(of: variable)
        context.add(
            ConfigProblem(file: origin.file, line: origin.line, path: variable, message: message, hint: hint)
        )
    }
}

extension String {
    /// The entries of a list with commas, without empty ones.
    var listed: [String] { split(separator: ",").map(\.trimmed).filter { !$0.isEmpty } }

    /// As it stands in the name of a variable: `server-models` as `SERVER_MODELS`.
    var asVariable: String {
        String(decoding: uppercased().utf8.map { $0.isLetterOrDigit ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}

extension Double {
    /// Without a fraction when there is none.
    var short: String { self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : description }
}
