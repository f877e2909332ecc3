internal import Persona
internal import Routing

/// The body of `POST /execute`, read: `{"prompt": "...", "model_config": {"model": "...", ...}}`.
struct PipeRequest: Equatable, Undisclosed {
    var prompt: String
    /// Nil for the pipe's own.
    var model: String?
    var maxTokens: Int?
    var temperature: Double?
    var stop: [String] = []

    /// Reads a body. Of `model_config` only what is known counts; what else stands there is nobody's business here.
    /// - Throws: `notJSON` for what is no JSON object, `badRequest` with the field that is missing or wrong.
    init(_ body: [UInt8]) throws(PipeError) {
        guard case .object(let fields) = try? body.withUnsafeBytes({ try JSONParser.parse($0, deepest: 32) }) else {
            throw .notJSON
        }
        guard case .string(let prompt) = Self.value("prompt", in: fields), !prompt.isEmpty else {
            throw .badRequest(field: "prompt")
        }
        guard case .object(let config) = Self.value("model_config", in: fields) else {
            throw .badRequest(field: "model_config")
        }
        self.prompt = prompt
        switch Self.value("model", in: config) {
        case nil: break
        case .string(let name) where Self.isModel(name): model = name
        default: throw .badRequest(field: "model_config.model")
        }
        switch Self.value("max_tokens", in: config) {
        case nil: break
        case .integer(let count) where (1...16_777_216).contains(count): maxTokens = Int(count)
        default: throw .badRequest(field: "model_config.max_tokens")
        }
        switch Self.value("temperature", in: config) {
        case nil: break
        case .integer(let value) where (0...2).contains(value): temperature = Double(value)
        case .number(let value) where (0...2).contains(value): temperature = value
        default: throw .badRequest(field: "model_config.temperature")
        }
        switch Self.value("stop", in: config) {
        case nil: break
        case .string(let word): stop = [word]
        case .array(let words) where words.count <= 16: stop = try Self.strings(words)
        default: throw .badRequest(field: "model_config.stop")
        }
    }

    /// A field's value; nil for one that is missing or null.
    private static func value(_ key: String, in fields: [JSONValue.Field]) -> JSONValue? {
        guard let value = fields.first(where: { $0.key == key })?.value, value != .null else { return nil }
        return value
    }

    private static func strings(_ values: [JSONValue]) throws(PipeError) -> [String] {
        var strings: [String] = []
        for value in values {
            guard case .string(let word) = value else { throw .badRequest(field: "model_config.stop") }
            strings.append(word)
        }
        return strings
    }

    /// Whether it can be a model's name: printable ASCII without a space, and nothing that a program could take for an
    /// option.
    static func isModel(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && name.first != "-"
    }
}
