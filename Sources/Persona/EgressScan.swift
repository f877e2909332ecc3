/// A request as a wire format wrote it, before the egress scan has read it.
public struct OutgoingRequest: Sendable, Undisclosed {
    /// The HTTP method.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// The HTTP method.
    public var method: Method
    /// The absolute URL. A key never stands in it.
    public var url: String
    /// The headers, in the order in which they are sent.
    public var headers: [(name: String, value: String)]
    /// The body; empty for `GET`.
    public var body: [UInt8]

    /// A request of the given parts.
    public init(method: Method, url: String, headers: [(name: String, value: String)], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// The final bytes of a request, read by the egress scan: the only thing that the transport sends.
///
/// Only ``EgressScan`` makes one; like ``BlindPrompt``, it cannot be made or changed anywhere else.
public struct SealedRequest: Sendable, Undisclosed {
    /// The HTTP method.
    public let method: OutgoingRequest.Method
    /// The absolute URL.
    public let url: String
    /// The headers, in the order in which they are sent.
    public let headers: [(name: String, value: String)]
    /// The body.
    public let body: [UInt8]
    private let seal: Seal

    fileprivate struct Seal: Sendable {}

    fileprivate init(_ request: OutgoingRequest) {
        self.seal = Seal()
        self.method = request.method
        self.url = request.url
        self.headers = request.headers
        self.body = request.body
    }
}

/// Why a request may not leave. It carries the class and the place, never the text.
public struct EgressViolation: Error, Sendable, Equatable, CustomStringConvertible {
    /// The part of the request that held it.
    public enum Place: String, Sendable {
        case url, header, body
    }

    /// The class of the first term found.
    public let identityClass: IdentityClass
    /// Where it stood.
    public let place: Place

    /// Safe to log.
    public var description: String { "an identity term of class \(identityClass.rawValue) in the \(place.rawValue)" }
}

/// Reads the final bytes of every request, whoever wrote them: URL, header names and values, body.
///
/// The guard reads the fields that somebody remembered; this reads what would really go out, so a term that came from
/// configuration, from a tool's schema or from a bug is caught as well.
public struct EgressScan: Sendable {
    private let index: IdentityIndex
    private let keys: @Sendable () -> [GuardedKey]
    private let cleanHeads = CleanHeads()

    /// A scan for the terms of all personas of the daemon.
    /// - Parameter keys: those that may pass, each in its own header and to its own origin.
    public init(index: IdentityIndex, keys: @escaping @Sendable () -> [GuardedKey] = { [] }) {
        self.index = index
        self.keys = keys
    }

    /// The request, sealed for the transport.
    /// - Throws: ``EgressViolation`` when any part of it holds an identity term, as it is or surely disguised.
    public func seal(_ request: OutgoingRequest) throws(EgressViolation) -> SealedRequest {
        let head = CleanHeads.bytes(of: request)
        if !cleanHeads.contains(head) {
            try readHead(of: request)
            cleanHeads.insert(head, of: request)
        }
        if let found = firstClass(inBody: request.body) { throw EgressViolation(identityClass: found, place: .body) }
        return SealedRequest(request)
    }

    private func readHead(of request: OutgoingRequest) throws(EgressViolation) {
        // The machine may call itself, or its neighbour, by name.
        if let found = firstClass(in: [request.url]), found != .machine {
            throw EgressViolation(identityClass: found, place: .url)
        }
        let keys = keys()
        let isOwn = request.headers.map { header in keys.contains { $0.opens(request.url, with: header) } }
        let own = zip(request.headers, isOwn).filter(\.1).map(\.0)
        let others = zip(request.headers, isOwn).filter { !$1 }.map(\.0)
        let found =
            firstClass(in: others.flatMap { [$0.name, $0.value] })
            // A key may be a key in its own header, and no name there either.
            ?? index.traces(in: own.map(\.value), .sure).first { $0.identityClass != .key }?.identityClass
        if let found { throw EgressViolation(identityClass: found, place: .header) }
    }

    /// The class of the first sure trace.
    private func firstClass(in texts: [String]) -> IdentityClass? {
        index.traces(in: texts, .sure).first?.identityClass
    }

    private func firstClass(inBody body: [UInt8]) -> IdentityClass? {
        var text = body
        if let runs = EncodedRuns.files(in: body) {
            // Of a picture in Base64 any five letters stand somewhere; what counts is what it decodes to.
            for run in runs {
                if let found = index.traces(inEncoded: body[run]).first { return found.identityClass }
            }
            text = []
            var copied = 0
            for run in runs {
                text += body[copied..<run.lowerBound] + [DecodedText.wall]
                copied = run.upperBound
            }
            text += body[copied...]
        }
        if let found = text.withUnsafeBufferPointer({ index.traces(in: $0, .sure) }).first {
            return found.identityClass
        }
        for _ in 0..<Self.mostLevels where text.contains(UInt8(ascii: "\\")) {
            let read = Self.withoutJSONEscapes(text)
            if read == text { return nil }
            if let found = read.withUnsafeBufferPointer({ index.traces(in: $0, .sure) }).first {
                return found.identityClass
            }
            text = read
        }
        return nil
    }

    /// How often escapes are read: an escape that somebody typed is escaped once more on the wire, and JSON that a tool
    /// quotes in JSON once more for each time.
    private static let mostLevels = 4

    /// The bytes with JSON's escapes read (RFC 8259, section 7): `Tim\u006dy` must be found.
    static func withoutJSONEscapes(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count)
        var index = 0
        while index < body.count {
            guard body[index] == UInt8(ascii: "\\"), index + 1 < body.count else {
                out.append(body[index])
                index += 1
                continue
            }
            if body[index + 1] == UInt8(ascii: "u"), let (scalar, length) = unicodeEscape(body, at: index) {
                out.append(contentsOf: String(scalar).utf8)
                index += length
            } else {
                out.append(Self.controls.contains(body[index + 1]) ? UInt8(ascii: " ") : body[index + 1])
                index += 2
            }
        }
        return out
    }

    /// The letters of JSON's short escapes for control characters, which separate words.
    private static let controls = Array("bfnrt".utf8)

    /// `\uXXXX`, or two of them that make a surrogate pair.
    private static func unicodeEscape(_ body: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
        guard let first = hexUnit(body, at: index) else { return nil }
        if let scalar = Unicode.Scalar(UInt32(first)) { return (scalar, 6) }
        guard UTF16.isLeadSurrogate(first), let second = hexUnit(body, at: index + 6), UTF16.isTrailSurrogate(second)
        else { return nil }
        let value = 0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(value).map { ($0, 12) }
    }

    private static func hexUnit(_ body: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= body.count, body[index] == UInt8(ascii: "\\"), body[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: body[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }
}
