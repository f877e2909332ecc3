internal import Foundation

#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// The place of the daemon's socket: a private folder, and a lock that is held for the daemon's life.
///
/// The lock, not the socket, says whether a daemon lives: with it held, a socket that is there is a dead one's and may
/// be removed. Removing it without the lock would steal the socket of a living daemon.
struct SocketFile: ~Copyable {
    /// Why the place cannot be taken.
    enum Failure: Error, CustomStringConvertible {
        case taken(path: String)
        case folderIsOpen(path: String)
        case folderIsForeign(path: String)
        case notASocket(path: String)
        case system(path: String, code: Int32)

        /// What is wrong and what to do.
        var description: String {
            switch self {
            case .taken(let path): "another daemon is running on \(path); stop it, or choose another server.socket"
            case .folderIsOpen(let path): "others have rights in the socket's folder \(path); run: chmod 700 \(path)"
            case .folderIsForeign(let path): "the socket's folder \(path) belongs to another user; choose another"
            case .notASocket(let path):
                "\(path) is there and is not a socket; remove it, or choose another server.socket"
            case .system(let path, let code): "\(path): \(String(cString: strerror(code)))"
            }
        }
    }

    let path: String
    private let lock: Int32
    private let mode: mode_t

    /// Takes the place: makes the folder (0700), locks, and removes a dead daemon's socket.
    /// - Parameter isShared: whether other users may connect; then the folder may be entered by others, but never
    ///   changed, and who is served is decided by `SO_PEERCRED`.
    static func claim(_ path: String, isShared: Bool = false) throws(Failure) -> SocketFile {
        try checkFolder((path as NSString).deletingLastPathComponent, forbidden: isShared ? 0o022 : 0o077)
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw .system(path: path + ".lock", code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let failure: Failure = errno == EWOULDBLOCK ? .taken(path: path) : .system(path: path, code: errno)
            Glibc.close(lock)
            throw failure
        }
        do throws(Failure) {
            try removeDeadSocket(path)
            try removeDeadSocket(boundPath(path))
        } catch {
            Glibc.close(lock)
            throw error
        }
        return SocketFile(path: path, lock: lock, mode: isShared ? 0o666 : 0o600)
    }

    private init(path: String, lock: Int32, mode: mode_t) {
        self.path = path
        self.lock = lock
        self.mode = mode
    }

    /// Where to bind. A socket is there from `bind` on and refuses everybody until `listen`: whoever waits for the path
    /// would now and then be turned away.
    var boundPath: String { Self.boundPath(path) }

    private static func boundPath(_ path: String) -> String { path + "~" }

    /// Shows the socket at its path, for nobody but the owner unless it is shared. To be called when it listens.
    func publish() throws(Failure) {
        guard chmod(boundPath, mode) == 0, rename(boundPath, path) == 0 else {
            throw .system(path: path, code: errno)
        }
    }

    deinit {
        unlink(path)
        unlink(boundPath)
        // The lock's file stays: removing it would let two daemons hold locks on two files of one name.
        Glibc.close(lock)
    }

    private static func checkFolder(_ folder: String, forbidden: mode_t) throws(Failure) {
        do { try PrivateFile.makeFolder(folder) } catch { throw .system(path: folder, code: EACCES) }
        var status = stat()
        guard stat(folder, &status) == 0 else { throw .system(path: folder, code: errno) }
        guard status.st_uid == geteuid() else { throw .folderIsForeign(path: folder) }
        guard status.st_mode & forbidden == 0 else { throw .folderIsOpen(path: folder) }
    }

    private static func removeDeadSocket(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        guard unlink(path) == 0 else { throw .system(path: path, code: errno) }
    }
}
