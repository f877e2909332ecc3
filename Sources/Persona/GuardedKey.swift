/// A key of the bridge's own, such as an API key: it may stand in the one header that carries it, on its way to the one
/// origin that it is for, and nowhere else.
///
/// Nothing is kept but keyed hashes: of the whole, and of its runs of letters, so that a part of it is found as well.
public struct GuardedKey: Sendable, Undisclosed {
    let runs: PassageIndex
    /// Keys with fewer letters than a run has.
    let short: ExactTerms
    private let digest: [UInt8]
    /// Scheme, host and port of where it is for.
    private let origin: String

    /// Shorter ones are no secrets: `none`, `ollama`.
    private static let shortest = 8
    /// Drawn anew in each process.
    private static let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    private static let headers: Set<String> = ["authorization", "x-api-key", "x-goog-api-key"]

    /// - Parameters:
    ///   - value: the key.
    ///   - url: any address of the origin that it is for.
    /// - Returns: nil for what is too short, or too ordinary, to be a secret.
    public init?(_ value: String, for url: String) {
        let words = ExactTerms.Words(of: value)
        guard words.joined.count >= Self.shortest, !words.areOrdinary else {
            return nil
        }
        var short = ExactTerms()
        if words.joined.count < PassageIndex.runLength { short.insert(.key, value, keepsText: false) }
        self.short = short
        runs = PassageIndex([value])
        digest = Self.digest(value)
        origin = Self.origin(of: url)
    }

    /// Whether a header is the one that carries this key, on its way to where it is for.
    func opens(_ url: String, with header: (name: String, value: String)) -> Bool {
        guard Self.headers.contains(header.name.lowercased()), Self.origin(of: url) == origin else { return false }
        let bearer = "Bearer "
        let value = header.value.hasPrefix(bearer) ? String(header.value.dropFirst(bearer.count)) : header.value
        return Self.digest(value) == digest
    }

    private static func digest(_ value: String) -> [UInt8] { SHA256.authenticate(Array(value.utf8), key: secret) }

    /// Scheme, host and port as they are written. Two ways to write one origin count as two: then no key passes.
    package static func origin(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let end = url[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        return url[..<end].lowercased()
    }
}
