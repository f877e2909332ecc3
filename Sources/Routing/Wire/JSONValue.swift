/// Any JSON.
package enum JSONValue: Decodable, Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// The fields in the order of the text. Of two with the same key the first counts.
    case object([Field])

    /// A key and its value.
    package struct Field: Equatable, Sendable {
        package let key: String
        package let value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// - Throws: for any other decoder than ``JSONTree``.
    package init(from decoder: any Swift.Decoder) throws {
        guard let tree = decoder as? JSONTree else { throw JSONParser.Malformed() }
        self = tree.value
    }

    /// The value as text, with the keys of objects in order: the same value is the same text.
    package var text: String {
        var json = JSONWriter(reserving: 128)
        write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.integer(value)
        case .unsigned(let value): json.raw(Array(String(value).utf8))
        case .number(let value): json.number(value)
        case .string(let value): json.string(value)
        case .array(let values): json.array(values) { $1.write(to: &$0) }
        case .object(let fields):
            let sorted = fields.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }
            json.object { json in
                var last: String?
                for (_, field) in sorted where field.key != last {
                    json.key(escaping: field.key)
                    field.value.write(to: &json)
                    last = field.key
                }
            }
        }
    }

    /// The bytes of a text that is one JSON object, to stand in a larger one as they are; nil for any other text.
    static func object(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard case .object = try? bytes.withUnsafeBytes({ try JSONParser.parse($0) }) else { return nil }
        return bytes
    }
}
