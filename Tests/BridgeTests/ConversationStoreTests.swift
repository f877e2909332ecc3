import Foundation
import GRDB
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("Conversations are kept on the machine, sealed, bounded, and forgotten when asked", .timeLimit(.minutes(1)))
struct ConversationStoreTests {
    private let bench = MemoryBench()

    @Test("what was said comes back whole, also after a restart")
    func restart() async throws {
        defer { bench.clean() }
        let call = ToolCall(id: "c1", name: "look", arguments: #"{"at":"door"}"#)
        let said = Exchange(
            turns: [
                Turn(.user, "open the dôor"), Turn(.assistant, "", calls: [call]),
                Turn(.tool, "it is oak", answeredCall: "c1"), Turn(.assistant, "It is made of oak."),
            ],
            kind: .codeGeneration,
            stays: true
        )
        let memory = try bench.open()
        await Conversations(memory: memory, settings: bench.settings())
            .add(said, to: MemoryBench.origin(), continuing: nil, since: 0)
        memory.close()
        let again = try bench.open()
        let recent = try await Conversations(memory: again, settings: bench.settings()).recent(MemoryBench.origin())
        #expect(recent.exchanges.map(\.exchange) == [said])
        again.close()
    }

    @Test(
        "another conversation, caller or persona has nothing of it",
        arguments: [
            MemoryBench.origin("yard"), MemoryBench.origin(caller: "bob"), MemoryBench.origin(caller: nil),
            MemoryBench.origin(persona: "vera"), MemoryBench.origin("\u{0}hall"), MemoryBench.origin("3\u{0}annhall"),
            MemoryBench.origin("nhall", caller: "an"), MemoryBench.origin(nil),
        ]
    )
    func apart(other: Origin) async throws {
        defer { bench.clean() }
        let conversations = Conversations(memory: try bench.open(), settings: bench.settings())
        await conversations.add("one")
        #expect(try await conversations.tasks(other).isEmpty)
        #expect(try await conversations.tasks() == ["one"])
    }

    @Test("turns, bytes and days are bounded, by whole exchanges")
    func bounds() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let few = Conversations(memory: memory, settings: bench.settings { $0.turns = 5 })
        for number in 1...4 { await few.add("t\(number)") }
        #expect(try await few.tasks() == ["t3", "t4"])
        let small = Conversations(memory: memory, settings: bench.settings { $0.conversationBytes = 700 })
        await small.add(String(repeating: "a ", count: 200))
        #expect(try await small.tasks().count == 2)
        await small.add(String(repeating: "b ", count: 1_000))
        // The newest is kept, however large.
        #expect(try await small.tasks().count == 1)
        bench.advance(days: 31)
        #expect(try await small.tasks().isEmpty)
        await small.add("new")
        #expect(try await small.tasks() == ["new"])
        await memory.sweep(BridgeConfig.MemorySettings(path: ""))
        #expect(try await memory.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM exchange") } == 1)
    }

    @Test("only what fits into the tokens is read")
    func tokens() async throws {
        defer { bench.clean() }
        let settings = bench.settings { $0.tokens = 300 }
        let conversations = Conversations(memory: try bench.open(), settings: settings)
        for number in 1...20 { await conversations.add("t\(number)", String(repeating: "word ", count: 40)) }
        let kept = try await conversations.recent(MemoryBench.origin()).exchanges
        #expect(kept.map { $0.exchange.task } == (16...20).map { "t\($0)" })
        #expect(kept.map(\.tokens).reduce(0, +) <= 300)
    }

