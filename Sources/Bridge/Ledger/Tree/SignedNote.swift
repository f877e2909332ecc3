internal import Crypto
internal import Foundation

/// A text with signatures under it (https://c2sp.org/signed-note).
struct SignedNote: Sendable, Equatable {
    /// The text, its last line's end included.
    let text: String
    /// The lines under it: name, and Base64 of key id and signature.
    let signatures: [(name: String, bytes: [UInt8])]

    static func == (one: SignedNote, other: SignedNote) -> Bool { one.description == other.description }

    /// Reads a note; nil when it is none.
    init?(_ note: String) {
        guard note.utf8.count <= 64 << 10, note.unicodeScalars.allSatisfy({ $0 == "\n" || $0.value >= 0x20 }),
            note.hasSuffix("\n"), let gap = note.range(of: "\n\n", options: .backwards)
        else { return nil }
        var signatures: [(name: String, bytes: [UInt8])] = []
        for line in note[gap.upperBound...].dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "\u{2014}", NoteKey.isName(String(parts[1])),
                let bytes = Data(base64Encoded: String(parts[2])), bytes.count > 4
            else { return nil }
            signatures.append((String(parts[1]), Array(bytes)))
        }
        guard !signatures.isEmpty else { return nil }
        text = String(note[..<gap.lowerBound]) + "\n"
        self.signatures = signatures
    }

    /// Signs a text, which ends with an end of line.
    init(signing text: String, with key: NoteSigner) throws {
        self.text = text
        let signature = try key.secret.signature(for: Data(text.utf8))
        signatures = [(key.publicKey.name, key.publicKey.id + Array(signature))]
    }

    /// Whether that key signed it. A signature of others says nothing.
    func isSigned(by key: NoteKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && Array($0.bytes.prefix(4)) == key.id }
        return !own.isEmpty
            && own.allSatisfy { key.key.isValidSignature(Data($0.bytes.dropFirst(4)), for: Data(text.utf8)) }
    }
}

extension SignedNote: CustomStringConvertible {
    /// The note, as it is written.
    var description: String {
        text + "\n"
            + signatures.map { "\u{2014} \($0.name) \(Data($0.bytes).base64EncodedString())\n" }.joined()
    }
}

/// A key that notes are checked with: Ed25519, under a name.
struct NoteKey: Sendable {
    /// The byte that stands for Ed25519.
    private static let algorithm: UInt8 = 1

    let name: String
    let key: Curve25519.Signing.PublicKey

    /// The first four bytes of SHA-256 over name, line feed, algorithm and key.
    var id: [UInt8] {
        Array(
            SHA256.hash(data: Array(name.utf8) + [UInt8(ascii: "\n"), Self.algorithm] + key.rawRepresentation).prefix(4)
        )
    }

    init(name: String, key: Curve25519.Signing.PublicKey) {
        self.name = name
        self.key = key
    }

    /// Reads `name+id+key`, the form in which keys are handed on (https://pkg.go.dev/golang.org/x/mod/sumdb/note).
    init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, Self.isName(parts[0]), let bytes = Data(base64Encoded: parts[2]),
            bytes.first == Self.algorithm,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes.dropFirst())
        else { return nil }
        self.init(name: parts[0], key: key)
        guard Self.hex(id) == parts[1] else { return nil }
    }

    /// `name+id+key`.
    var text: String {
        "\(name)+\(Self.hex(id))+\(Data([Self.algorithm] + key.rawRepresentation).base64EncodedString())"
    }

    /// Whether a key may be called so.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("+")
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value > 0x20 && $0.value != 0x7F }
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// The key that the log's notes are signed with.
struct NoteSigner: Sendable {
    fileprivate let secret: Curve25519.Signing.PrivateKey
    /// The key that they are checked with.
    let publicKey: NoteKey

    /// The key of 32 random bytes, under the name of the log.
    /// - Parameter origin: the name; one that is made of the key without it.
    init(secret: [UInt8], origin: String?) throws {
        self.secret = try Curve25519.Signing.PrivateKey(rawRepresentation: secret)
        let key = self.secret.publicKey
        let mark = NoteKey.hex(SHA256.hash(data: key.rawRepresentation).prefix(8))
        publicKey = NoteKey(name: origin ?? "workshop-bridge.invalid/ledger/\(mark)", key: key)
    }
}
