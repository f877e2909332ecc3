/// A number of tokens. A text, a fraction or less than nothing was not said. A backend must not be able to overflow our
/// sums: more than could be becomes a number that ``Usage/isCredible(ofBytes:attachments:)`` still sees through.
enum TokenCount {
    static func plausible(_ count: Int?) -> Int? {
        count.flatMap { $0 < 0 ? nil : min($0, 1_000_000_000_000) }
    }
}

extension KeyedDecodingContainer {
    /// The number of tokens under a key; nil when it is missing or could be none.
    func tokens(_ key: Key) -> Int? {
        TokenCount.plausible(lenient(Int.self, key))
    }

    /// The value under a key; nil when it is missing, null or of another type. For what stands beside an answer: that
    /// may be odd without the answer being lost.
    func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }

    /// An amount of dollars under a key; nil when it is missing or could be none.
    func dollars(_ key: Key) -> NanoDollars? {
        lenient(Double.self, key).flatMap(NanoDollars.init(dollars:))
    }
}
