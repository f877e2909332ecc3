import Foundation
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

struct SocketFileTests {
    private let folder = "/tmp/wb-\(UInt32.random(in: .min ... .max))"
    private var path: String { folder + "/s/w.sock" }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }

    private func bound(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound, "\(String(cString: strerror(errno)))")
        return descriptor
    }

    private func clean() { try? FileManager.default.removeItem(atPath: folder) }

    @Test("the folder is made for the owner alone")
    func folderMode() throws {
        defer { clean() }
        let place = try SocketFile.claim(path)
        #expect(try mode(folder + "/s") == 0o700)
        #expect(place.path == path)
    }

    @Test("a folder that others may enter is refused, and says what to do")
    func openFolder() throws {
        defer { clean() }
        try FileManager.default.createDirectory(
            atPath: folder + "/s",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        #expect { _ = try SocketFile.claim(path) } throws: { "\($0)".contains("chmod 700") }
        // Where other users are served, they may enter; change it they may not.
        _ = try SocketFile.claim(path, isShared: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder + "/s")
        #expect { _ = try SocketFile.claim(path, isShared: true) } throws: { "\($0)".contains("chmod 700") }
    }

    @Test("a place that is taken is not given twice, and is free again when it is let go")
    func taken() throws {
        defer { clean() }
        do {
            let place = try SocketFile.claim(path)
            #expect { _ = try SocketFile.claim(path) } throws: { "\($0)".contains("another daemon is running") }
            _ = consume place
        }
        _ = try SocketFile.claim(path)
    }

    @Test("the socket is seen only when it listens, and a dead daemon's is no hindrance")
    func published() throws {
        defer { clean() }
        for _ in 1...2 {
            let place = try SocketFile.claim(path)
            let descriptor = try bound(at: place.boundPath)
            defer { close(descriptor) }
            #expect(!FileManager.default.fileExists(atPath: path))
            try place.publish()
            #expect(try mode(path) == 0o600)
            // As one that was killed leaves them: before it listened, and after.
            #expect(link(path, place.boundPath) == 0)
            #expect(link(path, folder + "/kept") == 0)
            _ = consume place
            #expect(rename(folder + "/kept", path) == 0)
        }
    }

    @Test("what is there and is no socket is left alone")
    func foreign() throws {
        defer { clean() }
        do { _ = try SocketFile.claim(path) }
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        #expect { _ = try SocketFile.claim(path) } throws: { "\($0)".contains("is not a socket") }
        #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
    }
}
