internal import Foundation
internal import Routing
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Does what a pipe is asked, whatever server asks it. It keeps nothing of it.
struct PipeRunner: Sendable {
    let config: PipeConfig
    let line: ModelServerLine
    /// What its commands are known by.
    let mark: ProcessMark
    let places: PipePlaces
    /// How many requests have come, of whatever kind.
    let asked = PipeCount()
    /// What commands are given.
    private let environment: [String: String]

    /// How long a model server may take to say what it has.
    private static let patience = Duration.seconds(2)

    init(
        _ config: PipeConfig,
        line: ModelServerLine,
        mark: ProcessMark,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.config = config
        self.line = line
        self.mark = mark
        places = PipePlaces(config.limits.concurrent)
        guard case .command(let command) = config.driver else {
            self.environment = [:]
            return
        }
        self.environment = command.environment(of: environment)
    }

    /// `GET /health`: whether a prompt could be worked on, but for a free place.
    func health() async -> PipeReply {
        switch config.driver {
        case .command(let command):
            let isThere = command.file(in: environment["PATH"] ?? "") != nil
            return .health(config.models, error: isThere ? nil : .commandMissing, at: time(nil))
        case .server(let server):
            switch await line.models(of: server, limit: Self.patience) {
            case .success(let names):
                return .health(config.models.isEmpty ? names : config.models, error: nil, at: time(nil))
            case .failure(let failure):
                return .health(config.models, error: .model(failure), at: time(nil))
            }
        }
    }

    /// `GET /models`: those that may be asked for; where nobody says, those that the server has.
    func models() async throws(PipeError) -> PipeReply {
        guard config.models.isEmpty, case .server(let server) = config.driver else { return .models(config.models) }
        switch await line.models(of: server, limit: Self.patience) {
        case .success(let names): return .models(names)
        case .failure where !config.guessed.isEmpty: return .models(config.guessed)
        case .failure(let failure): throw .model(failure)
        }
    }

    /// `POST /execute`.
    func execute(_ body: [UInt8]) async throws(PipeError) -> PipeReply {
        let request = try PipeRequest(body)
        let model = request.model ?? config.standard
        guard config.models.isEmpty || config.models.contains(model) else { throw .unknownModel }
        guard let place = places.take() else { throw .busy }
        defer { place.hold() }
        let start = ContinuousClock.now
        let answer: Result<String, PipeError>
        switch config.driver {
        case .server(let server):
            let task = PipeTask(
                prompt: request.prompt,
                model: model,
                maxTokens: request.maxTokens,
                temperature: request.temperature,
                stop: request.stop
            )
            let limits = config.limits
            let reply = await line.execute(task, at: server, limit: limits.time, maxBody: limits.maxOutput)
            answer = reply.mapError { .model($0) }
        case .command(let command):
            let process = PipeProcess(
                command,
                model: model,
                environment: environment,
                mark: mark,
                limits: config.limits
            )
            answer = await process.run(Array(request.prompt.utf8))
        }
        let text = try answer.get()
        return .answer(text, model: model, time: .now - start, costCents: config.costCents)
    }
}

/// A number that only grows.
final class PipeCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
}

/// How many prompts are worked on.
final class PipePlaces: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    init(_ most: Int) { self.most = most }

    /// A place; it is free again when nobody holds it any more.
    final class Place: Sendable {
        private let places: PipePlaces

        fileprivate init(_ places: PipePlaces) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }

        /// Is held until here.
        func hold() { withExtendedLifetime(self) {} }
    }

    /// How many are taken.
    var inUse: Int { taken.withLock { $0 } }

    /// A place, or nil when all are taken.
    func take() -> Place? {
        let isFree = taken.withLock { taken in
            guard taken < most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(self) : nil
    }
}
