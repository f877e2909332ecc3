#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// What tells one state of a file from another without reading it.
struct FileStamp: Equatable, Sendable {
    var path: String
    /// Zero for a file that is not there.
    var file: UInt64 = 0
    var size: Int64 = 0
    var seconds: Int = 0
    var nanoseconds: Int = 0
    var mode: UInt32 = 0

    static func of(_ paths: [String]) -> [FileStamp] {
        paths.map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return FileStamp(path: path) }
            return FileStamp(
                path: path,
                file: UInt64(status.st_ino),
                size: Int64(status.st_size),
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec,
                mode: status.st_mode
            )
        }
    }
}
