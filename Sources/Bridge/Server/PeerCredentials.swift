internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#endif

/// Who is at the other end of a Unix socket, by the kernel's word (`SO_PEERCRED`, unix(7)).
enum PeerCredentials {
    /// `struct ucred`, which glibc's headers show only to GNU sources.
    private struct Credentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = .max
        var group: UInt32 = .max
    }

    /// The user id of the peer; nil when the kernel does not say.
    static func userID(of channel: any Channel) async -> UInt32? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let credentials: Credentials? = try? await provider.unsafeGetSocketOption(
            level: .init(rawValue: SOL_SOCKET),
            name: .init(rawValue: SO_PEERCRED)
        ).get()
        return credentials?.user
    }

    /// Whether it is the daemon's own user; root is everybody.
    static func isOwn(_ userID: UInt32?) -> Bool { userID == geteuid() || userID == 0 }

    /// The daemon's own user and root are always served.
    static func isServed(_ userID: UInt32?, allowed: Set<UInt32>) -> Bool {
        guard let userID else { return false }
        return isOwn(userID) || allowed.contains(userID)
    }
}
