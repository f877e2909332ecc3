import Foundation
import GRDB
import Testing

@testable import Bridge

@Suite("The journal remembers what was thought, and finds it again", .timeLimit(.minutes(1)))
struct JournalTests {
    private let bench = MemoryBench()

    private func note(
        _ task: String,
        _ answer: String = "Yes.",
        _ origin: Origin = MemoryBench.origin(),
        _ journal: Journal
    ) {
        journal.note(.init(caller: origin.caller, task: task, answer: answer), of: origin, since: 0)
    }

    private func tasks(
        _ journal: Journal,
        caller: String? = nil,
        persona: String = "timmy",
        about: String? = nil,
        limit: Int = 10
    ) async throws -> [String] {
        let origin = MemoryBench.origin(nil, caller: caller, persona: persona)
        return try await journal.entries(of: origin, about: about, limit: limit).map(\.record.task)
    }

    @Test("the newest come first; a caller hears his own, the owner hears all of this persona's")
    func newest() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let journal = Journal(memory: memory, settings: bench.settings())
        note("one", journal)
        note("two", "No.", MemoryBench.origin(caller: "bob"), journal)
        note("three", "No.", MemoryBench.origin(persona: "vera"), journal)
        note("four", journal)
        // Closing loses nothing that waits.
        memory.close()
        let again = Journal(memory: try bench.open(), settings: bench.settings())
        #expect(try await tasks(again) == ["four", "two", "one"])
        #expect(try await tasks(again, limit: 2) == ["four", "two"])
        #expect(try await tasks(again, caller: "ann") == ["four", "one"])
        #expect(try await tasks(again, persona: "vera") == ["three"])
        #expect(try await tasks(again, caller: "cid").isEmpty)
    }

    private func note(_ task: String, _ journal: Journal) { note(task, "Yes.", MemoryBench.origin(), journal) }

    @Test(
        "words are found in task and answer, whatever their case, accents and endings; the most of them first",
        arguments: [
            ("dragon", ["the DRAGON sleeps", "where do dragons live?"]),
            ("dragon cave", ["where do dragons live?", "the DRAGON sleeps"]),
            ("the dragons of the cave", ["where do dragons live?"]),
            ("creme", ["crème brûlée"]), ("CRÈME brûlée", ["crème brûlée"]),
            ("griffin", []), ("ragon", []), ("", []), ("?!", []),
        ]
    )
    func words(about: String, found: [String]) async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let journal = Journal(memory: memory, settings: bench.settings())
        note("where do dragons live?", "In the cave over there, most of the time.", MemoryBench.origin(), journal)
        note("crème brûlée", journal)
        note("the DRAGON sleeps", journal)
        note("name a colour", "Blue.", MemoryBench.origin(), journal)
        memory.flush()
        #expect(try await tasks(journal, about: about) == found)
    }

    @Test("days and entries are bounded, and long texts are cut")
    func bounds() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let settings = bench.settings()
        let journal = Journal(memory: memory, settings: settings)
        note("old", journal)
        memory.flush()
        bench.advance(days: 366)
        #expect(try await tasks(journal).isEmpty)
        for number in 1...5 { note("t\(number)", String(repeating: "é", count: 5_000), MemoryBench.origin(), journal) }
        memory.flush()
        #expect(
            try await journal.entries(of: MemoryBench.origin(nil), about: nil, limit: 1).first?.record.answer.count
                == Journal.longestText
        )
        var bounds = settings.current
        bounds.journalEntries = 3
        await memory.sweep(bounds)
        #expect(try await tasks(journal) == ["t5", "t4", "t3"])
        #expect(try await memory.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM journal") } == 3)
        let none = Journal(memory: memory, settings: bench.settings { $0.journalDays = 0 })
        note("never", none)
        memory.flush()
        #expect(try await tasks(journal).first == "t5")
    }

    @Test("only so many of the newest are searched")
    func scanned() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let journal = Journal(memory: memory, settings: bench.settings { $0.journalScanned = 2 })
        for task in ["apple one", "apple two", "apple three"] { note(task, journal) }
        memory.flush()
        #expect(try await tasks(journal, about: "apple") == ["apple three", "apple two"])
    }

    @Test("forgetting a caller clears his entries, forgetting a conversation those that came of it")
    func forgotten() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let journal = Journal(memory: memory, settings: bench.settings())
        note("hall", journal)
        note("yard", "Yes.", MemoryBench.origin("yard"), journal)
        note("loose", "Yes.", MemoryBench.origin(nil), journal)
        note("bob's", "Yes.", MemoryBench.origin(caller: "bob"), journal)
        _ = await memory.forget(MemoryBench.origin("hall"))
        #expect(try await tasks(journal) == ["bob's", "loose", "yard"])
        _ = await memory.forget(MemoryBench.origin(nil))
        #expect(try await tasks(journal) == ["bob's"])
    }
}
