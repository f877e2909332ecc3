internal import Foundation
internal import Yams

/// Reads one mapping of a configuration file, key by key, and collects everything that is wrong with it.
///
/// Keys that nobody asked for are problems too, named with the nearest key that exists. `${NAME}` in a string reads the
/// environment. JSON is accepted, being YAML.
final class ConfigReader {
    /// The problems of one load, over all its files.
    final class Problems {
        private(set) var list: [ConfigProblem] = []

        func add(_ problem: ConfigProblem) { list.append(problem) }
    }

    let file: String
    let path: String
    let problems: Problems
    let environment: [String: String]
    private let mapping: Node.Mapping
    private let mark: Mark?
    private var known: Set<String> = []

    /// The file's outermost mapping, or nil with a problem.
    static func open(_ file: String, environment: [String: String], problems: Problems) -> ConfigReader? {
        func fail(_ message: String, line: Int? = nil, hint: String? = nil) -> ConfigReader? {
            problems.add(ConfigProblem(file: file, line: line, path: "", message: message, hint: hint))
            return nil
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            return fail("the file cannot be read", hint: "check the path and its permissions")
        }
        guard data.count <= 1 << 20 else { return fail("the file is larger than 1 MiB") }
        guard let text = String(data: data, encoding: .utf8) else { return fail("the file is not UTF-8") }
        do {
            guard let node = try Yams.compose(yaml: text) else { return fail("the file is empty") }
            guard let mapping = node.mapping else { return fail("the file is not a mapping of keys", line: 1) }
            return ConfigReader(
                file: file,
                path: "",
                mapping: mapping,
                mark: node.mark,
                environment: environment,
                problems: problems
            )
        } catch let error as YamlError {
            // Not the error's own description: it holds the whole file, secrets included.
            return fail("the file is not YAML: \(error.safeReason)", line: error.line)
        } catch {
            return fail("the file is not YAML")
        }
    }

    private init(
        file: String,
        path: String,
        mapping: Node.Mapping,
        mark: Mark?,
        environment: [String: String],
        problems: Problems
    ) {
        self.file = file
        self.path = path
        self.mapping = mapping
        self.mark = mark
        self.environment = environment
        self.problems = problems
    }

    // MARK: Values

    /// Whether the key stands in the mapping.
    func has(_ key: String) -> Bool { mapping[Node(key)] != nil }

    /// All keys, in the order of the file.
    var keys: [String] { mapping.keys.compactMap(\.string) }

    /// A nested mapping.
    func section(_ key: String) -> ConfigReader? {
        guard let node = take(key) else { return nil }
        guard let mapping = node.mapping else {
            report(key, node.null == nil ? "is not a mapping of keys" : "is empty")
            return nil
        }
        return ConfigReader(
            file: file,
            path: full(key),
            mapping: mapping,
            mark: node.mark,
            environment: environment,
            problems: problems
        )
    }

    /// A string with its `${NAME}`s read; one whose variable is not set is a problem.
    func string(_ key: String) -> String? {
        guard let raw = rawString(key), let value = expanded(raw, for: key) else { return nil }
        if value.isEmpty { report(key, "is empty") }
        return value.isEmpty ? nil : value
    }

    /// The text with its `${NAME}`s read, or nil with a problem.
    private func expanded(_ raw: String, for key: String) -> String? {
        switch expand(raw) {
        case .success(let value): return value
        case .failure(let missing):
            report(key, "the environment has no \(missing.name)", hint: "export \(missing.name)=...")
            return nil
        }
    }

    /// A string that may wait for its variable: the name of the one that is not set, instead of a problem.
    func secret(_ key: String) -> Result<String, MissingVariable>? {
        rawString(key).map(expand)
    }

    /// A variable that the environment does not have.
    struct MissingVariable: Error {
        let name: String
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
        let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
        report(key, "is none of \(names)")
        return nil
    }

    // MARK: Problems

    /// Reports what is wrong with a key's value, or that it is missing.
    func report(_ key: String, _ message: String, hint: String? = nil) {
        let line = mapping[Node(key)]?.mark?.line ?? mark?.line
        problems.add(ConfigProblem(file: file, line: line, path: full(key), message: message, hint: hint))
    }

    /// Reports the keys that nobody asked for. Call it when everything has been read.
    func finish() {
        for key in keys where !known.contains(key) {
            let nearest = known.min { ($0.distance(to: key), $0) < ($1.distance(to: key), $1) }
            let hint =
                nearest.flatMap { $0.distance(to: key) <= 2 ? "did you mean \($0)?" : nil }
                ?? "known keys: \(known.sorted().joined(separator: ", "))"
            report(key, "there is no such key", hint: hint)
        }
    }

    // MARK: Parts

    private func take(_ key: String) -> Node? {
        known.insert(key)
        return mapping[Node(key)]
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

    private func expand(_ raw: String) -> Result<String, MissingVariable> {
        var out = ""
        var rest = raw[...]
        while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else { return .failure(MissingVariable(name: name)) }
            out += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        return .success(out + rest)
    }
}

extension YamlError {
    /// Where the fault is.
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }

    /// What is wrong, without any text of the file.
    fileprivate var safeReason: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        case .duplicatedKeysInMapping: "a key stands twice in one mapping"
        default: "it cannot be parsed"
        }
    }
}

extension String {
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
