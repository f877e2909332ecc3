import Persona
import TestSupport
import Testing

@testable import Routing

/// A router with one that answers and one that gives vectors.
private struct Bench {
    let work: Workbench
    let cache: AnswerCache

    static let vectorOfA = #"{"data":[{"embedding":[1,0.1,0,0]}],"usage":{"prompt_tokens":8}}"#
    static let vectorOfB = #"{"data":[{"embedding":[1,0.12,0,0]}],"usage":{"prompt_tokens":8}}"#

    init(
        vectors: [FakeTransport.Move] = [.reply(status: 200, body: vectorOfA), .reply(status: 200, body: vectorOfB)],
        answers: [FakeTransport.Move] = [.reply(status: 200, body: Fixture.answer("The capital of France is Paris."))],
        isLocal: Bool = true,
        budgets: BudgetBook = BudgetBook(),
        change: (inout SemanticPolicy) -> Void = { _ in },
        backends: (inout [Backend]) -> Void = { _ in }
    ) throws {
        var answerer = try Fixture.backend("one", [.speed], local: false)
        answerer.prices = PriceVector(input: 1, output: 2)
        var vector = try Fixture.backend("vector", [.local], local: isLocal)
        vector.embedsOnly = true
        vector.prices = PriceVector(input: 0.02, output: 0)
        var all = [answerer, vector]
        backends(&all)
        var policy = SemanticPolicy(backend: vector.id, model: "minilm", maxAge: .seconds(60))
        change(&policy)
        cache = AnswerCache(CachePolicy(isOn: true, semantic: policy))
        work = Workbench(all, ["one": answers, "vector": vectors], budgets: budgets, cache: cache)
    }

    /// What was asked, and whom.
    @discardableResult
    func ask(_ task: String, _ change: (inout Thought) -> Void = { _ in }) async throws -> Answer {
        var thought = Thought(prompt: try TestPrompts.blind(task), kind: .general, caller: "player 7")
        change(&thought)
        return try await work.router.think(thought)
    }

    var figures: SemanticFigures { cache.semantic.figures ?? SemanticFigures() }
}

@Suite("The same question in other words is answered again, and no other")
struct SemanticCacheTests {
    private let one = "What is the capital of France?"
    private let again = "Could you tell me what the capital of France is?"

    @Test("a paraphrase is answered without any model; the lookup is in the ledger, and its saving is counted")
    func hit() async throws {
        let bench = try Bench()
        let first = try await bench.ask(one)
        let second = try await bench.ask(again)
        #expect((first.isCached, first.similarity) == (false, nil))
        #expect((second.isCached, second.text, second.cost) == (true, first.text, NanoDollars(0)))
        #expect(try #require(second.similarity) > 0.99)
        #expect(bench.work.asked == ["vector", "one", "vector"])
        #expect(bench.work.ledger.records.map(\.purpose) == [.embedding, .thought, .embedding])
        #expect(bench.work.ledger.records[0].model == "minilm")
        #expect(bench.work.ledger.settlements[0]?.outcome == .answered)
        #expect(bench.work.ledger.decisions.last?.isCached == true)
        #expect(bench.work.ledger.decisions.last?.reason == "given again: the same question in other words")
        let figures = bench.figures
        #expect((figures.hits, figures.misses, figures.entries) == (1, 1, 1))
        #expect(figures.saved == first.cost)
        #expect(figures.bytes > 0)
    }

    @Test("the very same request asks for no vector")
    func exactFirst() async throws {
        let bench = try Bench()
        try await bench.ask(one)
        try await bench.ask(one)
        #expect(bench.work.asked == ["vector", "one"])
    }

    @Test("a near question that is another one is asked, and counted as kept apart")
    func gated() async throws {
        let bench = try Bench()
        try await bench.ask("Turn on the light in the hall.")
        let other = try await bench.ask("Turn off the light in the hall.")
        #expect(!other.isCached)
        #expect((bench.figures.gated, bench.figures.hits) == (1, 0))
    }

