internal import Logging
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// How many clients are served at a time. Each is a descriptor, and so is each request to a backend: clients who took all of
/// them would be served by nobody.
final class ClientPlaces: Sendable {
    private struct State {
        var taken = 0
        var told: ContinuousClock.Instant?
    }

    private static let silence = Duration.seconds(60)
    private let most: Int
    private let logger: Logger
    private let state = Mutex(State())

    init(most: Int, logger: Logger) {
        self.most = most
        self.logger = logger
    }

    /// Half of what is left when the daemon itself has what it needs.
    static func most(ofDescriptors limit: Int) -> Int { max(8, (limit - 64) / 2) }

    /// A place, if there is one; the log says when there is none, once a minute.
    func take() -> Bool {
        let (isThere, mustTell) = state.withLock { state in
            guard state.taken >= most else {
                state.taken += 1
                return (true, false)
            }
            let now = ContinuousClock.now
            if let told = state.told, now - told < Self.silence { return (false, false) }
            state.told = now
            return (false, true)
        }
        if mustTell {
            logger.warning(
                "as many clients as there may be: more are cut off; raise the hard limit of open files",
                metadata: ["clients": "\(most)"]
            )
        }
        return isThere
    }

    func giveBack() {
        state.withLock { $0.taken -= 1 }
    }
}

/// The descriptors that this process may have.
enum OpenFiles {
    static var limit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
