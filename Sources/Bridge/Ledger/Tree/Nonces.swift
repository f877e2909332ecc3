internal import CGlibc
internal import Crypto
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Random nonces for AES-GCM, asked of the system for many at a time: to ask for each takes two system calls.
final class Nonces: Sendable {
    private struct Stock {
        var bytes: [UInt8] = []
        var used = 0
    }

    private static let length = 12
    /// As many bytes as `getrandom(2)` gives whole, whatever happens.
    private static let stockBytes = 252
    private let stock = Mutex(Stock())

    /// A nonce that is given once.
    func next() throws -> AES.GCM.Nonce {
        try stock.withLock { stock in
            if stock.used + Self.length > stock.bytes.count { try Self.fill(&stock) }
            let bytes = stock.bytes[stock.used..<(stock.used + Self.length)]
            stock.used += Self.length
            return try AES.GCM.Nonce(data: bytes)
        }
    }

    private static func fill(_ stock: inout Stock) throws {
        var bytes = [UInt8](repeating: 0, count: stockBytes)
        guard getrandom(&bytes, stockBytes, 0) == stockBytes else {
            throw CryptoKitError.underlyingCoreCryptoError(error: errno)
        }
        stock = Stock(bytes: bytes)
    }
}
