public import Foundation
internal import Persona
internal import Routing

/// Shows whether what the backends of a configuration receive depends on who the persona is.
///
/// The operator's own personas and invented ones go through the same tasks, each in a daemon of its own, and every byte
/// that a raw socket in the backends' place received is held against the first persona's.
public struct Invariance: Sendable {
    /// What was compared, and what differs.
    public struct Report: Sendable, Equatable {
        /// When.
        public var time: Date
        /// How many personas.
        public var personas = 0
        /// How many tasks.
        public var tasks = 0
        /// How many tasks were left out, because they name one of the personas.
        public var leftOut = 0
        /// How many steps each persona went through.
        public var steps = 0
        /// How many requests of the later personas were held against the first one's.
        public var requests = 0
        /// How many of them differ: in any byte, in their connection, or because one has no counterpart.
        public var differing = 0
        /// How many bytes differ.
        public var bytes = 0
        /// How many decisions differ: plan, reasons, attempts, kind, cost.
        public var decisions = 0
        /// Where the first difference is; never what.
        public var first: String?

        /// Whether nothing differs.
        public var isInvariant: Bool { differing == 0 && decisions == 0 }

        /// For `invariance.json` and for people's programs.
        public var json: [String: Any] {
            var object: [String: Any] = [
                "time": time.formatted(.iso8601), "version": "\(Version.current)", "personas": personas, "tasks": tasks,
                "left_out": leftOut, "steps": steps, "requests": requests, "differing": differing, "bytes": bytes,
                "decisions": decisions,
            ]
            object["first"] = first
            return object
        }
    }

    private let config: BridgeConfig

    /// Of a checked configuration.
    public init(_ config: BridgeConfig) {
        self.config = config
    }

    /// Where the last report lies, for the audit.
    public var file: String {
        (config.ledger.path as NSString).deletingLastPathComponent + "/invariance.json"
    }

    /// Writes the report down for the audit; only the owner may read it.
    public func keep(_ report: Report) throws {
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let data = try JSONSerialization.data(
            withJSONObject: report.json,
            options: [.sortedKeys, .withoutEscapingSlashes]
        )
        try data.write(to: URL(fileURLWithPath: file), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    /// Compares.
    /// - Parameters:
    ///   - invented: how many invented personas beside the operator's own.
    ///   - tasks: how many invented tasks.
    ///   - isFull: whether every task goes to every backend, whole and streamed.
    public func run(invented: Int, tasks: Int, seed: UInt64 = 1, isFull: Bool = true) async throws -> Report {
        let own = config.personas.map { card in
            Rehearsal.Subject(card: card, name: card.identity.spokenNames.first ?? card.id.rawValue)
        }
        let subjects = own + (try Self.subjects(InventedPersona.make(invented, seed: seed)))
        return try await Self.compare(config, subjects, InventedTasks.make(tasks), isFull: isFull)
    }

    /// The personas as the daemon would read them from their files.
    /// - Parameter folder: the name of the folder of all of them; a different one of each without it.
    static func subjects(_ personas: [InventedPersona], folder: String? = nil) throws -> [Rehearsal.Subject] {
        try personas.enumerated().map { number, persona in
            let top = NSTemporaryDirectory() + "/wp-\(UInt32.random(in: .min ... .max))"
            let folder = "\(top)/\(folder ?? "persona\(number)")"
            defer { try? FileManager.default.removeItem(atPath: top) }
            try persona.write(to: folder)
            return Rehearsal.Subject(card: try PersonaLoader.load(folder: folder), name: persona.name)
        }
    }

    /// The tasks that name none of the personas, as far as their guards can tell.
    static func unnamed(_ tasks: [String], by subjects: [Rehearsal.Subject]) -> [String] {
        let guards = subjects.map { PromptGuard(persona: $0.card, index: IdentityIndex([$0.card.identity])) }
        return tasks.filter { task in
            guards.allSatisfy { (try? $0.blind(PromptDraft(task: task)))?.task == task }
        }
    }

    /// Lets all subjects go through all tasks, in two rehearsals beside each other.
    static func compare(
        _ config: BridgeConfig,
        _ subjects: [Rehearsal.Subject],
        _ all: [String],
        isFull: Bool,
        lanes: Int = 2
    ) async throws -> Report {
        let tasks = unnamed(all, by: subjects)
        let backends = config.backends.map(\.id.rawValue)
        let script = RehearsalScript(tasks: tasks, backends: backends, isFull: isFull)
        var report = Report(time: Date(), personas: subjects.count, tasks: tasks.count)
        report.leftOut = all.count - tasks.count
        report.steps = script.steps.count
        let share = (script.steps.count + lanes - 1) / lanes
        try await withThrowingTaskGroup(of: Comparison.self) { group in
            for start in stride(from: 0, to: script.steps.count, by: share) {
                let steps = Array(script.steps[start..<min(start + share, script.steps.count)])
                // Every other share goes to backends that are asked for whole replies.
                var config = config
                let isWhole = start / share % 2 == 1
                if isWhole { config.backends = config.backends.map(\.whole) }
                group.addTask { [config] in try await Comparison.of(subjects, steps, config: config) }
            }
            for try await part in group { report.add(part) }
        }
        return report
    }
}

extension Comparison {
    /// Of all subjects, one after the other, against one recorder: even its port is the same for all.
    static func of(
        _ subjects: [Rehearsal.Subject],
        _ steps: [RehearsalStep],
        config: BridgeConfig,
        seams: (Int) -> Rehearsal.Seams = { _ in Rehearsal.Seams() },
        isOver: (Comparison) -> Bool = { _ in false },
        watch: (RehearsalRecord) -> Void = { _ in }
    ) async throws -> Comparison {
        let rehearsal = try Rehearsal(config)
        defer { rehearsal.recorder.stop() }
        var base: [RehearsalRecord] = []
        var comparison = Comparison()
        for (persona, subject) in subjects.enumerated() where !isOver(comparison) {
            try await rehearsal.run(subject, steps, seams: seams(persona)) { step, record in
                watch(record)
                if persona == 0 {
                    base.append(record)
                } else {
                    comparison.add(record, like: base[step], persona: persona, step: step)
                }
                return !isOver(comparison)
            }
        }
        return comparison
    }
}

extension Backend {
    /// The same, never asked for a stream by the bridge's own choice.
    fileprivate var whole: Backend {
        var backend = self
        backend.isStreamed = false
        return backend
    }
}

extension Invariance.Report {
    fileprivate mutating func add(_ part: Comparison) {
        requests += part.requests
        differing += part.differing
        bytes += part.bytes
        decisions += part.decisions
        first = first ?? part.first?.description
    }
}
