internal import CGlibc

#if canImport(Glibc)
    internal import Glibc
#endif

/// Keeps what is in memory, keys and prompts, out of files, logs and other programs.
enum CoreDumps {
    /// What the runtime's backtracer catches.
    private static let crashes = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

    /// No core of this process, and none of what it starts; nobody but root traces it or reads its environment, not even its
    /// own user (PR_SET_DUMPABLE in prctl(2), proc(5)). A crash ends it at once: the backtracer of Swift's runtime writes pieces
    /// of memory into the log, and holds the socket for as long as it takes.
    ///
    /// Whoever looks for a crash sets `SWIFT_BACKTRACE`; then nothing is forbidden.
    static func forbid() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = cglibc_give_up_dumps()
        for number in crashes { signal(number, SIG_DFL) }
    }
}
