internal import Routing

/// What is wrong with a part of a request's body. Whoever reads the part that holds it adds where that stands, so that a
/// request without a fault pays nothing for its paths.
struct FieldFault: Error {
    /// From the innermost part that has been read so far, such as `image_url.url`.
    var path: String
    /// What is wrong there, as it follows the path.
    let what: String
    /// Whether it is a thing that others do.
    let isUnsupported: Bool

    init(_ path: String, _ what: String, isUnsupported: Bool = false) {
        self.path = path
        self.what = what
        self.isUnsupported = isUnsupported
    }

    /// What others do and the bridge does not.
    static func unsupported(_ path: String, _ what: String) -> FieldFault {
        FieldFault(path, what, isUnsupported: true)
    }

    /// The same fault, seen from the part that holds it.
    func inside(_ outer: String) -> FieldFault {
        var fault = self
        fault.path = path.isEmpty ? outer : path.hasPrefix("[") ? outer + path : "\(outer).\(path)"
        return fault
    }

    /// As the client hears it. Paths are names of ours and places, never the client's own words.
    var error: DoorError {
        let message = "\(path) \(what)."
        return isUnsupported ? .unsupported(path, message) : .invalid(path, message)
    }
}

extension DoorRequest {
    /// A body of which a dialect reads the parts, with what its model's name means.
    static func read(
        _ body: [UInt8],
        _ models: ModelNames,
        _ parts: (BodyFields) throws(FieldFault) -> DoorRequest
    ) throws(DoorError) -> DoorRequest {
        let fields = try BodyFields.parse(body)
        let read: DoorRequest
        do throws(FieldFault) { read = try parts(fields) } catch { throw error.error }
        var request = read
        try models.apply(request.model, to: &request.params)
        return request
    }
}

/// The fields of a JSON object in a request, read one by one. A field that is null is one that is not there: SDKs write
/// what nobody set so.
struct BodyFields {
    private let fields: [JSONValue.Field]

    /// - Throws: a fault of that path for what is no object.
    init(_ value: JSONValue, _ path: String = "") throws(FieldFault) {
        guard case .object(let fields) = value else { throw FieldFault(path, "must be an object") }
        self.fields = fields
    }

    /// The object that a request's body is.
    static func parse(_ body: [UInt8]) throws(DoorError) -> BodyFields {
        guard let value = try? body.withUnsafeBytes({ try JSONParser.parse($0, deepest: 128) }),
            let fields = try? BodyFields(value)
        else { throw DoorError(.invalidJSON) }
        return fields
    }

    /// The field; nil for one that is missing or null.
    subscript(_ name: String) -> JSONValue? {
        for field in fields where field.key == name { return field.value == .null ? nil : field.value }
        return nil
    }

    /// A text of that many scalars, as JSON Schema counts.
    func string(_ name: String, count: ClosedRange<Int>? = nil) throws(FieldFault) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else { throw FieldFault(name, "must be a text") }
        if let count, !count.contains(text.unicodeScalars.count) {
            throw FieldFault(name, "must have \(count.lowerBound) to \(count.upperBound) characters")
        }
        return text
    }

    /// A text that must be there.
    func text(_ name: String, count: ClosedRange<Int>? = nil) throws(FieldFault) -> String {
        guard let text = try string(name, count: count) else { throw FieldFault(name, "is missing") }
        return text
    }

    /// One of the cases of an enumeration.
    func choice<Value: RawRepresentable & CaseIterable>(_ name: String) throws(FieldFault) -> Value?
    where Value.RawValue == String {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value, let choice = Value(rawValue: text) else {
            throw FieldFault(name, "must be one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    func boolean(_ name: String) throws(FieldFault) -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .boolean(let boolean) = value else { throw FieldFault(name, "must be true or false") }
        return boolean
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(FieldFault) -> Int? {
        guard let value = self[name] else { return nil }
        guard case .integer(let integer) = value, let integer = Int(exactly: integer), range.contains(integer) else {
            throw FieldFault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func decimal(_ name: String, in range: ClosedRange<Double>) throws(FieldFault) -> Double? {
        guard let value = self[name] else { return nil }
        let decimal: Double? =
            switch value {
            case .number(let number): number
            case .integer(let integer): Double(integer)
            default: nil
            }
        guard let decimal, range.contains(decimal) else {
            throw FieldFault(name, "must be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        }
        return decimal
    }

    /// Another object.
    func object(_ name: String) throws(FieldFault) -> BodyFields? {
        guard let value = self[name] else { return nil }
        return try BodyFields(value, name)
    }

    /// Another object that must be there.
    func part(_ name: String) throws(FieldFault) -> BodyFields {
        guard let object = try object(name) else { throw FieldFault(name, "is missing") }
        return object
    }

    /// An array, its elements read one by one; a fault of one names its place.
    func array<Element>(
        _ name: String,
        atMost limit: Int,
        _ read: (JSONValue) throws(FieldFault) -> Element
    ) throws(FieldFault) -> [Element]? {
        guard let value = self[name] else { return nil }
        guard case .array(let values) = value else { throw FieldFault(name, "must be an array") }
        return try Self.elements(values, name, atMost: limit, read)
    }

    /// The elements of an array that stands there.
    static func elements<Element>(
        _ values: [JSONValue],
        _ name: String,
        atMost limit: Int,
        _ read: (JSONValue) throws(FieldFault) -> Element
    ) throws(FieldFault) -> [Element] {
        guard values.count <= limit else { throw FieldFault(name, "has more than \(limit) elements") }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (place, value) in values.enumerated() {
            do throws(FieldFault) { elements.append(try read(value)) } catch {
                throw error.inside("\(name)[\(place)]")
            }
        }
        return elements
    }

    /// What a part of the object comes to; a fault in it is one of the field.
    func within<Value>(
        _ name: String,
        _ read: (BodyFields) throws(FieldFault) -> Value
    ) throws(FieldFault) -> Value {
        let part = try part(name)
        do throws(FieldFault) { return try read(part) } catch { throw error.inside(name) }
    }

    /// A JSON object as text, the same for the same value.
    func json(_ name: String) throws(FieldFault) -> String? {
        guard let value = self[name] else { return nil }
        guard case .object = value else { throw FieldFault(name, "must be an object") }
        return value.text
    }
}
