import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("The very same request is answered again, and no other")
struct AnswerCacheTests {
    private let clock = ManualClock()
    private let cache = AnswerCache(CachePolicy(isOn: true, maxAge: .seconds(60), maxEntries: 3))

    private func draft(_ task: String = "name a colour") -> PromptDraft { PromptDraft(task: task) }

    private func blind(_ draft: PromptDraft) throws -> BlindPrompt {
        let card = PersonaCard(id: try #require(PersonaID("keeper")), identity: Identity(terms: []), voice: .plain)
        return try PromptGuard(persona: card, index: TestPrompts.index).blind(draft)
    }

    private func key(
        _ draft: PromptDraft? = nil,
        kind: TaskKind = .general,
        call: AnswerCache.Call = AnswerCache.Call(),
        isCacheable: Bool = true,
        in cache: AnswerCache? = nil
    ) throws -> CacheKey? {
        let prompt = try blind(draft ?? self.draft())
        return (cache ?? self.cache).key(prompt, kind: kind, call: call, isCacheable: isCacheable)
    }

    private func answer(_ text: String = "Blue.", finish: FinishReason = .stop, isCached: Bool = false) throws -> Answer
    {
        let backend = try Fixture.id("alpha")
        var answer = Answer(
            text: text,
            calls: [],
            backend: backend,
            model: "alpha-1",
            kind: .general,
            finish: finish,
            attempts: [Attempt(backend: backend, outcome: .answered)],
            usage: Usage(inputUncached: 20, outputVisible: 3, source: .provider),
            cost: NanoDollars(70),
            duration: .seconds(2),
            firstToken: .seconds(1),
            thought: "1",
            confidence: nil
        )
        answer.isCached = isCached
        return answer
    }

    private func keep(_ task: String, in cache: AnswerCache? = nil) throws {
        let key = try #require(try key(draft(task), in: cache))
        (cache ?? self.cache).store(try answer(task), isSound: true, for: key, at: clock.now)
    }

    private func has(_ task: String, in cache: AnswerCache? = nil) throws -> Bool {
        let key = try #require(try key(draft(task), in: cache))
        return (cache ?? self.cache).lookup(key, at: clock.now)?.answer.text == task
    }

    @Test("a hit is the answer as it was, free, with nothing sent; what it had cost is told beside it")
    func hit() throws {
        let key = try #require(try key())
        #expect(cache.lookup(key, at: clock.now)?.answer.text == nil)
        cache.store(try answer(), isSound: true, for: key, at: clock.now)
        let again = try #require(try self.key())
        let hit = try #require(cache.lookup(again, at: clock.now))
        #expect((hit.answer.text, hit.answer.model, hit.answer.finish) == ("Blue.", "alpha-1", .stop))
        #expect(hit.answer.isCached)
        #expect(hit.answer.attempts.isEmpty)
        #expect((hit.answer.cost, hit.answer.usage.outputVisible) == (NanoDollars(0), 0))
        #expect((hit.answer.duration, hit.answer.firstToken) == (.zero, nil))
        #expect((hit.cost, hit.usage.inputUncached) == (NanoDollars(70), 20))
    }

    @Test("whatever differs makes another request")
    func differences() throws {
        let call = ToolCall(id: "1", name: "look", arguments: "{}")
        let drafts = [
            draft(), draft("name a colour "), PromptDraft(task: "name a colour", instructions: "Be brief."),
            PromptDraft(task: "name a colour", instructions: ""),
            PromptDraft(task: "", instructions: "name a colour"),
            PromptDraft(task: "name a colour", history: [Turn(.user, "hello")]),
            PromptDraft(task: "name a colour", history: [Turn(.assistant, "hello")]),
            PromptDraft(task: "name a colour", history: [Turn(.user, "hel"), Turn(.user, "lo")]),
            PromptDraft(task: "name a colour", history: [Turn(.assistant, "hello", calls: [call])]),
            PromptDraft(task: "name a colour", history: [Turn(.tool, "hello", answeredCall: "1")]),
            PromptDraft(task: "name a colour", attachments: [Attachment(mediaType: "image/png")]),
            PromptDraft(task: "name a colour", attachments: [Attachment(mediaType: "image/png", bytes: [1])]),
        ]
        var keys = try drafts.map { try key($0) }
        var calls: [AnswerCache.Call] = []
        func vary(_ change: (inout AnswerCache.Call) -> Void) {
            var call = AnswerCache.Call()
            change(&call)
            calls.append(call)
        }
        vary { $0.constraints.isLocalOnly = true }
        vary { $0.constraints.backend = BackendID("alpha") }
        vary { $0.constraints.tier = .api }
        vary { $0.constraints.prefersLocal = true }
        vary { $0.constraints.prefersLocal = false }
        vary { $0.constraints.minQuality = 0 }
        vary { $0.constraints.minQuality = 0.9 }
        vary { $0.model = "alpha" }
        vary { $0.criterion = .costFirst }
        vary { $0.maxTokens = 0 }
        vary { $0.maxTokens = 1 }
        vary { $0.temperature = 0 }
        vary { $0.temperature = 0.5 }
        vary { $0.stop = [""] }
        vary { $0.stop = ["a", "b"] }
        vary { $0.stop = ["ab"] }
        vary { $0.generation = 1 }
        keys += try calls.map { try key(call: $0) }
        keys.append(try key(kind: .status))
        #expect(!keys.contains(nil))
        #expect(Set(keys).count == keys.count)
        #expect(try key() == key())
    }

    @Test("what is not cached has no key: forbidden, with tools, meant to vary, or the cache is off")
    func noKey() throws {
        #expect(try key(isCacheable: false) == nil)
        #expect(try key(PromptDraft(task: "look", tools: [ToolDefinition(name: "look")])) == nil)
        #expect(try key(call: AnswerCache.Call(temperature: 0.51)) == nil)
        #expect(try key(in: AnswerCache()) == nil)
    }

    @Test("an answer that is cut, empty, unsound, a call of tools, or a hit itself is not kept")
    func notKept() throws {
        let key = try #require(try key())
        for (answer, isSound) in [
            (try answer(finish: .length), true), (try answer(finish: .toolCalls), true), (try answer(""), true),
            (try answer(), false), (try answer(isCached: true), true),
        ] {
            cache.store(answer, isSound: isSound, for: key, at: clock.now)
            #expect(cache.lookup(key, at: clock.now)?.answer.text == nil)
        }
    }

    @Test("an answer is fresh for its time and no longer; to be used does not make it younger")
    func age() throws {
        try keep("a")
        clock.advance(by: .seconds(59))
        #expect(try has("a"))
        clock.advance(by: .seconds(1))
        #expect(try !has("a"))
        try keep("a")
        #expect(try has("a"))
    }

    @Test("the one that was not used for the longest time makes room")
    func leastRecentlyUsed() throws {
        for task in ["a", "b", "c"] { try keep(task) }
        #expect(try has("a"))
        try keep("d")
        #expect(try ["a", "b", "c", "d"].map { try has($0) } == [true, false, true, true])
        // Used now: a, c, d in that order, and a again.
        #expect(try has("a"))
        try keep("e")
        try keep("f")
        #expect(try ["a", "c", "d", "e", "f"].map { try has($0) } == [true, false, false, true, true])
    }

    @Test("it never has more than its bytes, and one answer never fills it")
    func bytes() throws {
        let cache = AnswerCache(CachePolicy(isOn: true, maxEntries: 100, maxBytes: 16_000))
        let long = String(repeating: "x", count: 1_000)
        for index in 0..<20 { try keep("\(index) " + long, in: cache) }
        let kept = try (0..<20).filter { try has("\($0) " + long, in: cache) }
        #expect((2...8).contains(kept.count))
        #expect(kept == Array((20 - kept.count)..<20))
        try keep(String(repeating: "y", count: 4_000), in: cache)
        #expect(try kept.allSatisfy { try has("\($0) " + long, in: cache) })
    }

    @Test("another policy empties it, for what was asked before and is answered only now, too")
    func replaced() throws {
        try keep("a")
        let late = try #require(try key(draft("b")))
        cache.replace(CachePolicy(isOn: true))
        #expect(try !has("a"))
        cache.store(try answer("b"), isSound: true, for: late, at: clock.now)
        #expect(try !has("b"))
    }

    @Test("the shelf against a plain list, with a thousand random steps")
    func model() throws {
        var random = SeededGenerator(seed: 7)
        var shelf = AnswerShelf(CachePolicy(isOn: true, maxAge: .seconds(50), maxEntries: 5))
        var list: [(key: CacheKey, text: String, born: ContinuousClock.Instant)] = []
        for step in 0..<1_000 {
            clock.advance(by: .seconds(Int.random(in: 0...4, using: &random)))
            let key = try #require(try key(draft("\(Int.random(in: 0..<9, using: &random))")))
            let place = list.firstIndex { $0.key == key }
            if Bool.random(using: &random) {
                shelf.put(try answer("\(step)"), for: key, at: clock.now)
                if let place { list.remove(at: place) } else if list.count == 5 { list.removeFirst() }
                list.append((key, "\(step)", clock.now))
            } else {
                let found = shelf.take(key, at: clock.now)?.text
                let entry = place.map { list.remove(at: $0) }
                let isFresh = entry.map { clock.now - $0.born < .seconds(50) } ?? false
                #expect(found == (isFresh ? entry?.text : nil))
                if let entry, isFresh { list.append(entry) }
            }
            #expect(shelf.count == list.count)
        }
    }
}
