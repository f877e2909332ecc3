import Foundation
import Synchronization
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("The service manager is told when all is open")
struct ServiceManagerTests {
    /// A manager's end: a datagram socket of that name; `@` stands for the abstract namespace.
    private func listener(at address: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        if address.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let isBound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        try #require(isBound, "\(String(cString: strerror(errno)))")
        return descriptor
    }

    /// What has come, without waiting: a datagram on this machine is there when it is sent.
    private func received(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test("it hears READY=1 at a path and in the abstract namespace", arguments: ["/tmp/", "@"])
    func ready(prefix: String) throws {
        let address = "\(prefix)wb-notify-\(UInt32.random(in: .min ... .max))"
        defer { if prefix == "/tmp/" { unlink(address) } }
        let descriptor = try listener(at: address)
        defer { close(descriptor) }
        ServiceManager(environment: ["NOTIFY_SOCKET": address]).tellReady()
        #expect(received(descriptor) == "READY=1")
        #expect(received(descriptor) == nil)
    }

    @Test(
        "where there is none, or its address is no address, nothing happens",
        arguments: [nil, "", "relative", "vsock:2:1234", "/nowhere/at/all", "@" + String(repeating: "x", count: 200)]
    )
    func none(address: String?) {
        let before = openDescriptors
        for _ in 0..<500 { ServiceManager(environment: address.map { ["NOTIFY_SOCKET": $0] } ?? [:]).tellReady() }
        #expect(openDescriptors < before + 250)
    }

    private var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    @Test("it is told once, with the last that opens", arguments: [1, 2, 3])
    func readiness(count: Int) {
        let told = Mutex(0)
        let readiness = Readiness(of: count) { told.withLock { $0 += 1 } }
        for opened in 1...count + 2 {
            readiness.isOpen()
            #expect(told.withLock(\.self) == (opened >= count ? 1 : 0))
        }
    }
}
