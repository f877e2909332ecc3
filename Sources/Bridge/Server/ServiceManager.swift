internal import Foundation
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// The service manager that started this program, told when it is ready (sd_notify(3), `Type=notify`). Where there is none,
/// nobody is told.
///
/// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
struct ServiceManager: Sendable {
    /// A path, or a name in the abstract namespace behind an `@`.
    private let address: String?

    /// Nobody is told.
    static let none = ServiceManager(environment: [:])

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        address = environment["NOTIFY_SOCKET"]
    }

    /// Says that clients are served. What cannot be said is not said: a manager that waits for it will tell.
    func tellReady() {
        guard let address, address.utf8.first == UInt8(ascii: "/") || address.utf8.first == UInt8(ascii: "@") else {
            return
        }
        var name = sockaddr_un()
        var bytes = Array(address.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { Glibc.close(descriptor) }
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        // Behind the name is nothing: in the abstract namespace zeros would belong to it.
        let length = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: name.sun_path) + bytes.count
        let message = Array("READY=1".utf8)
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
            }
        }
    }
}

/// Says once that all is open for which it waits.
final class Readiness: Sendable {
    private let closed: Mutex<Int>
    private let onReady: @Sendable () -> Void

    /// - Parameter count: how many are to open.
    init(of count: Int, onReady: @escaping @Sendable () -> Void) {
        closed = Mutex(count)
        self.onReady = onReady
    }

    /// One more is open.
    func isOpen() {
        let left = closed.withLock { closed in
            closed -= 1
            return closed
        }
        if left == 0 { onReady() }
    }
}
