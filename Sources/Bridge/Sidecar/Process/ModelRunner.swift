internal import Routing

/// Runs one model once, whoever it is that runs it.
protocol ModelRunner: Sendable {
    /// Where requests for the model go.
    var url: LoopbackURL { get }
    /// What its server calls the model.
    var model: String { get }
    /// What it wrote.
    var log: ProcessLog { get }

    /// Loads the model, and returns when it is gone and nothing of it is left.
    func run() async -> RunExit
    /// Asks it to end. May be called at any time, also before it runs.
    func terminate()
    /// Ends it.
    func kill()
    /// Whether it answers that it is ready.
    func isReady() async -> Bool
    /// How many requests it works on, and whether it has worked since it was asked last; nil when it does not say.
    func occupancy() async -> Occupancy
}

/// How busy a model is, as far as it says.
struct Occupancy: Sendable, Equatable {
    var requests: Int?
    var hasWorked = false
}
