internal import Dispatch
internal import Foundation
internal import GRDB

#if canImport(Glibc)
    internal import Glibc
#endif

/// Looks at the ledger and the memory as files: whether they are whole, can be written, and have their keys.
///
/// It proves nothing of what they say: that is the audit's.
enum DatabaseCheck {
    /// So long each is looked at. A large one is not read to its end then.
    private static let patience = DispatchTimeInterval.seconds(5)

    /// Those that are there.
    static func databases(_ config: BridgeConfig) -> [Symptoms.Database] {
        let ledger = config.ledger.path
        return [
            check("ledger's file", ledger, keys: [LedgerFiles.key(ledger), LedgerFiles.signer(ledger)]),
            check("memory's file", config.memory.path, keys: [config.memory.path + ".key"]),
        ].compactMap(\.self)
    }

    /// - Parameter keys: files of 32 bytes each that it is nothing without.
    static func check(_ subject: String, _ path: String, keys: [String]) -> Symptoms.Database? {
        let hasKeys = keys.contains { PrivateFile.identity($0) != nil }
        guard hasKeys || PrivateFile.identity(path) != nil else { return nil }
        do {
            // A database of no bytes beside its keys had something in it.
            guard PrivateFile.size(path) > 0 else { throw StorageFault.lost(path: path) }
            for key in keys where PrivateFile.size(key) != 32 { throw StorageFault.key(path: key) }
            try read(path)
            guard access(path, W_OK) == 0 else { throw StorageFault.system(path: path, code: errno) }
            try write((path as NSString).deletingLastPathComponent)
            return Symptoms.Database(subject: subject)
        } catch {
            return Symptoms.Database(subject: subject, fault: StorageFault.sentence(error))
        }
    }

    /// Writes a byte into a file without a name, which is gone when it is closed (open(2), O_TMPFILE): a disk that was given
    /// up after an error is known by nothing else.
    private static func write(_ folder: String) throws {
        let temporary: Int32 = 0o20_000_000 | O_DIRECTORY
        let file = open(folder, temporary | O_WRONLY | O_CLOEXEC, 0o600)
        let known = file >= 0 ? 0 : errno
        defer { if file >= 0 { close(file) } }
        // Not every file system has such files.
        if [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(known) { return }
        guard file >= 0 else { throw StorageFault.system(path: folder, code: known) }
        guard Glibc.write(file, "w", 1) == 1 else { throw StorageFault.system(path: folder, code: errno) }
    }

    /// Reads its pages (https://www.sqlite.org/pragma.html#pragma_quick_check).
    private static func read(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let alarm = DispatchWorkItem { database.interrupt() }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: alarm)
        defer { alarm.cancel() }
        do {
            let told = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard told == "ok" else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "its pages contradict")
            }
        } catch DatabaseError.SQLITE_INTERRUPT {
            // So far it was whole.
        }
    }
}
