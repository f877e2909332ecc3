internal import Routing

/// The fields of a request's JSON object, read one by one; what is wrong names its field.
struct RequestFields {
    private let fields: KeyedDecodingContainer<AnyKey>

    /// Nil for what is no JSON object.
    init?(_ body: [UInt8]) {
        guard let capture = try? JSONTree.decode(Capture.self, from: body) else { return nil }
        fields = capture.fields
    }

    private struct Capture: Decodable {
        let fields: KeyedDecodingContainer<AnyKey>

        init(from decoder: any Decoder) throws { fields = try decoder.container(keyedBy: AnyKey.self) }
    }

    /// Refuses fields that the request does not have.
    func allow(_ names: Set<String>) throws(SidecarError) {
        for key in fields.allKeys where !names.contains(key.stringValue) { throw .badRequest(field: key.field) }
    }

    func has(_ name: String) -> Bool { fields.contains(AnyKey(name)) }

    func isNull(_ name: String) -> Bool { (try? fields.decodeNil(forKey: AnyKey(name))) ?? false }

    /// A text of 1 to 128 bytes.
    func string(_ name: String) throws(SidecarError) -> String? {
        guard let value = try value(name, String.self) else { return nil }
        guard (1...128).contains(value.utf8.count) else { throw .badRequest(field: name) }
        return value
    }

    func boolean(_ name: String) throws(SidecarError) -> Bool? { try value(name, Bool.self) }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SidecarError) -> Int? {
        guard let value = try value(name, Int.self) else { return nil }
        guard range.contains(value) else { throw .badRequest(field: name) }
        return value
    }

    /// One of the cases of an enumeration.
    func choice<Value: RawRepresentable>(_ name: String) throws(SidecarError) -> Value?
    where Value.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let value = Value(rawValue: text) else { throw .badRequest(field: name) }
        return value
    }

    private func value<Value: Decodable>(_ name: String, _ type: Value.Type) throws(SidecarError) -> Value? {
        guard has(name) else { return nil }
        guard let value = try? fields.decode(type, forKey: AnyKey(name)) else { throw .badRequest(field: name) }
        return value
    }
}
