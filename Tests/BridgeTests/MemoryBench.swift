import Foundation
import GRDB
import Logging
import Persona
import Routing
import Synchronization
import Testing

@testable import Bridge

/// A memory in a folder of its own, with a clock that stands until it is moved.
final class MemoryBench: Sendable {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
    private let now = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    var path: String { folder.appendingPathComponent("memory.db").path }

    func open() throws -> Memory {
        try Memory(path: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            self.now.withLock { $0 }
        }
    }

    func advance(days: Double) { now.withLock { $0 += days * 86_400 } }

    func settings(_ adjust: (inout BridgeConfig.MemorySettings) -> Void = { _ in }) -> Live<BridgeConfig.MemorySettings>
    {
        var settings = BridgeConfig.MemorySettings(path: path)
        adjust(&settings)
        return Live(settings)
    }

    func clean() { try? FileManager.default.removeItem(at: folder) }

    /// Everything that stands in the folder.
    func bytes() throws -> Data {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().reduce(into: Data()) {
            $0 += try Data(contentsOf: folder.appendingPathComponent($1))
        }
    }

    static func origin(_ conversation: String? = "hall", caller: String? = "ann", persona: String = "timmy") -> Origin {
        guard let persona = PersonaID(persona) else { preconditionFailure("no persona's name") }
        return Origin(persona: persona, caller: caller, conversation: conversation)
    }

    static func exchange(_ task: String, _ answer: String = "Yes.") -> Exchange {
        Exchange(turns: [Turn(.user, task), Turn(.assistant, answer)], kind: .general)
    }
}

extension Conversations {
    func add(_ task: String, _ answer: String = "Yes.", to origin: Origin = MemoryBench.origin()) async {
        await add(
            MemoryBench.exchange(task, answer),
            to: origin,
            continuing: nil,
            since: memory.forgettings.now
        )
    }

    /// What was asked, the oldest first.
    func tasks(_ origin: Origin = MemoryBench.origin()) async throws -> [String] {
        try await recent(origin).exchanges.map { $0.exchange.task ?? "" }
    }
}
