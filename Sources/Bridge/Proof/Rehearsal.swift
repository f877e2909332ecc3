internal import Foundation
internal import Logging
internal import Persona
internal import Routing
internal import Synchronization

/// One request to the daemon, the same for every persona but for the address.
struct RehearsalStep: Sendable, Equatable {
    var method = "think"
    /// The parameters, one JSON object as text. ``address`` in it is replaced by the persona's name.
    var params: String
    /// What the backends answer, in order.
    var replies: [ScriptedReply] = []
    /// Whether what is sent has no order of its own: probes go to all backends at once.
    var isUnordered = false

    /// Stands where the persona's name is to stand.
    static let address = "{PERSONA}"
}

/// What one step came to.
struct RehearsalRecord: Sendable, Equatable {
    /// What a raw socket received, in order.
    let received: [ReceivedRequest]
    /// What the daemon said, but for the persona's own words and the thought's number: plan, attempts, kind, cost, error.
    let decision: String
}

/// A whole daemon, through its socket, with recorders in place of the backends and time and chance held still.
struct Rehearsal: Sendable {
    /// The places where a test may plant what a mistake would do.
    struct Seams: Sendable {
        var adjust: @Sendable (inout BridgeConfig) -> Void = { _ in }
        var params: @Sendable (String) -> String = { $0 }
        var transport: @Sendable (CurlLoop) -> any Transport = { $0 }
    }

    /// A persona, and the name by which it is spoken to.
    struct Subject: Sendable, Undisclosed {
        let card: PersonaCard
        let name: String
    }

    /// Time that stands still until somebody waits.
    final class StillClock: Sendable {
        private let instant = Mutex(ContinuousClock.now + .seconds(5))

        var now: ContinuousClock.Instant { instant.withLock { $0 } }

        func advance(by duration: Duration) { instant.withLock { $0 += duration } }
    }

    /// Why a rehearsal did not take place.
    enum Failure: Error {
        case notListening
    }

    let config: BridgeConfig
    let recorder: SocketRecorder

    /// How long it is from one step to the next, on a clock that stands still otherwise.
    private static let pause = Duration.seconds(2)

    /// - Parameter config: the configuration; its backends are replaced by a recorder, its keys by none of worth.
    init(_ config: BridgeConfig) throws {
        let wires = config.backends.map { ($0.id.rawValue, $0.wire) }
        recorder = try SocketRecorder(Dictionary(wires, uniquingKeysWith: { first, _ in first }))
        self.config = Self.rehearsed(config, port: recorder.port)
    }

    private static func rehearsed(_ config: BridgeConfig, port: Int) -> BridgeConfig {
        var config = config
        config.budgets = []
        config.backends = config.backends.map { backend in
            var backend = backend
            let path = URL(string: backend.url)?.path ?? ""
            backend.url = "http://127.0.0.1:\(port)/\(backend.id)\(path)"
            backend.health = .get("http://127.0.0.1:\(port)/\(backend.id)/health")
            // The real one stays at home. A backend that only misses its key takes part.
            if backend.key != nil || backend.disabledReason != nil { backend.key = Secret("rehearsal") }
            backend.service = .enabled
            return backend
        }
        return config
    }

    /// Lets a persona's daemon go through the steps, one after the other.
    /// - Parameter each: told of each step's record; false ends the rehearsal.
    func run(
        _ subject: Subject,
        _ steps: [RehearsalStep],
        seams: Seams = Seams(),
        each: (Int, RehearsalRecord) -> Bool
    ) async throws {
        let folder = NSTemporaryDirectory() + "/wr-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // The same secret for all: what stands for a term would differ by chance otherwise.
        let secret = Data(repeating: 7, count: 32)
        try secret.write(to: URL(fileURLWithPath: folder + "/memory.db.key"))
        recorder.reset()
        let clock = StillClock()
        let parts = try parts(subject, folder, clock, seams)
        let serving = Task { try await parts.server.run() }
        do {
            try await wait(forSocket: folder + "/w.sock")
            for (index, step) in steps.enumerated() {
                let record = try await record(step, subject, parts, folder, seams)
                clock.advance(by: Self.pause)
                guard each(index, record) else { break }
            }
        } catch {
            await stop(parts, serving)
            throw error
        }
        await stop(parts, serving)
    }

    private func stop(_ parts: Daemon.Parts, _ serving: Task<Void, any Error>) async {
        // The last client's leaving is heard of first: then nothing is left to be broken off.
        try? await Task.sleep(for: .milliseconds(30))
        serving.cancel()
        _ = await serving.result
        parts.close()
    }

    private func parts(
        _ subject: Subject,
        _ folder: String,
        _ clock: StillClock,
        _ seams: Seams
    ) throws -> Daemon.Parts {
        var config = config
        config.server.socket = folder + "/w.sock"
        config.server.threads = 1
        config.ledger.path = folder + "/ledger.db"
        config.memory.path = folder + "/memory.db"
        config.personas = [subject.card]
        config.defaultPersona = subject.card.id
        seams.adjust(&config)
        return try Daemon.Parts(
            config,
            logger: Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() },
            circumstances: Router.Circumstances(
                now: { clock.now },
                sleep: { clock.advance(by: $0) },
                jitter: { 0.5 }
            ),
            through: seams.transport
        )
    }

    private func wait(forSocket path: String) async throws {
        for _ in 0..<2_000 {
            if FileManager.default.fileExists(atPath: path) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Failure.notListening
    }

    private func record(
        _ step: RehearsalStep,
        _ subject: Subject,
        _ parts: Daemon.Parts,
        _ folder: String,
        _ seams: Seams
    ) async throws -> RehearsalRecord {
        recorder.play(step.replies)
        let decision: String
        if step.method == "probe" {
            await parts.health.probe().probeAll()
            decision = ""
        } else {
            let address = subject.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let params = seams.params(step.params.replacing(RehearsalStep.address, with: address))
            decision = try await Self.ask(folder + "/w.sock", step.method, params)
        }
        let received = recorder.take()
        guard step.isUnordered else { return RehearsalRecord(received: received, decision: decision) }
        let sorted = received.map { ReceivedRequest(connection: 0, bytes: $0.bytes) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return RehearsalRecord(received: sorted, decision: decision)
    }

    // MARK: Asking

    /// Asks the daemon on a thread of its own: the client blocks.
    private static func ask(_ socket: String, _ method: String, _ params: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(with: Result { try Self.decision(socket, method, params) })
            }.start()
        }
    }

    private static func decision(_ socket: String, _ method: String, _ params: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(params.utf8)) as? [String: Any] ?? [:]
        let answer: [String: Any]
        do { answer = try BridgeClient(socket: socket).call(method, object) } catch BridgeClient.Failure.refused(
            _,
            _,
            _,
            let json
        ) {
            answer = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
        }
        let kept = withoutOwnWords(answer)
        let data = try JSONSerialization.data(withJSONObject: kept, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    /// What the persona says for itself goes to the player and not to a backend; a thought's number is drawn.
    private static func withoutOwnWords(_ value: Any) -> Any {
        if let object = value as? [String: Any] {
            return object.filter { !["text", "say", "thought", "certainty"].contains($0.key) }
                .mapValues(withoutOwnWords)
        }
        if let list = value as? [Any] { return list.map(withoutOwnWords) }
        return value
    }
}
