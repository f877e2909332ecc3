internal import Foundation
internal import Yams

/// Reads one mapping of a configuration, key by key, and collects everything that is wrong with it.
///
/// Keys that nobody asked for are problems too, named with the nearest key that exists. `${NAME}` in a string reads the
/// environment. JSON is accepted, being YAML.
final class ConfigReader {
    /// What all readers of one load share: the environment, and the problems over all files.
    final class Context {
        let environment: [String: String]
        /// Where a value comes from that a variable has set, by the keys that lead to it.
        var origins: [String: ConfigOrigin] = [:]
        private(set) var problems: [ConfigProblem] = []
        /// What `${NAME}` has been read as, and its name: a value may be a secret, wherever it was put.
        fileprivate var readings: [String: String] = [:]

        init(environment: [String: String]) { self.environment = environment }

        func add(_ problem: ConfigProblem) { problems.append(problem) }
    }

    let file: String
    let path: String
    let context: Context
    private let mapping: Node.Mapping
    private let mark: Mark?
    private var known: Set<String> = []

    /// The file's outermost mapping, or nil with a problem.
    static func open(_ file: String, context: Context) -> ConfigReader? {
        ConfigTree.open(file, context: context).map { ConfigReader($0, context: context) }
    }

    /// Reads a tree from its top.
    convenience init(_ tree: ConfigTree, context: Context) {
        self.init(file: tree.file, path: tree.path, mapping: tree.root, mark: tree.mark, context: context)
    }

    init(file: String, path: String, mapping: Node.Mapping, mark: Mark?, context: Context) {
        self.file = file
        self.path = path
        self.mapping = mapping
        self.mark = mark
        self.context = context
    }

    // MARK: Values

    /// Whether the key stands in the mapping.
    func has(_ key: String) -> Bool { mapping.value(key) != nil }

    /// All keys, in the order of the file.
    var keys: [String] { mapping.keys.compactMap(\.scalar?.string) }

    /// A nested mapping.
    func section(_ key: String) -> ConfigReader? {
        guard let node = take(key) else { return nil }
        guard let mapping = node.mapping else {
            report(key, node.null == nil ? "is not a mapping of keys" : "is empty")
            return nil
        }
        return ConfigReader(file: file, path: full(key), mapping: mapping, mark: node.mark, context: context)
    }

    /// Whether the key's value is a mapping of keys itself.
    func isSection(_ key: String) -> Bool { mapping.value(key)?.mapping != nil }

    /// The entries of a list; one value alone is a list of one.
    func items(_ key: String) -> [ConfigItem]? {
        guard let node = take(key) else { return nil }
        guard node.null == nil else {
            report(key, "is empty")
            return nil
        }
        guard let sequence = node.sequence else { return [ConfigItem(node, path: full(key), of: self)] }
        return sequence.enumerated().map { ConfigItem($1, path: "\(full(key))[\($0)]", of: self) }
    }

    /// A value that may be a word or a mapping of keys.
    func item(_ key: String) -> ConfigItem? { take(key).map { ConfigItem($0, path: full(key), of: self) } }

    /// A string with its `${NAME}`s read; one whose variable is not set is a problem.
    func string(_ key: String) -> String? {
        guard let raw = rawString(key), let value = expanded(raw, for: key) else { return nil }
        if value.isEmpty { report(key, "is empty") }
        return value.isEmpty ? nil : value
    }

    /// The text with its `${NAME}`s read, or nil with a problem.
    private func expanded(_ raw: String, for key: String) -> String? {
        switch context.expand(raw) {
        case .success(let value): return value
        case .failure(let missing):
            report(key, "the environment has no \(missing.name)", hint: "export \(missing.name)=...")
            return nil
        }
    }

    /// A string that may wait for its variable: the name of the one that is not set, instead of a problem.
    func secret(_ key: String) -> Result<String, MissingVariable>? {
        rawString(key).map(context.expand)
    }

