internal import Foundation
internal import Routing
internal import Yams

/// Which variable set a value, and where the variable stands.
struct ConfigOrigin: Sendable {
    let variable: String
    /// `the environment`, or the `.env` file.
    let file: String
    /// The line of the `.env` file.
    let line: Int?
}

/// A configuration before it is checked: what its file says, with what variables have set on top of it.
struct ConfigTree {
    let file: String
    /// The keys that lead to its top; empty for a file.
    let path: String
    private(set) var root: Node.Mapping
    let mark: Mark?

    /// Reads a file, or gives nil with a problem.
    static func open(_ file: String, context: ConfigReader.Context) -> ConfigTree? {
        func fail(_ message: String, hint: String? = nil) -> ConfigTree? {
            context.add(ConfigProblem(file: file, line: nil, path: "", message: message, hint: hint))
            return nil
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            return fail("the file cannot be read", hint: "check the path and its permissions")
        }
        guard data.count <= 1 << 20 else { return fail("the file is larger than 1 MiB") }
        guard let text = String(data: data, encoding: .utf8) else { return fail("the file is not UTF-8") }
        return parse(text, file: file, context: context)
    }

    /// Reads a text, or gives nil with a problem.
    static func parse(_ text: String, file: String, path: String = "", context: ConfigReader.Context) -> ConfigTree? {
        func fail(_ message: String, line: Int? = nil) -> ConfigTree? {
            context.add(ConfigProblem(file: file, line: line, path: path, message: message, hint: nil))
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { return fail("the file is empty") }
            guard let mapping = node.mapping else { return fail("the file is not a mapping of keys", line: 1) }
            return ConfigTree(file: file, path: path, root: mapping, mark: node.mark)
        } catch let error as YamlError {
            // Not the error's own description: it holds the whole file, secrets included.
            return fail("the file is not YAML: \(error.safeReason)", line: error.line)
        } catch {
            return fail("the file is not YAML")
        }
    }

    // MARK: Values

    /// The value at the keys.
    subscript(_ keys: [String]) -> Node? {
        var node: Node? = .mapping(root)
        for key in keys { node = node?.mapping?.value(key) }
        return node
    }

    /// The word at the keys.
    func word(_ keys: [String]) -> String? {
        self[keys].flatMap { $0.null == nil ? $0.scalar?.string : nil }
    }

    /// The names below the keys, in the order of the file.
    func names(_ keys: [String]) -> [String] { self[keys]?.mapping?.keys.compactMap(\.scalar?.string) ?? [] }

    /// Sets the value at the keys, and makes the mappings that lead there.
    mutating func set(_ keys: [String], to value: Node) {
        Self.set(keys[...], to: value, in: &root)
    }

    private static func set(_ keys: ArraySlice<String>, to value: Node, in mapping: inout Node.Mapping) {
        guard let first = keys.first else { return }
        let old = mapping.index(of: first).map { mapping[$0] }
        var value = value
        if keys.count > 1 {
            var inner = old?.value.mapping ?? Node.Mapping([])
            set(keys.dropFirst(), to: value, in: &inner)
            value = .mapping(inner)
        }
        mapping[old?.key ?? Node(first)] = value
    }
}

extension Node.Mapping {
    /// Where the key stands. Compared as text: YAML takes a plain `on` for a truth and JSON's `"on"` for a word.
    fileprivate func index(of key: String) -> Index? { firstIndex { $0.key.scalar?.string == key } }

    /// The value of the key.
    func value(_ key: String) -> Node? { index(of: key).map { self[$0].value } }
}

extension Node {
    /// A word, as a variable gives it.
    static func word(_ text: String) -> Node { Node(text) }

    /// A list of words.
    static func words(_ texts: [String]) -> Node { Node(texts.map { Node($0) }) }
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

extension ConfigTree {
    /// Whether any value but `key` names a variable.
    var readsEnvironment: Bool {
        func reads(_ node: Node) -> Bool {
            switch node {
            case .mapping(let mapping): mapping.contains { reads($0.value) }
            case .sequence(let sequence): sequence.contains(where: reads)
            case .scalar(let scalar): scalar.string.contains("${")
            default: false
            }
        }
        return root.contains { $0.key.scalar?.string != "key" && reads($0.value) }
    }

    /// Whether a backend's key or a sidecar's token stands there itself, and not as the name of its variable.
    var holdsSecret: Bool {
        ["backends", "providers", "sidecars"].contains { section in
            self[[section]]?.mapping?.contains { entry in
                ["key", "token"].contains { name in
                    let text = entry.value.mapping?.value(name)?.scalar?.string ?? ""
                    return !text.isEmpty && text != "none" && !text.contains("${")
                }
            } ?? false
        }
    }

    /// The section at the keys as JSON, for the record: a key stands there only as the name of its variable.
    func document(_ keys: [String]) -> String {
        var json = JSONWriter()
        if let node = self[keys] { Self.write(node, &json) } else { json.object { _ in } }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ node: Node, _ json: inout JSONWriter) {
        switch node {
        case .mapping(let mapping):
            json.object { json in
                for (key, value) in mapping {
                    guard let name = key.scalar?.string else { continue }
                    json.key(escaping: name)
                    if name == "key" { json.string(reference(value)) } else { write(value, &json) }
                }
            }
        case .sequence(let sequence): json.array(sequence) { write($1, &$0) }
        case .scalar(let scalar):
            if node.null != nil { json.null() } else { write(scalar, &json) }
        default: json.null()
        }
    }

    /// A number or a truth where YAML means one, otherwise a word.
    private static func write(_ scalar: Node.Scalar, _ json: inout JSONWriter) {
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, let number = Double(scalar.string), number.isFinite {
            json.number(number)
        } else if isPlain, let truth = Node.scalar(scalar).bool {
            json.boolean(truth)
        } else {
            json.string(scalar.string)
        }
    }

    /// `${NAME}` as it stands; anything else may be the secret itself.
    private static func reference(_ node: Node) -> String {
        let text = node.scalar?.string ?? ""
        return text == "none" || text.isReference ? text : "<redacted>"
    }
}

extension String {
    /// Whether the text is one `${NAME}` and nothing else.
    var isReference: Bool {
        hasPrefix("${") && hasSuffix("}") && utf8.count > 3
            && dropFirst(2).dropLast().utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || ($0 | 0x20).isLowerLetter || $0.isDigit
            }
    }
}

extension UInt8 {
    fileprivate var isLowerLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
