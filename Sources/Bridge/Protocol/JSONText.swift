internal import Routing

/// A JSON value as compact text. Keys are sorted, because a decoder does not tell their order, and the same value must
/// always give the same bytes.
struct JSONText: Decodable {
    /// The text.
    let text: String

    init(from decoder: any Decoder) throws {
        var json = JSONWriter()
        json.write(try Value(from: decoder))
        text = String(decoding: json.bytes, as: UTF8.self)
    }

    fileprivate indirect enum Value: Decodable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case array([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if single.decodeNil() {
                self = .null
            } else if let value = try? single.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? single.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? single.decode(Double.self) {
                self = .number(value)
            } else if let value = try? single.decode(String.self) {
                self = .string(value)
            } else if let value = try? single.decode([Value].self) {
                self = .array(value)
            } else {
                self = .object(try single.decode([String: Value].self))
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ value: JSONText.Value) {
        switch value {
        case .null: null()
        case .boolean(let value): boolean(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let values): array(values) { $0.write($1) }
        case .object(let fields):
            object { json in
                for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                    json.key(escaping: name)
                    json.write(value)
                }
            }
        }
    }
}
