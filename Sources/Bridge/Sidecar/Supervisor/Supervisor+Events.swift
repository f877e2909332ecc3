extension Supervisor {
    /// What happens.
    enum Event: Sendable, Equatable {
        /// Somebody wishes for a model.
        case wanted(SwitchWish)
        /// Whoever had that wish is gone.
        case left(wish: Int)
        /// The run answers that it is ready, first or again.
        case answered(run: Int)
        /// What the run says of itself: how many requests it works on, and whether it has worked since it was asked last.
        case occupied(run: Int, requests: Int?, hasWorked: Bool)
        /// The answer to ``Action/measure(_:)``.
        case measured(run: Int, requests: Int?, hasWorked: Bool)
        /// The run is over, and nothing of it is left.
        case exited(run: Int, RunExit, log: [String])
        /// Time has passed.
        case tick
        /// The sidecar is about to end.
        case close
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        case start(ModelRun)
        /// Ask it to end.
        case terminate(ModelRun)
        /// It did not.
        case kill(ModelRun)
        /// Find out, now, whether it is busy.
        case measure(ModelRun)
        /// Tell who wished.
        case settle(wish: Int, SwitchOutcome)
        /// Nothing runs any more, and nothing will.
        case closed
    }

    /// Where it stands, with the legal next phases.
    enum Phase: Sendable, Equatable {
        /// Nothing runs. Next: `starting`.
        case stopped
        /// A model is loading. Next: `ready`, `pausing`, `stopping`, `failed`.
        case starting(ModelRun, deadline: Instant)
        /// It ended by itself, and is started again at that time. Next: `starting`, `stopped`.
        case pausing(Profile, until: Instant)
        /// It answers. Next: `stopping`, `pausing`, `stopped`, `failed`.
        case ready(ModelRun, since: Instant)
        /// It was asked to end. Next: `starting`, `stopped`, `pausing`, `failed`.
        case stopping(ModelRun, why: StopReason, killAt: Instant?)
        /// It is given up until somebody wishes for it again. Next: `starting`, `stopped`.
        case failed(ModelFailure, Profile)
    }

    /// Why a run is asked to end.
    enum StopReason: Sendable, Equatable {
        /// Another model, or none, is to be there: ``course`` says which.
        case switching
        case tooSlow
        case hung
    }
}
