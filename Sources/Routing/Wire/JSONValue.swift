internal import FoundationEssentials

/// Any JSON, for what is passed on without being understood: the arguments of a tool's call.
enum JSONValue: Decodable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Swift.Decoder) throws {
        if let fields = try? decoder.container(keyedBy: Key.self) {
            var object: [String: JSONValue] = [:]
            for key in fields.allKeys { object[key.stringValue] = try fields.decode(JSONValue.self, forKey: key) }
            self = .object(object)
            return
        }
        if var elements = try? decoder.unkeyedContainer() {
            var array: [JSONValue] = []
            while !elements.isAtEnd { array.append(try elements.decode(JSONValue.self)) }
            self = .array(array)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let boolean = try? value.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let unsigned = try? value.decode(UInt64.self) {
            self = .unsigned(unsigned)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }

    /// The value as text, with the keys of objects in order: the same value is the same text.
    var text: String {
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
            json.object { json in
                for key in fields.keys.sorted() {
                    json.key(escaping: key)
                    fields[key]?.write(to: &json)
                }
            }
        }
    }

    /// The bytes of a text that is one JSON object, to stand in a larger one as they are; nil for any other text.
    static func object(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        // With a NUL in it Foundation would read UTF-16, and the bytes would not be what was read.
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), !bytes.contains(0),
            let value = try? JSONDecoder.plain.decode(JSONValue.self, from: Data(bytes)), case .object = value
        else { return nil }
        return bytes
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}

extension JSONDecoder {
    /// One for all replies: nothing about it is ever set, and making one costs more than reading a small object.
    static let plain = JSONDecoder()
}
