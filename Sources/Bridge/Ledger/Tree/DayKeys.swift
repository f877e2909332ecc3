internal import Crypto
internal import Foundation
internal import Persona
internal import Routing
internal import Synchronization

/// The keys of the payloads, one a day, each in a file of its own. A day whose file is deleted can no longer be read, by
/// nobody; what the tree says of it stays.
final class DayKeys: Sendable {
    /// The two keys of a day.
    struct Key: Sendable {
        fileprivate let sealing: SymmetricKey
        /// An authentication that has read its key: to begin each with the key takes as long as the rest.
        private let digests: HMAC<SHA256>
        private let nonces = Nonces()

        fileprivate init(_ secret: [UInt8]) {
            sealing = LedgerSecrets.derive("payloads", from: secret)
            digests = HMAC<SHA256>(key: LedgerSecrets.derive("digests of payloads", from: secret))
        }

        /// The payload, encrypted (AES-256-GCM, a random nonce).
        func seal(_ payload: [UInt8]) throws -> Data {
            guard let sealed = try AES.GCM.seal(payload, using: sealing, nonce: nonces.next()).combined else {
                throw CocoaError(.coderInvalidValue)
            }
            return sealed
        }

        /// The payload again.
        /// - Throws: when it is another day's, or was changed.
        func open(_ sealed: Data) throws -> [UInt8] {
            Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: sealing))
        }

        /// What the leaf says of the payload: nobody without the key can try guesses on it.
        func digest(_ payload: [UInt8]) -> Data {
            var code = digests
            code.update(data: payload)
            return code.finalize().withUnsafeBytes { Data($0) }
        }
    }

    private let folder: String
    private let known = Mutex<[Int: Key]>([:])

    /// - Parameter folder: is made with the first key.
    init(folder: String) {
        self.folder = folder
    }

    /// The key of a day that may write; made when there is none.
    func making(_ day: Int) throws -> Key {
        try known.withLock { known in
            if let key = known[day] { return key }
            try PrivateFile.makeFolder(folder)
            let key = Key(try PrivateFile.randomBytes(32, keptAt: path(day)))
            // Today's, and yesterday's for what was under way at midnight.
            known = known.filter { abs($0.key - day) <= 1 }
            known[day] = key
            return key
        }
    }

    /// The key of a day; nil when it is gone.
    func kept(_ day: Int) -> Key? {
        guard let bytes = FileManager.default.contents(atPath: path(day)), bytes.count == 32 else { return nil }
        return Key(Array(bytes))
    }

    /// Deletes the keys of all days before that one.
    func forget(before day: Int) throws {
        known.withLock { known in known = known.filter { $0.key >= day } }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let parts = name.split(separator: ".")
            // With what a sudden end left of making one: it may hold the same key.
            guard parts.count >= 2, parts[1] == "key", let found = DayName.day(String(parts[0])), found < day else {
                continue
            }
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    private func path(_ day: Int) -> String { "\(folder)/\(DayName.text(day)).key" }
}

/// Days as people write them: `2026-11-21`, in UTC.
enum DayName {
    private static let style = Date.ISO8601FormatStyle().year().month().day()

    /// - Parameter day: counts from 1970-01-01.
    static func text(_ day: Int) -> String { Date(timeIntervalSince1970: Double(day) * 86_400).formatted(style) }

    static func day(_ text: String) -> Int? {
        guard text.count == 10, let date = try? style.parse(text) else { return nil }
        return Int(date.timeIntervalSince1970 / 86_400)
    }
}

/// The bytes of a request as they are kept: as sent, less what is a key.
enum Payload {
    /// `POST https://...`, a line for each header, an empty line, the body.
    static func bytes(of request: SealedRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(request.body.count + request.url.utf8.count + 256)
        bytes.append(contentsOf: request.method.rawValue.utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: request.url.utf8)
        for header in request.headers {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: header.name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            if !isCredential(header.name) { bytes.append(contentsOf: header.value.utf8) }
        }
        bytes.append(contentsOf: "\n\n".utf8)
        bytes.append(contentsOf: request.body)
        return bytes
    }

    /// The request again, without its keys; nil when the bytes are none.
    static func request(_ bytes: [UInt8]) -> OutgoingRequest? {
        var headEnd = 0
        while headEnd + 1 < bytes.count, bytes[headEnd] != 0x0A || bytes[headEnd + 1] != 0x0A { headEnd += 1 }
        guard headEnd + 1 < bytes.count else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\n")
        guard let first = lines.first, let gap = first.firstIndex(of: " "),
            let method = OutgoingRequest.Method(rawValue: String(first[..<gap]))
        else { return nil }
        let headers = lines.dropFirst().map { line in
            let end = line.range(of: ": ")
            return (
                name: String(line[..<(end?.lowerBound ?? line.endIndex)]),
                value: String(line[(end?.upperBound ?? line.endIndex)...])
            )
        }
        return OutgoingRequest(
            method: method,
            url: String(first[first.index(after: gap)...]),
            headers: headers,
            body: Array(bytes[(headEnd + 2)...])
        )
    }

    /// Whether a header's value lets somebody in: what sounds like it is taken for it.
    static func isCredential(_ name: String) -> Bool {
        switch name {
        // As every request has them: nothing is to be made lower case.
        case "User-Agent", "Accept", "Content-Type": return false
        default: break
        }
        let name = name.lowercased()
        if harmless.contains(name) { return false }
        return words.contains { name.contains($0) }
    }

    private static let harmless: Set<String> = ["user-agent", "accept", "content-type", "anthropic-version"]
    private static let words = ["auth", "key", "token", "secret", "cookie", "credential", "signature", "password"]
}
