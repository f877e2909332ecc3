internal import CCurl

#if canImport(Glibc)
    internal import Glibc
#endif

/// The sockets of a loop's connections, and whether one that was kept may carry another request.
///
/// A backend that sends more than it was asked for leaves an answer on a kept connection, where the next request would take
/// it for its own. libcurl looks for that since 8.1 only. Of plain HTTP/1.1 alone: with TLS and HTTP/2 something may be
/// there at any time that is no answer.
///
/// `@unchecked Sendable`: touched by the loop's thread, and when that has ended by the end of the loop.
final class CurlSockets: @unchecked Sendable {
    /// What tells one connection from all others that stand.
    private struct Name: Hashable {
        let local: Int32
        let remote: Int32
        let host: UInt64
    }

    private var named: [Name: Int32] = [:]
    /// Those that have carried no request, the newest last.
    private var fresh: [Int32] = []

    /// Has libcurl tell of every socket that it opens and closes with this handle; `self` must outlive its connections.
    func watch(_ handle: UnsafeMutableRawPointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_setopt_pointer(handle, CURLOPT_SOCKOPTDATA, me)
        _ = ccurl_setopt_pointer(handle, CURLOPT_CLOSESOCKETDATA, me)
        _ = ccurl_setopt_opened(handle) { me, socket, _ in
            if let me { Unmanaged<CurlSockets>.fromOpaque(me).takeUnretainedValue().fresh.append(socket) }
            return CURL_SOCKOPT_OK
        }
        _ = ccurl_setopt_closed(handle) { me, socket in
            if let me { Unmanaged<CurlSockets>.fromOpaque(me).takeUnretainedValue().forget(socket) }
            return close(socket)
        }
    }

    /// Whether nothing waits on the connection that is about to carry a request; otherwise it is shut down.
    func isClean(host: UnsafePointer<CChar>, remote: Int32, local: Int32) -> Bool {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var at = host
        while at.pointee != 0 {
            hash = (hash ^ UInt64(UInt8(bitPattern: at.pointee))) &* 0x100_0000_01b3
            at += 1
        }
        let name = Name(local: local, remote: remote, host: hash)
        guard let socket = named[name] else {
            if let place = fresh.lastIndex(where: { Self.port(of: $0) == local }) {
                named[name] = fresh.remove(at: place)
            }
            return true
        }
        guard ccurl_holds_unread(socket) else { return true }
        Glibc.shutdown(socket, Int32(SHUT_RDWR))
        return false
    }

    private func forget(_ socket: Int32) {
        if let place = fresh.firstIndex(of: socket) {
            fresh.remove(at: place)
        } else if let name = named.first(where: { $0.value == socket })?.key {
            named[name] = nil
        }
    }

    /// Of an address of either family: both have it behind the two bytes of the family.
    private static func port(of socket: Int32) -> Int32 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let failure = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return failure == 0 ? Int32(UInt16(bigEndian: address.sin6_port)) : -1
    }
}
