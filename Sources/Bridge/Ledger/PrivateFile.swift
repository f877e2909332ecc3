internal import Foundation

#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// Files and folders that nobody else on the machine may read.
enum PrivateFile {
    /// Makes a folder, and those above it, for the owner alone; one that is there is left as it is.
    static func makeFolder(_ path: String) throws {
        guard !path.isEmpty, !FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Which file stands at the path, whatever its name: nil when there is none.
    static func identity(_ path: String) -> [UInt64]? {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }

    /// How many bytes a file has; 0 when there is none.
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Takes everybody else's rights from a file.
    static func protect(_ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// Random bytes that are made once and kept in a file.
    static func randomBytes(_ count: Int, keptAt path: String) throws -> [UInt8] {
        if let kept = try kept(count, at: path) { return kept }
        var generator = SystemRandomNumberGenerator()
        try publish((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }, at: path)
        // Of two that make it at once, one was first.
        guard let kept = try kept(count, at: path) else {
            throw StorageFault.system(path: path, code: identity(path) == nil ? ENOENT : EACCES)
        }
        return kept
    }

    private static func kept(_ count: Int, at path: String) throws -> [UInt8]? {
        guard let kept = FileManager.default.contents(atPath: path) else { return nil }
        // Replacing a key would make everything that was made with it unverifiable.
        guard kept.count == count else { throw StorageFault.key(path: path) }
        return Array(kept)
    }

    /// Makes a file that is there whole or not at all, and replaces none: a sudden end or a full disk must not leave half a
    /// key behind, with which nothing could ever be written again.
    private static func publish(_ bytes: [UInt8], at path: String) throws {
        let fresh = "\(path).new-\(UInt64.random(in: .min ... .max))"
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw StorageFault.system(path: path, code: errno) }
        defer {
            Glibc.close(file)
            unlink(fresh)
        }
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw StorageFault.system(path: path, code: errno)
        }
        // A file system without hard links has to do with a rename.
        guard link(fresh, path) == 0 || errno == EEXIST || rename(fresh, path) == 0 else {
            throw StorageFault.system(path: path, code: errno)
        }
    }
}
