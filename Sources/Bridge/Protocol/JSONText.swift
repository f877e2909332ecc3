internal import Routing

/// A JSON value as compact text. Keys are sorted, so that the same value always gives the same bytes.
struct JSONText: Decodable {
    /// The text.
    let text: String

    init(from decoder: any Decoder) throws {
        text = try JSONValue(from: decoder).text
    }
}
