/// Parameters, read one by one; what is wrong names its field.
struct Params {
    let fields: KeyedDecodingContainer<AnyKey>?

    init(_ fields: KeyedDecodingContainer<AnyKey>?) {
        self.fields = fields
    }

    /// Refuses parameters that the method does not have.
    func allow(_ names: StaticString...) throws(BridgeError) {
        guard let fields else { return }
        let known = names.map(\.description)
        for key in fields.allKeys where !known.contains(key.stringValue) { throw .invalidParams(key.field) }
    }

    /// Refuses parameters that are not among the names.
    func allow(in names: Set<String>) throws(BridgeError) {
        guard let fields else { return }
        for key in fields.allKeys where !names.contains(key.stringValue) { throw .invalidParams(key.field) }
    }

    /// A string whose UTF-8 has that many bytes.
    func string(_ name: String, count: ClosedRange<Int>) throws(BridgeError) -> String? {
        guard let value = try value(name, String.self) else { return nil }
        guard count.contains(value.utf8.count) else { throw .invalidParams(name) }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(BridgeError) -> Int? {
        guard let value = try value(name, Int.self) else { return nil }
        guard range.contains(value) else { throw .invalidParams(name) }
        return value
    }

    func boolean(_ name: String) throws(BridgeError) -> Bool? { try value(name, Bool.self) }

    func strings(_ name: String, atMost limit: Int) throws(BridgeError) -> [String]? {
        guard let value = try value(name, [String].self) else { return nil }
        guard value.count <= limit, value.allSatisfy({ (1...128).contains($0.utf8.count) }) else {
            throw .invalidParams(name)
        }
        return value
    }

    func decimal(_ name: String, in range: ClosedRange<Double>) throws(BridgeError) -> Double? {
        guard let value = try value(name, Double.self) else { return nil }
        guard range.contains(value) else { throw .invalidParams(name) }
        return value
    }

    /// One of the cases of an enumeration.
    func choice<Value: RawRepresentable>(_ name: String) throws(BridgeError) -> Value? where Value.RawValue == String {
        guard let text = try string(name, count: 1...64) else { return nil }
        guard let value = Value(rawValue: text) else { throw .invalidParams(name) }
        return value
    }

    /// A JSON value of any kind, as text: the same value always gives the same text.
    func json(_ name: String) throws(BridgeError) -> String? { try value(name, JSONText.self)?.text }

    /// An array whose elements are objects or strings, read one by one.
    func array<Element>(
        _ name: String,
        atMost limit: Int,
        _ read: (ParamsElement) throws(BridgeError) -> Element
    ) throws(BridgeError) -> [Element]? {
        guard let fields, fields.contains(AnyKey(name)) else { return nil }
        guard var list = try? fields.nestedUnkeyedContainer(forKey: AnyKey(name)), (list.count ?? 0) <= limit else {
            throw .invalidParams(name)
        }
        var elements: [Element] = []
        while !list.isAtEnd {
            if let text = try? list.decode(String.self) {
                elements.append(try read(.string(text)))
            } else if let object = try? list.nestedContainer(keyedBy: AnyKey.self) {
                elements.append(try read(.object(Params(object))))
            } else {
                throw .invalidParams(name)
            }
        }
        return elements
    }

    private func value<Value: Decodable>(_ name: String, _ type: Value.Type) throws(BridgeError) -> Value? {
        guard let fields, fields.contains(AnyKey(name)) else { return nil }
        guard let value = try? fields.decode(type, forKey: AnyKey(name)) else { throw .invalidParams(name) }
        return value
    }
}

/// An element of an array of parameters.
enum ParamsElement {
    case string(String)
    case object(Params)
}

/// Any name of a field.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    /// The name as an error may repeat it: names are the client's own, so a long or odd one is not echoed.
    var field: String {
        let isPlain = stringValue.utf8.count <= 64 && stringValue.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? stringValue : "params"
    }
}
