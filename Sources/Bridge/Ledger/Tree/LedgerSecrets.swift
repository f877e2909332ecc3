internal import Crypto
internal import Foundation
internal import Persona

/// What the ledger keeps beside its database, each in a file of its own that is the owner's alone.
enum LedgerFiles {
    /// Why a ledger cannot be read that is not where it was looked for.
    static let missing = "there is no such file, or it is not yours; --config or --ledger names another"
    /// The key of the digests.
    static func key(_ ledger: String) -> String { ledger + ".key" }
    /// The key that checkpoints are signed with.
    static func signer(_ ledger: String) -> String { ledger + ".sign" }
    /// The last checkpoint: it outlives a database that is deleted or cut.
    static func head(_ ledger: String) -> String { ledger + ".head" }
    /// The folder of the days' keys.
    static func days(_ ledger: String) -> String { ledger + ".days" }
    /// What the last full audit found.
    static func lastAudit(_ ledger: String) -> String { ledger + ".audit.json" }
    /// What the last test of invariance found.
    static func invariance(_ ledger: String) -> String {
        (ledger as NSString).deletingLastPathComponent + "/invariance.json"
    }
}

/// The names of the ledger that only this machine can make.
struct LedgerSecrets: Sendable {
    /// An authentication that has read its key.
    private let callers: HMAC<SHA256>
    private let identities: SymmetricKey

    /// - Parameter secret: the key of the digests.
    init(_ secret: [UInt8]) {
        callers = HMAC<SHA256>(key: Self.derive("callers", from: secret))
        identities = Self.derive("identities", from: secret)
    }

    /// A caller as a leaf names it.
    func caller(_ name: String) -> [UInt8] {
        // As it is read again: a text of SQLite ends at a zero.
        var code = callers
        code.update(data: Array(name.utf8.prefix { $0 != 0 }))
        return code.finalize().withUnsafeBytes { Array($0.prefix(16)) }
    }

    /// The name of what is guarded: equal for equal terms, whatever their order, and as many fingerprints of documents.
    func identity(of personas: [PersonaCard]) -> Data {
        var code = HMAC<SHA256>(key: identities)
        let terms = personas.flatMap { card in card.identity.terms.map { "\($0.class.rawValue) \($0.text)" } }
        for term in Set(terms).sorted() { code.update(data: Data("\(term.utf8.count) \(term)".utf8)) }
        code.update(data: Data("\(personas.reduce(0) { $0 + $1.identity.passages.count })".utf8))
        return Data(Data(code.finalize()).prefix(16))
    }

    /// HKDF (RFC 5869): one secret on the disk, one key for each purpose.
    static func derive(_ purpose: String, from secret: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Data("workshop ledger \(purpose)".utf8),
            outputByteCount: 32
        )
    }
}
