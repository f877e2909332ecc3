internal import Routing

/// Parameters, read one by one; what is wrong names its field.
struct Params {
    let fields: JSONObject?

    init(_ fields: JSONObject?) {
        self.fields = fields
    }

    /// Refuses parameters that the method does not have.
    func allow(_ names: StaticString...) throws(BridgeError) {
        guard let fields else { return }
        let known = names.map(\.description)
        for field in fields.fields where !known.contains(field.key) { throw .invalidParams(AnyKey(field.key).field) }
    }

    /// Refuses parameters that are not among the names.
    func allow(in names: Set<String>) throws(BridgeError) {
        guard let fields else { return }
        for field in fields.fields where !names.contains(field.key) { throw .invalidParams(AnyKey(field.key).field) }
    }

    /// A string whose UTF-8 has that many bytes.
    func string(_ name: String, count: ClosedRange<Int>) throws(BridgeError) -> String? {
        guard let value = try value(name, { $0.words }) else { return nil }
        guard count.contains(value.utf8.count) else { throw .invalidParams(name) }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(BridgeError) -> Int? {
        guard let value = try value(name, { $0.count }) else { return nil }
        guard range.contains(value) else { throw .invalidParams(name) }
        return value
    }

    func boolean(_ name: String) throws(BridgeError) -> Bool? { try value(name) { $0.flag } }

    func strings(_ name: String, atMost limit: Int) throws(BridgeError) -> [String]? {
        guard let value = try value(name, Self.strings) else { return nil }
        guard value.count <= limit, value.allSatisfy({ (1...128).contains($0.utf8.count) }) else {
            throw .invalidParams(name)
        }
        return value
    }

    /// Whole numbers.
    func integers(_ name: String, atMost limit: Int) throws(BridgeError) -> [Int]? {
        guard let value = fields?[name] else { return nil }
        guard let elements = value.elements, elements.count <= limit else { throw .invalidParams(name) }
        let numbers = elements.compactMap(\.count)
        guard numbers.count == elements.count else { throw .invalidParams(name) }
        return numbers
    }

    /// An object of parameters.
    func object(_ name: String) throws(BridgeError) -> Params? {
        try value(name) { JSONObject($0) }.map { Params($0) }
    }

    func decimal(_ name: String, in range: ClosedRange<Double>) throws(BridgeError) -> Double? {
        guard let value = try value(name, { $0.decimal }) else { return nil }
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
    func json(_ name: String) throws(BridgeError) -> String? { fields?[name]?.text }

    /// An array whose elements are objects or strings, read one by one.
    func array<Element>(
        _ name: String,
        atMost limit: Int,
        _ read: (ParamsElement) throws(BridgeError) -> Element
    ) throws(BridgeError) -> [Element]? {
        guard let value = fields?[name] else { return nil }
        guard let list = value.elements, list.count <= limit else { throw .invalidParams(name) }
        var elements: [Element] = []
        for element in list {
            if let text = element.words {
                elements.append(try read(.string(text)))
            } else if let object = JSONObject(element) {
                elements.append(try read(.object(Params(object))))
            } else {
                throw .invalidParams(name)
            }
        }
        return elements
    }

    private static func strings(_ value: JSONValue) -> [String]? {
        guard let elements = value.elements else { return nil }
        let texts = elements.compactMap(\.words)
        return texts.count == elements.count ? texts : nil
    }

    private func value<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(BridgeError) -> Value? {
        guard let found = fields?[name] else { return nil }
        guard let value = read(found) else { throw .invalidParams(name) }
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
