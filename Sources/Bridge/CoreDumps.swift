internal import CGlibc

#if canImport(Glibc)
    internal import Glibc
#endif

/// Keeps what is in memory, keys and prompts, out of files and out of other programs.
enum CoreDumps {
    /// No core of this process, and none of what it starts; nobody but root traces it or reads its environment, not even its
    /// own user (PR_SET_DUMPABLE in prctl(2), proc(5)).
    static func forbid() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = cglibc_give_up_dumps()
    }
}
