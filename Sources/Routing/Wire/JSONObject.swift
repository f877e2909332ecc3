/// The fields of a JSON object, looked up by name; of two with the same key the first counts.
///
/// What is read with every request and every piece of an answer is read through this: a decoder's containers take ten times as
/// long.
package struct JSONObject: Sendable {
    /// In the order of the text.
    package let fields: [JSONValue.Field]

    /// Nil for a value that is no object.
    package init?(_ value: JSONValue) {
        guard case .object(let fields) = value else { return nil }
        self.fields = fields
    }

    /// The value under a key, null too; nil when it is missing.
    package subscript(_ name: String) -> JSONValue? {
        for field in fields where field.key == name { return field.value }
        return nil
    }

    /// The value under a key, unless it is missing or null.
    package func present(_ name: String) -> JSONValue? {
        guard let value = self[name] else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// The number of tokens under a key; nil when it is missing or could be none.
    func tokens(_ name: String) -> Int? { TokenCount.plausible(self[name]?.count) }

    /// An amount of dollars under a key; nil when it is missing or could be none.
    func dollars(_ name: String) -> NanoDollars? { self[name]?.decimal.flatMap(NanoDollars.init(dollars:)) }
}

/// A value as one type; nil for any other.
extension JSONValue {
    package var words: String? { if case .string(let value) = self { value } else { nil } }
    package var flag: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var elements: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

    /// A whole number that an `Int` holds.
    package var count: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .unsigned(let value): Int(exactly: value)
        default: nil
        }
    }

    package var decimal: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        default: nil
        }
    }
}
