internal import Crypto
internal import Foundation

/// A hash of the tree: the 32 bytes of a SHA-256, kept without an allocation.
struct TreeHash: Hashable, Sendable {
    static let length = 32

    // The bytes in the order in which they lie in memory.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    private init() {}

    /// Nil unless there are 32 bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &self) { $0.copyBytes(from: bytes) }
    }

    /// Nil unless it is the Base64 of 32 bytes.
    init?(base64: some StringProtocol) {
        guard let data = Data(base64Encoded: String(base64)) else { return nil }
        self.init(data)
    }

    /// The hash of a leaf's bytes (RFC 6962, section 2.1: a zero before them).
    static func leaf(_ bytes: [UInt8]) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    /// The hash of a node over its two children (a one before them).
    static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(1)) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: left) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: right) { hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    /// The root of no leaf at all: the hash of nothing.
    static let ofNothing = TreeHash(SHA256().finalize())

    private init(_ digest: SHA256Digest) {
        self.init()
        withUnsafeMutableBytes(of: &self) { to in digest.withUnsafeBytes { to.copyMemory(from: $0) } }
    }

    var bytes: [UInt8] { withUnsafeBytes(of: self, Array.init) }
    var base64: String { Data(bytes).base64EncodedString() }
}
