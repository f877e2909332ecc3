internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// The lock that is held for the sidecar's life: two of them would end each other's models.
final class SidecarLock: Sendable {
    /// Why it cannot be had.
    enum Failure: Error, CustomStringConvertible {
        case taken(String)
        case system(String, Int32)

        /// What is wrong and what to do.
        var description: String {
            switch self {
            case .taken(let path): "another sidecar holds \(path); stop it, or choose another sidecar.state"
            case .system(let path, let code): "\(path): \(String(cString: strerror(code))); see sidecar.state"
            }
        }
    }

    private let descriptor: Int32

    init(_ path: String) throws(Failure) {
        do { try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent) } catch {
            throw .system(path, EACCES)
        }
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure: Failure = errno == EWOULDBLOCK ? .taken(path) : .system(path, errno)
            close(descriptor)
            throw failure
        }
    }

    deinit { close(descriptor) }
}
