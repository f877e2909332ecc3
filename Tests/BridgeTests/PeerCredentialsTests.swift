import NIOCore
import NIOPosix
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

struct PeerCredentialsTests {
    @Test("the daemon's user, root and those on the list are served, and nobody whom the kernel does not name")
    func rule() {
        let stranger = geteuid() &+ 4_242
        #expect(PeerCredentials.isServed(geteuid(), allowed: []))
        #expect(PeerCredentials.isServed(0, allowed: []))
        #expect(!PeerCredentials.isServed(stranger, allowed: []))
        #expect(PeerCredentials.isServed(stranger, allowed: [stranger]))
        #expect(!PeerCredentials.isServed(nil, allowed: [stranger]))
    }

    @Test("the kernel names the user at the other end of a socket")
    func kernel() async throws {
        let path = "/tmp/wb-\(UInt32.random(in: .min ... .max)).sock"
        defer { unlink(path) }
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: path).get()
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: path).get()
        #expect(await PeerCredentials.userID(of: client) == geteuid())
        try await client.close()
        try await server.close()
    }
}
