/// Reads what is `Decodable` from JSON that is parsed already.
///
/// Its errors tell that something does not fit, and not where: nobody has ever asked.
package struct JSONTree: Decoder {
    let value: JSONValue

    package var codingPath: [any CodingKey] { [] }
    package var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The value of a JSON text.
    /// - Throws: ``JSONParser/Malformed``, or `DecodingError` when it is JSON of another form.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try bytes.withUnsafeBytes { try decode(type, from: JSONParser.parse($0)) }
    }

    /// What a value that was parsed stands for.
    package static func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws -> Value {
        // No need to take a tree apart in order to build it again.
        if type == JSONValue.self, let value = value as? Value { return value }
        return try Value(from: JSONTree(value: value))
    }

    package func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let fields) = value else { throw JSONTree.mismatch(type) }
        return KeyedDecodingContainer(JSONFields(fields: fields))
    }

    package func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw JSONTree.mismatch([JSONValue].self) }
        return JSONElements(elements: elements)
    }

    package func singleValueContainer() -> any SingleValueDecodingContainer { JSONSingle(value: value) }

    fileprivate static func mismatch(_ type: any Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: [], debugDescription: "The JSON holds something else there."))
    }
}

extension JSONValue {
    fileprivate var isNull: Bool { if case .null = self { true } else { false } }

    fileprivate func read(_ type: Bool.Type) throws -> Bool {
        guard case .boolean(let value) = self else { throw JSONTree.mismatch(type) }
        return value
    }

    fileprivate func read(_ type: String.Type) throws -> String {
        guard case .string(let value) = self else { throw JSONTree.mismatch(type) }
        return value
    }

    fileprivate func read(_ type: Double.Type) throws -> Double {
        switch self {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        case .unsigned(let value): return Double(value)
        default: throw JSONTree.mismatch(type)
        }
    }

    fileprivate func read<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let read: Value? =
            switch self {
            case .integer(let value): Value(exactly: value)
            case .unsigned(let value): Value(exactly: value)
            default: nil
            }
        guard let read else { throw JSONTree.mismatch(type) }
        return read
    }
}

/// The fields of an object.
private struct JSONFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: [JSONValue.Field]

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(fields.count)
        for field in fields { if let key = Key(stringValue: field.key) { keys.append(key) } }
        return keys
    }

    private func find(_ key: some CodingKey) -> JSONValue? {
        let name = key.stringValue
        for field in fields where field.key == name { return field.value }
        return nil
    }

    private func value(_ key: Key) throws -> JSONValue {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "It is not there."))
        }
        return value
    }

    /// The value unless it is missing or null.
    private func present(_ key: Key) -> JSONValue? {
        guard let value = find(key), !value.isNull else { return nil }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).read(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).read(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).read(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try value(key).read(Double.self)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).read(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).read(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).read(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).read(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).read(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).read(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).read(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).read(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).read(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).read(type) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try JSONTree.decode(type, from: value(key))
    }

    // Those that are asked for most, with one look-up.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.read(type) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.read(type) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try present(key)?.read(type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.read(type) }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let value = present(key) else { return nil }
        return try JSONTree.decode(type, from: value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try JSONTree(value: value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try JSONTree(value: value(key)).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { JSONTree(value: .object(fields)) }
    func superDecoder(forKey key: Key) throws -> any Decoder { JSONTree(value: try value(key)) }
}

/// The elements of an array.
private struct JSONElements: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    var currentIndex = 0

    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    /// What stands next; it is passed over only when it could be read.
    private mutating func next<Value>(_ read: (JSONValue) throws -> Value) throws -> Value {
        guard !isAtEnd else { throw JSONTree.mismatch(Value.self) }
        let value = try read(elements[currentIndex])
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw JSONTree.mismatch(Never.self) }
        guard elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next { try JSONTree.decode(type, from: $0) }
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try next { try JSONTree(value: $0).container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try JSONTree(value: $0).unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { JSONTree(value: $0) } }
}

/// One value.
private struct JSONSingle: SingleValueDecodingContainer {
    let value: JSONValue

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try value.read(type) }
    func decode(_ type: String.Type) throws -> String { try value.read(type) }
    func decode(_ type: Double.Type) throws -> Double { try value.read(type) }
    func decode(_ type: Float.Type) throws -> Float { Float(try value.read(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try value.read(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try value.read(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try value.read(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try value.read(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try value.read(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try value.read(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try value.read(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try value.read(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try value.read(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try value.read(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSONTree.decode(type, from: value) }
}
