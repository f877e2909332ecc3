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

    /// Takes everybody else's rights from a file.
    static func protect(_ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// Random bytes that are made once and kept in a file.
    static func randomBytes(_ count: Int, keptAt path: String) throws -> [UInt8] {
        if let kept = FileManager.default.contents(atPath: path) {
            // Replacing a key would make everything that was made with it unverifiable.
            guard kept.count == count else { throw CocoaError(.fileReadCorruptFile) }
            return Array(kept)
        }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let isMade = FileManager.default.createFile(
            atPath: path,
            contents: Data(bytes),
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw CocoaError(.fileWriteUnknown) }
        return bytes
    }
}
