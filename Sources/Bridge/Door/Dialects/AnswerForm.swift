internal import Persona
internal import Routing

/// What a client asks of an answer's form. Backends differ in what they can enforce, so it is asked in words that the judge
/// knows too, before the client's own: an answer of another form is worth less, and a better backend is asked.
struct AnswerForm: Sendable, Equatable {
    /// Which tools are to be called.
    enum Calls: Sendable, Equatable {
        case asItLikes, never, any
        case one(String)
    }

    /// One JSON object and nothing else.
    var isJSON = false
    /// What the object must be valid against, a JSON Schema as text.
    var schema: String?
    /// The keys that the schema requires.
    var keys: [String] = []
    var calls = Calls.asItLikes

    /// As instructions.
    var instructions: [String] {
        var lines: [String] = []
        if isJSON {
            let keys = keys.map { "\"\($0)\"" }.joined(separator: ", ")
            lines.append(
                "Answer with one JSON object and nothing else" + (keys.isEmpty ? "." : ", with the keys \(keys).")
                    + (schema.map { "\nIt must be valid against this JSON Schema:\n\($0)\nReturn JSON only." } ?? "")
            )
        }
        switch calls {
        case .asItLikes, .never: break
        case .any: lines.append("Call at least one of the tools; do not answer in words.")
        case .one: lines.append("Call the tool; do not answer in words.")
        }
        return lines
    }

    /// Those of the tools that may be called.
    func offered(_ tools: [ToolDefinition]) -> [ToolDefinition] {
        switch calls {
        case .asItLikes, .any: tools
        case .never: []
        case .one(let name): tools.filter { $0.name == name }
        }
    }

    /// Wants JSON that is valid against the schema.
    mutating func want(_ schema: BodyFields, text: String) {
        isJSON = true
        self.schema = text
        guard case .array(let required) = schema["required"] else { return }
        keys = required.compactMap { if case .string(let key) = $0, key.isPlainKey { key } else { nil } }
    }

    /// A call is only asked for where it can be made.
    func check(_ tools: [ToolDefinition]) throws(FieldFault) {
        switch calls {
        case .asItLikes, .never: break
        case .any:
            guard !tools.isEmpty else { throw FieldFault("tool_choice", "asks for a call, and there are no tools") }
        case .one(let name):
            guard tools.contains(where: { $0.name == name }) else {
                throw FieldFault("tool_choice", "names a tool that is not among the tools")
            }
        }
    }
}

extension String {
    /// Whether it can stand in quotation marks as it is.
    fileprivate var isPlainKey: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") } }
}
