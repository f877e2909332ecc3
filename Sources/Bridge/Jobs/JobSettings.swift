internal import Routing

/// What the configuration says of jobs.
struct JobSettings: Sendable, Equatable {
    /// How many are under way at a time; 0: none is begun.
    var inFlight = 2
    /// How many may wait or be under way, of all and of one user of the system with one caller.
    var most = 1_000
    var mostOfCaller = 200
    /// How many are kept, those that have ended among them, and how many bytes their texts may take.
    var kept = 10_000
    var bytes = 64 << 20
    /// After how many days one that has ended is forgotten, and one that waits has failed.
    var days = 30
    /// How many attempts a job has that says nothing of it.
    var attempts = 3
    /// The pause after its first failure, in milliseconds.
    var backoff: Int64 = 30_000
}

extension BridgeError.Code {
    /// Whether a job that ended so may come to something another time: it is the world that was not ready, not the task
    /// that was wrong.
    var isWorthAnotherTry: Bool {
        switch self {
        case .noBackend, .allBackendsFailed, .deadlineExceeded, .ledgerUnavailable, .memoryUnavailable, .internalError,
            .shuttingDown:
            true
        case .parseError, .invalidRequest, .methodNotFound, .invalidParams, .protocolUnsupported, .tooManyInFlight,
            .lineTooLong, .personaRefused, .egressBlocked, .cancelled, .unknownPersona, .unknownBackend, .quarantined,
            .notPermitted, .unknownThought, .unknownJob, .queueFull, .jobConflict, .badConfiguration,
            .experimentRunning,
            .comparisonTooDear, .badMigration, .noMigration, .migrationRuns:
            false
        }
    }
}
