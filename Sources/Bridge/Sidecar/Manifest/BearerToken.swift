internal import Crypto
internal import Foundation
internal import Persona

/// What a caller must show, known by its hash alone.
struct BearerToken: Sendable, Equatable, Undisclosed {
    private let digest: SHA256.Digest

    init(_ token: String) { digest = SHA256.hash(data: Data(token.utf8)) }

    /// Whether the value of an `Authorization` header shows it. Digests are compared in constant time.
    func isShown(by header: String?) -> Bool {
        let scheme = "bearer "
        guard let header, header.lowercased().hasPrefix(scheme) else { return false }
        return SHA256.hash(data: Data(header.dropFirst(scheme.count).utf8)) == digest
    }
}