    @Test("a caller's oldest conversation goes when there are too many, and the oldest of all")
    func conversations() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let settings = bench.settings {
            $0.conversationsOfCaller = 2
            $0.conversations = 3
        }
        let conversations = Conversations(memory: memory, settings: settings)
        for name in ["a", "b"] { await conversations.add(name, to: MemoryBench.origin(name)) }
        bench.advance(days: 1)
        await conversations.add("again", to: MemoryBench.origin("a"))
        await conversations.add("c", to: MemoryBench.origin("c"))
        #expect(try await conversations.tasks(MemoryBench.origin("b")).isEmpty)
        #expect(try await conversations.tasks(MemoryBench.origin("a")) == ["a", "again"])
        bench.advance(days: 1)
        for caller in ["bob", "cid"] { await conversations.add(caller, to: MemoryBench.origin(caller: caller)) }
        #expect(try await conversations.tasks(MemoryBench.origin("a")).isEmpty)
        #expect(try await conversations.tasks(MemoryBench.origin("c")) == ["c"])
        await memory.sweep(BridgeConfig.MemorySettings(path: "", bytes: 150))
        #expect(try await conversations.tasks(MemoryBench.origin("c")).isEmpty)
        #expect(try await conversations.tasks(MemoryBench.origin(caller: "cid")) == ["cid"])
    }

    @Test("what is forgotten is in none of the files any more, not even sealed; the rest stays")
    func forgotten() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let conversations = Conversations(memory: memory, settings: bench.settings())
        // Long enough for pages of its own.
        await conversations.add(String(repeating: "secret ", count: 3_000))
        await conversations.add("other", to: MemoryBench.origin("yard"))
        await conversations.add("bob's", to: MemoryBench.origin(caller: "bob"))
        let sealed = try await memory.pool.read {
            try Data.fetchAll($0, sql: "SELECT sealed FROM exchange ORDER BY id")
        }
        #expect(try sealed.allSatisfy { try contains(Data($0.suffix(64))) })
        #expect(await memory.forget(MemoryBench.origin("hall")) == 1)
        #expect(try !contains(Data(sealed[0].suffix(64))))
        #expect(try !contains(Data(sealed[0].prefix(64))))
        #expect(try await conversations.tasks(MemoryBench.origin("yard")) == ["other"])
        #expect(await memory.forget(MemoryBench.origin(nil)) == 1)
        #expect(try !contains(Data(sealed[1].suffix(24))))
        #expect(try await conversations.tasks(MemoryBench.origin(caller: "bob")) == ["bob's"])
        #expect(await memory.forget(MemoryBench.origin("hall")) == 0)
    }

    private func contains(_ needle: Data) throws -> Bool { try bench.bytes().range(of: needle) != nil }

    @Test("a thought that was under way when its caller was forgotten leaves nothing")
    func underWay() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let conversations = Conversations(memory: memory, settings: bench.settings())
        let journal = Journal(memory: memory, settings: bench.settings())
        let moment = memory.forgettings.now
        _ = await memory.forget(MemoryBench.origin(nil))
        let late = MemoryBench.exchange("late")
        await conversations.add(late, to: MemoryBench.origin(), continuing: nil, since: moment)
        journal.note(Journal.Record(task: "late", answer: ""), of: MemoryBench.origin(), since: moment)
        memory.flush()
        #expect(try await conversations.tasks().isEmpty)
        #expect(try await journal.entries(of: MemoryBench.origin(nil), about: nil, limit: 9).isEmpty)
        // Somebody else's is none of that.
        let bob = MemoryBench.origin(caller: "bob")
        await conversations.add(late, to: bob, continuing: nil, since: moment)
        #expect(try await conversations.tasks(bob) == ["late"])
    }

    @Test("the exchange that waits for results is found by its calls, and by nothing else; it goes on once")
    func open() async throws {
        defer { bench.clean() }
        let conversations = Conversations(memory: try bench.open(), settings: bench.settings { $0.tokens = 256 })
        let origin = MemoryBench.origin()
        let calls = [ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "f", arguments: "{}")]
        let waiting = Exchange(turns: [Turn(.user, "go"), Turn(.assistant, "", calls: calls)])
        await conversations.add(waiting, to: origin, continuing: nil, since: 0)
        for number in 1...9 { await conversations.add("t\(number)", String(repeating: "word ", count: 100)) }
        #expect(try await conversations.tasks().allSatisfy { $0 != "go" })
        for wrong in [["a"], ["a", "c"], ["a", "b", "c"]] {
            #expect(try await conversations.recent(origin, answering: Set(wrong)).open == nil)
        }
        let open = try #require(try await conversations.recent(origin, answering: ["b", "a"]).open)
        #expect(open.exchange == waiting)
        for answer in ["done", "done twice"] {
            let turns = waiting.turns + [Turn(.assistant, answer)]
            await conversations.add(Exchange(turns: turns), to: origin, continuing: open.id, since: 0)
        }
        let newest = try await conversations.recent(origin).exchanges.last?.exchange.turns.last?.text
        #expect(newest == "done")
    }

    @Test("a sealed text that is moved to another row opens no more, and the others do")
    func moved() async throws {
        defer { bench.clean() }
        let memory = try bench.open()
        let conversations = Conversations(memory: memory, settings: bench.settings())
        await conversations.add("mine")
        await conversations.add("his", to: MemoryBench.origin(caller: "bob"))
        try await memory.pool.write { try $0.execute(sql: "UPDATE exchange SET conversation = 3 - conversation") }
        #expect(try await conversations.tasks().isEmpty)
        await conversations.add("new")
        #expect(try await conversations.tasks() == ["new"])
    }
}

extension BridgeConfig.MemorySettings {
    init(path: String, bytes: Int) {
        self.init(path: path)
        self.bytes = bytes
    }
}
