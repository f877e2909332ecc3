internal import Crypto
internal import Foundation
internal import GRDB
internal import Logging

/// What stays on the machine: conversations, the journal, and what waits for the owner.
///
/// A database of its own beside the ledger, which never holds a text. Every text in it is encrypted (AES-256-GCM, bound to
/// its place by ``Place``); the key is in a file beside it, so that a copy of the database alone tells nobody anything.
final class Memory: Sendable {
    /// Why a memory cannot be opened.
    struct OpenFailure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// What to do.
        var description: String { "the memory \(path) cannot be opened: \(reason)" }
    }

    /// Where a text stands. A sealed text that is moved to another row opens no more.
    struct Place: Sendable, Hashable {
        let table: String
        /// What tells the row from all others, known before it is written.
        let row: String
    }

    let pool: DatabasePool
    let clock: @Sendable () -> Date
    let logger: Logger
    private let key: SymmetricKey
    private let digestKey: SymmetricKey

    /// Opens the memory, and brings an older one up to date.
    /// - Parameter path: the database; its folder is made (0700) when it is missing.
    init(
        path: String,
        logger: Logger = Logger(label: "memory"),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(OpenFailure) {
        do {
            try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent)
            let secret = SymmetricKey(data: try PrivateFile.randomBytes(32, keptAt: path + ".key"))
            key = Self.derive("texts", from: secret)
            digestKey = Self.derive("digests", from: secret)
            pool = try DatabasePool(path: path)
            try MemorySchema.migrator.migrate(pool)
            try PrivateFile.protect(path)
        } catch {
            throw OpenFailure(path: path, reason: "\(type(of: error))")
        }
        self.logger = logger
        self.clock = clock
    }

    /// Closes the database.
    func close() {
        do { try pool.close() } catch { logger.warning("the memory did not close cleanly") }
    }

    /// The text, encrypted for its place.
    func seal(_ text: String, at place: Place) throws -> Data {
        let box = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: place.bytes)
        guard let combined = box.combined else { throw CocoaError(.coderInvalidValue) }
        return combined
    }

    /// The text that was sealed for this place.
    /// - Throws: when it was sealed for another place, with another key, or changed since.
    func open(_ sealed: Data, at place: Place) throws -> String {
        let text = try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: place.bytes)
        return String(decoding: text, as: UTF8.self)
    }

    /// A keyed digest of 16 bytes: tells equal texts without holding them.
    func digest(_ text: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: digestKey).prefix(16))
    }

    /// A secret of this machine for one purpose, of 32 bytes: the same at every start.
    func secret(for purpose: String) -> [UInt8] {
        Self.derive(purpose, from: digestKey).withUnsafeBytes(Array.init)
    }

    /// HKDF (RFC 5869): one secret on the disk, one key for each purpose.
    private static func derive(_ purpose: String, from secret: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret,
            info: Data("workshop memory \(purpose)".utf8),
            outputByteCount: 32
        )
    }
}

extension Memory.Place {
    fileprivate var bytes: Data { Data("\(table)\u{0}\(row)".utf8) }
}
