/// One start of one model; a model that is started again is another run.
struct ModelRun: Sendable, Equatable {
    let id: Int
    let profile: Profile
    let began: ContinuousClock.Instant
}

/// How a run ended.
enum RunExit: Sendable, Equatable {
    case code(Int32)
    case signal(Int32)
    /// Its server unloaded it, and not on our word.
    case unloaded
    /// It could not be started at all: the reason.
    case notStarted(String)

    /// In words.
    var display: String {
        switch self {
        case .code(let code): "ended with exit code \(code)"
        case .signal(let number): "was ended by signal \(number)"
        case .unloaded: "was unloaded by its server"
        case .notStarted(let reason): "could not be started: \(reason)"
        }
    }
}

/// Why a model is not there although it was wanted.
struct ModelFailure: Sendable, Equatable {
    enum Cause: String, Sendable {
        /// It ended by itself.
        case crashed
        /// It could not be started at all.
        case notStarted = "not_started"
        /// It was not ready in time.
        case tooSlow = "too_slow"
        /// It was ready, and then answered no more.
        case hung
    }

    let profile: String
    let cause: Cause
    let exit: RunExit
    /// The last lines that it wrote.
    let log: [String]
    let at: ContinuousClock.Instant
}

/// What may be asked for.
enum SwitchTarget: Sendable, Equatable {
    /// No model at all.
    case nothing
    case profile(Profile)

    var profile: Profile? { if case .profile(let profile) = self { profile } else { nil } }
}

/// Somebody's wish for a model.
struct SwitchWish: Sendable, Equatable {
    /// What to do when another model is busy or loading.
    enum IfBusy: String, Sendable, CaseIterable {
        /// Say so.
        case refuse
        /// Begin nothing new there, and switch when what is under way has ended.
        case wait
        /// Stop it all the same. For people; no router does this.
        case stop
    }

    let id: Int
    let target: SwitchTarget
    let ifBusy: IfBusy
    /// Until when it is wished.
    let deadline: ContinuousClock.Instant
}

/// What became of a wish.
enum SwitchOutcome: Sendable, Equatable {
    case done
    case failed(ModelFailure)
    /// That model has requests under way.
    case busy(String)
    /// That model is loading.
    case loading(String)
    /// The sidecar is on its way to that one, or to none.
    case switching(to: String?)
    /// The time of the wish is over. What is loading goes on loading.
    case timedOut
    /// The sidecar is about to end.
    case closing
}

/// The answer to "may I send requests to this model now?".
enum LeaseAnswer: Sendable, Equatable {
    case granted
    /// It is not the one that is ready.
    case notReady
    /// It is ready, and about to make room for another.
    case switching(to: String?)
}