    @Test("one question whose vectors are far apart is asked again")
    func far() async throws {
        let bench = try Bench(vectors: [
            .reply(status: 200, body: Bench.vectorOfA),
            .reply(status: 200, body: #"{"data":[{"embedding":[0,1,0,0]}]}"#),
        ])
        try await bench.ask(one)
        #expect(try await !bench.ask(again).isCached)
    }

    @Test("whatever steers the answer keeps questions apart", arguments: 0..<7)
    func scopes(number: Int) async throws {
        let changes: [(inout Thought) throws -> Void] = [
            { $0.kind = .status },
            { $0.temperature = 0.2 },
            { $0.maxTokens = 7 },
            { $0.constraints.minQuality = 0.1 },
            { $0.prompt = try TestPrompts.blind(PromptDraft(task: $0.prompt.task, instructions: "Be brief.")) },
            { $0.prompt = try TestPrompts.blind(PromptDraft(task: $0.prompt.task, history: [Turn(.user, "hello")])) },
            { $0.stop = ["x"] },
        ]
        let bench = try Bench()
        try await bench.ask(one)
        var thought = Thought(prompt: try TestPrompts.blind(again), kind: .general, caller: "player 7")
        try changes[number](&thought)
        #expect(try await !bench.work.router.think(thought).isCached)
    }

    @Test("what is not to be cached asks for no vector", arguments: 0..<4)
    func notCacheable(number: Int) async throws {
        let changes: [(inout Thought) -> Void] = [
            { $0.isCacheable = false }, { $0.temperature = 1 }, { $0.affectsState = true }, { $0.purpose = .shadow },
        ]
        let bench = try Bench()
        try await bench.ask(one, changes[number])
        #expect(!bench.work.asked.contains("vector"))
    }

    @Test(
        "an answer that is a refusal, cut, unsure or without a word from the judge is not given to others",
        arguments: [
            ("I'm sorry, but I can't help with that.", "stop", 0.1), ("The capital of France is", "length", 0.1),
            ("The capital of France is Paris.", "stop", 1.1),
        ]
    )
    func unsound(text: String, finish: String, least: Double) async throws {
        let bench = try Bench(
            answers: [.reply(status: 200, body: Fixture.answer(text, finish: finish))],
            change: { $0.minConfidence = least }
        )
        _ = try? await bench.ask(one)
        #expect(bench.figures.entries == 0)
    }

    @Test("an entry grows old, and another configuration or other backends empty all")
    func expiry() async throws {
        let bench = try Bench()
        try await bench.ask(one)
        bench.work.clock.advance(by: .seconds(60))
        #expect(try await !bench.ask(again).isCached)
        #expect(try await bench.ask("Please tell me what the capital of France is.").isCached)
        bench.work.live.update { _ in }
        #expect(try await !bench.ask("What's the capital of France?").isCached)
        bench.cache.replace(
            CachePolicy(isOn: true, semantic: SemanticPolicy(backend: try Fixture.id("vector"), model: "x"))
        )
        #expect(bench.figures.entries == 0)
        bench.cache.replace(CachePolicy(isOn: true))
        #expect(bench.work.router.semanticFigures == nil)
    }

    @Test("a task that must stay is not sent to a vector backend elsewhere, nor one that a local backend would answer")
    func local() async throws {
        let bench = try Bench(isLocal: false, backends: { $0[0].isLocal = true })
        try await bench.ask(one) { $0.constraints.isLocalOnly = true }
        try await bench.ask(one)
        #expect(bench.work.asked == ["one", "one"])
        let elsewhere = try Bench(isLocal: false)
        let only = try Fixture.id("one")
        try await elsewhere.ask(one) { $0.constraints.backend = only }
        #expect(elsewhere.work.asked == ["one"], "the caller gave it to that one alone")
        let here = try Bench(backends: { $0[0].isLocal = true })
        try await here.ask(one) { $0.constraints.isLocalOnly = true }
        #expect(here.work.asked == ["vector", "one"])
    }

    @Test("one that gives vectors only answers no task")
    func embedsOnly() async throws {
        let bench = try Bench()
        let plan = bench.work.router.plan(try Workbench.thought())
        #expect(plan.candidates.map(\.backend.id.rawValue) == ["one"])
        #expect(plan.rejected.map(\.rule) == [.disabled])
    }

    @Test(
        "a backend that fails, is slow or talks nonsense costs no thought its answer, and is left alone after three times",
        arguments: [
            FakeTransport.Move.failure(.timedOut(.total)), .failure(.unreachable), .reply(status: 500, body: "{}"),
            .reply(status: 404, body: #"{"error":"model not found"}"#), .reply(status: 200, body: "{}"),
            .reply(status: 200, body: #"{"data":[{"embedding":[]}]}"#),
            .reply(status: 200, body: #"{"data":[{"embedding":[0,0,0]}]}"#),
        ]
    )
    func failing(move: FakeTransport.Move) async throws {
        let bench = try Bench(vectors: [move])
        for number in 0..<5 { #expect(try await !bench.ask("What is \(number)?").isCached) }
        #expect(bench.work.asked.count { $0 == "vector" } == 3)
        #expect(bench.figures.failures == 5)
        bench.work.clock.advance(by: .seconds(30))
        try await bench.ask("What is 6?")
        #expect(bench.work.asked.count { $0 == "vector" } == 4)
    }

    @Test("the time for a vector is bounded by the policy")
    func bounded() async throws {
        let bench = try Bench(change: { $0.timeout = .milliseconds(40) })
        try await bench.ask(one)
        #expect(bench.work.transport.limits[0].total == .milliseconds(40))
        #expect(bench.work.transport.limits[0].connect == .milliseconds(40))
    }

    @Test("a budget that is used up for the vector backend asks for none")
    func budget() async throws {
        let id = try Fixture.id("vector")
        let budgets = BudgetBook([Budget(scope: .backend(id), period: .day, limit: NanoDollars(1))])
        let bench = try Bench(isLocal: false, budgets: budgets)
        try await bench.ask(one)
        #expect(bench.work.asked == ["one"])
        let free = try Bench(isLocal: false)
        try await free.ask(one)
        #expect(free.figures.spent == NanoDollars(160))
    }

    @Test("the number of entries and their bytes are bounded; the oldest goes first")
    func bounds() throws {
        var policy = SemanticPolicy(backend: try Fixture.id("vector"), model: "m", maxAge: .seconds(60), maxEntries: 2)
        let clock = ManualClock()
        var shelf = SemanticShelf(policy)
        func question(_ task: String) throws -> SemanticCache.Question {
            let prompt = try TestPrompts.blind(task)
            let scope = CacheKey(prompt, kind: .general, call: AnswerCache.Call(), epoch: 0, hasTask: false)
            return SemanticCache.Question(scope: scope, form: try #require(QuestionForm(task)), generation: 0)
        }
        func isThere(_ task: String) throws -> Bool {
            if case .answer = shelf.find(try question(task), [1, 0], at: clock.now) { true } else { false }
        }
        for task in ["a", "b", "c"] { shelf.put(.sample, for: try question(task), [1, 0], at: clock.now) }
        #expect(shelf.count == 2)
        let there = try [isThere("a"), isThere("b"), isThere("c")]
        #expect(there == [false, true, true])
        shelf.put(.sample, for: try question("b"), [1, 0], at: clock.now)
        #expect(shelf.count == 2)
        let bytes = shelf.bytes
        // Vectors of another length are another model's.
        shelf.put(.sample, for: try question("d"), [1, 0, 0], at: clock.now)
        #expect(shelf.count == 1)
        #expect(shelf.bytes < bytes)
        policy.maxBytes = 100
        shelf = SemanticShelf(policy)
        shelf.put(.sample, for: try question("a"), [1, 0], at: clock.now)
        #expect(shelf.count == 0)
    }
}

extension Answer {
    fileprivate static var sample: Answer {
        Answer(
            text: "Yes.",
            calls: [],
            backend: Fixture.any.id,
            model: "any-1",
            kind: .general,
            finish: .stop,
            attempts: [],
            usage: .missing,
            cost: nil,
            duration: .zero,
            firstToken: nil,
            thought: "1",
            confidence: 0.9
        )
    }
}

@Suite("Requests for vectors are written and read")
struct EmbeddingWireTests {
    @Test("both forms carry the task and the model, and nothing else")
    func encode() throws {
        let prompt = try TestPrompts.blind(PromptDraft(task: "say \"hi\"", instructions: "secretly"))
        var backend = Fixture.any
        let openAI = try #require(EmbeddingWire.encode(prompt, for: backend, model: "m"))
        #expect(openAI.url == "http://any.test/v1/embeddings")
        #expect(
            String(decoding: openAI.body, as: UTF8.self)
                == #"{"model":"m","input":"say \"hi\"","encoding_format":"float"}"#
        )
        backend.wire = .ollamaChat
        backend.url = "http://any.test"
        let ollama = try #require(EmbeddingWire.encode(prompt, for: backend, model: "m"))
        #expect(ollama.url == "http://any.test/api/embed")
        #expect(String(decoding: ollama.body, as: UTF8.self) == #"{"model":"m","input":"say \"hi\"","truncate":false}"#)
        backend.wire = .anthropicMessages
        #expect(EmbeddingWire.encode(prompt, for: backend, model: "m") == nil)
    }

    @Test("replies of both forms are read; two vectors, none, or what is no number is not")
    func decode() throws {
        func read(_ body: String) -> EmbeddingWire.Reply? {
            try? EmbeddingWire.decode(HTTPReply(status: 200, body: Array(body.utf8)))
        }
        #expect(read(Bench.vectorOfA) == EmbeddingWire.Reply(vector: [1, 0.1, 0, 0], tokens: 8))
        #expect(
            read(#"{"embeddings":[[1,2]],"prompt_eval_count":3}"#) == EmbeddingWire.Reply(vector: [1, 2], tokens: 3)
        )
        #expect(
            read(#"{"embeddings":[[1,2]],"prompt_eval_count":-3}"#) == EmbeddingWire.Reply(vector: [1, 2], tokens: nil)
        )
        for body in [
            #"{"embeddings":[[1,2],[3,4]]}"#, #"{"embeddings":[]}"#, #"{"embeddings":[[1]]}"#, #"{"data":[]}"#, "[]",
            "",
            #"{"embeddings":[[1e300,2]]}"#, #"{"embeddings":[["1",2]]}"#,
        ] {
            #expect(read(body) == nil)
        }
    }
}