    func strings(_ key: String) -> [String]? {
        guard let node = take(key) else { return nil }
        let nodes = node.sequence.map(Array.init) ?? [node]
        let values = nodes.compactMap(\.scalar?.string)
        guard values.count == nodes.count, node.null == nil else {
            report(key, "is not a list of strings")
            return nil
        }
        return values.compactMap { expanded($0, for: key) }
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        number(key, range: "from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func decimal(_ key: String, in range: ClosedRange<Double>) -> Double? {
        number(key, range: "from \(range.lowerBound) to \(range.upperBound)") {
            Double($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func boolean(_ key: String) -> Bool? {
        guard let node = take(key) else { return nil }
        guard let value = node.bool else {
            report(key, "is neither true nor false")
            return nil
        }
        return value
    }

    /// One of the cases of an enumeration.
    func choice<Value: RawRepresentable & CaseIterable>(_ key: String) -> Value? where Value.RawValue == String {
        string(key).flatMap { choice($0, for: key) }
    }

    /// A value read elsewhere, as one of the cases of an enumeration.
    func choice<Value: RawRepresentable & CaseIterable>(_ text: String, for key: String) -> Value?
    where Value.RawValue == String {
        if let value = Value(rawValue: text) { return value }
        let names = Value.allCases.map(\.rawValue)
        report(key, "is none of \(names.joined(separator: ", "))", hint: text.suggestion(among: names))
        return nil
    }

    // MARK: Problems

    /// Reports what is wrong with a key's value, or that it is missing.
    func report(_ key: String, _ message: String, hint: String? = nil) {
        let line = mapping.value(key)?.mark?.line ?? mark?.line
        context.report(full(key), in: file, line: line, message, hint: hint)
    }

    /// Lets the other keys be: what they may be depends on one that is wrong.
    func disregardRest() { known.formUnion(keys) }

    /// Reports the keys that nobody asked for. Call it when everything has been read.
    func finish() {
        for key in keys where !known.contains(key) {
            let hint = key.suggestion(among: known) ?? "known keys: \(known.sorted().joined(separator: ", "))"
            report(key, "there is no such key", hint: hint)
        }
    }

    // MARK: Parts

    private func take(_ key: String) -> Node? {
        known.insert(key)
        return mapping.value(key)
    }

    private func rawString(_ key: String) -> String? {
        guard let node = take(key) else { return nil }
        guard let value = node.scalar?.string, node.null == nil else {
            report(key, "is not a string")
            return nil
        }
        return value
    }

    private func number<Value>(_ key: String, range: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = string(key) else { return nil }
        guard let value = parse(text) else {
            report(key, "is not a number \(range)")
            return nil
        }
        return value
    }

    private func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

/// A value of a configuration that may be a word or a mapping of keys.
struct ConfigItem {
    let path: String
    private let node: Node
    private let reader: ConfigReader

    init(_ node: Node, path: String, of reader: ConfigReader) {
        self.node = node
        self.path = path
        self.reader = reader
    }

    /// The word, with its `${NAME}`s read; nil when it is none, or with a problem.
    var word: String? {
        guard node.null == nil, let raw = node.scalar?.string else { return nil }
        switch reader.context.expand(raw) {
        case .success(let value): return value
        case .failure(let missing):
            report("the environment has no \(missing.name)", hint: "export \(missing.name)=...")
            return nil
        }
    }

    /// The mapping, when it is one.
    var section: ConfigReader? {
        node.mapping.map {
            ConfigReader(file: reader.file, path: path, mapping: $0, mark: node.mark, context: reader.context)
        }
    }

    func report(_ message: String, hint: String? = nil) {
        reader.context.report(path, in: reader.file, line: node.mark?.line, message, hint: hint)
    }
}

/// A variable that the environment does not have.
struct MissingVariable: Error {
    let name: String
}

extension ConfigReader.Context {
    /// Adds a problem; one with a value that a variable has set names the variable instead.
    func report(_ path: String, in file: String, line: Int?, _ message: String, hint: String? = nil) {
        let (message, hint) = (withoutValues(message), hint.map(withoutValues))
        if let origin = origins[path] {
            add(
                ConfigProblem(
                    file: origin.file,
                    line: origin.line,
                    path: origin.variable,
                    message: "\(path) \(message)",
                    hint: hint
                )
            )
        } else {
            add(ConfigProblem(file: file, line: line, path: path, message: message, hint: hint))
        }
    }

    /// The text with the names of variables for what they hold; the longest first, since one may be part of another.
    private func withoutValues(_ text: String) -> String {
        readings.filter { $0.key.utf8.count >= Self.shortestValue }.sorted { $0.key.count > $1.key.count }
            .reduce(text) { $0.replacing($1.key, with: "${\($1.value)}") }
    }

    /// Shorter ones are no secrets, and would be found in any sentence.
    private static var shortestValue: Int { 4 }

    /// The text with its `${NAME}`s read, or the first variable that is not set.
    func expand(_ raw: String) -> Result<String, MissingVariable> {
        var out = ""
        var rest = raw[...]
        while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else { return .failure(MissingVariable(name: name)) }
            readings[value] = name
            out += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        return .success(out + rest)
    }
}

extension String {
    /// The nearest of the names, as a hint; nil when none is near.
    func suggestion(among names: some Sequence<String>) -> String? {
        let nearest = names.map { (distance: $0.distance(to: self), name: $0) }.min { $0 < $1 }
        return nearest.flatMap { $0.distance <= 2 && $0.distance < $0.name.count ? "did you mean \($0.name)?" : nil }
    }

    /// How many letters must be changed, added or removed to get from one to the other (Levenshtein, 1965).
    func distance(to other: String) -> Int {
        let target = Array(other)
        var row = Array(0...target.count)
        for (index, letter) in self.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 0..<target.count {
                let change = diagonal + (letter == target[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(change, row[column + 1] + 1, row[column] + 1)
            }
        }
        return row[target.count]
    }
}
