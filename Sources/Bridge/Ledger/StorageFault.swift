internal import Foundation
internal import GRDB

#if canImport(Glibc)
    internal import Glibc
#endif

/// A file that the daemon needs and cannot have.
enum StorageFault: Error, CustomStringConvertible {
    /// The system does not let us, by its number (errno(3)).
    case system(path: String, code: Int32)
    /// A database that is gone while its keys are there.
    case lost(path: String)
    /// A key of another size than it was made with: damaged.
    case key(path: String)

    /// What is wrong and what to do.
    var description: String {
        switch self {
        case .system(let path, let code):
            [("\(path): \(String(cString: strerror(code)))"), Self.advice(system: code)].compactMap(\.self)
                .joined(separator: "; ")
        case .lost(let path):
            "the database \(path) is gone, and its keys are not; put a backup in its place, or go on with a new one that knows "
                + "nothing of what was"
        case .key(let path):
            "the key \(path) is damaged; put it back from a backup. Only if there is none, move it away: what was made with "
                + "it can then be read no more"
        }
    }

    /// An error in words, with what to do where that is known: never its SQL, its arguments or what a file holds.
    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as StorageFault: return "\(error)"
        case let error as DatabaseError:
            let told = "\(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
            return advice(error.resultCode).map { "\(told); \($0)" } ?? told
        default: return (error as NSError).localizedDescription
        }
    }

    private static func advice(system code: Int32) -> String? {
        switch code {
        case ENOSPC, EDQUOT: room
        case EROFS, EACCES, EPERM: rights
        case EIO: disk
        default: nil
        }
    }

    /// By SQLite's result code (https://www.sqlite.org/rescode.html).
    private static func advice(_ code: ResultCode) -> String? {
        switch code {
        case .SQLITE_FULL: room
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: rights
        case .SQLITE_IOERR: disk
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another program holds it: end that one"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "it is damaged: stop the daemon, move it away with its -wal and -shm, and put a backup in its place"
        default: nil
        }
    }

    private static let room = "make room on its disk"
    private static let rights = "see that the daemon's user may write there, and that the disk is not read-only"
    private static let disk = "its disk is failing, or has become read-only: see dmesg"
}
