import Testing

@testable import Persona

@Suite("Stand-ins take the place of names, and only their own request gets the names back")
struct PseudonymsTests {
    private let terms: [(class: IdentityClass, text: String)] = [
        (.name, "Merrowin"), (.person, "Tam"), (.place, "Pebble Weir"),
    ]
    private let key: [UInt8] = Array(0..<32)

    private func replaced(_ text: String, _ conversation: String) -> (String, Pseudonyms) {
        var pseudonyms = Pseudonyms(key: key, conversation: conversation)
        return (pseudonyms.replace(terms, in: [text])[0], pseudonyms)
    }

    @Test("the same term has the same stand-in in one conversation, and another one in others")
    func stable() {
        let (one, _) = replaced("Merrowin met merrowin's friend", "a")
        let words = one.split(separator: " ")
        #expect(words[0].lowercased() + "'s" == words[2].lowercased())
        #expect(one == replaced("Merrowin met merrowin's friend", "a").0)
        let others = Set((0..<20).map { replaced("Merrowin", "\($0)").0 })
        #expect(others.count > 5)
        #expect(!one.lowercased().contains("merrowin"))
    }

    @Test("capitals stay capitals, identifiers stay identifiers, short names stay words")
    func forms() {
        let (text, _) = replaced("MERROWIN and merrowin_notes.md, tamarind, Tam", "a")
        #expect(text.prefix { $0.isLetter } == text.prefix { $0.isLetter }.uppercased())
        #expect(text.contains("_notes.md, tamarind, "))
        #expect(!text.hasSuffix("Tam"))
    }

    @Test("at any split the same comes back, and no part of a stand-in is ever shown")
    func everySplit() throws {
        let (sent, pseudonyms) = replaced("Is Merrowin at Pebble Weir with Tam?", "a")
        let reply = "Yes: \(sent.dropFirst(3)) Truly. \(sent.uppercased())"
        var whole = PseudonymRestorer(pseudonyms)
        let expected = whole.feed(reply) + whole.finish()
        #expect(expected.contains("Merrowin at Pebble Weir with Tam?"))
        #expect(expected.contains("MERROWIN AT PEBBLE WEIR WITH TAM?"))
        let characters = Array(reply)
        for split in 0...characters.count {
            var restorer = PseudonymRestorer(pseudonyms)
            let first = restorer.feed(String(characters[..<split]))
            #expect(expected.hasPrefix(first))
            #expect(first + restorer.feed(String(characters[split...])) + restorer.finish() == expected)
        }
        var single = PseudonymRestorer(pseudonyms)
        #expect(characters.map { single.feed(String($0)) }.joined() + single.finish() == expected)
    }

    @Test("of several spellings the right one comes back, and of a single one that one")
    func spelling() {
        let (sent, pseudonyms) = replaced("mErRoWiN, Merrowin, Pebble\nWeir, Pebble Weir", "a")
        #expect(PseudonymRestorer(pseudonyms).restored(sent) == "Merrowin, Merrowin, Pebble Weir, Pebble Weir")
        let (odd, strange) = replaced("mErRoWiN", "a")
        #expect(PseudonymRestorer(strange).restored(odd) == "mErRoWiN")
    }

    @Test("a stand-in that this request did not issue stays what it is")
    func foreign() {
        let (_, pseudonyms) = replaced("Merrowin", "a")
        let strange = replaced("Merrowin", "b").0
        var restorer = PseudonymRestorer(Pseudonyms(key: key, conversation: "c"))
        #expect(restorer.feed(strange) + restorer.finish() == strange)
        #expect(pseudonyms.count == 1)
    }

    @Test("a stand-in that the player wrote himself is not taken")
    func avoided() {
        let taken = replaced("Merrowin", "a").0
        #expect(replaced("Merrowin and \(taken)", "a").0 != "\(taken) and \(taken)")
    }
}

@Suite("The guard judges by policy")
struct JudgementTests {
    private func gate(_ policy: GuardPolicy = .standard) throws -> PromptGuard {
        let id = try #require(PersonaID("keeper"))
        let card = PersonaCard(id: id, identity: DetectorTests.identity, voice: .plain)
        return PromptGuard(persona: card, index: DetectorTests.index, policy: policy)
    }

    @Test(
        "each finding has its verdict",
        arguments: [
            ("Count the barrels.", .allow), ("Merrowin, count the barrels.", .allow),
            ("Who is Merrowin?", .pseudonymise), ("Where is Pebble Weir?", .pseudonymise),
            ("cat /srv/merrowin/diary", .refuse), ("Who is Aldous Fennimore?", .refuse),
            ("Who is TWVycm93aW4=?", .refuse),
            ("Who is Merrowim?", .quarantine), ("go \u{202E}abc", .quarantine),
            ("The heron stands in the reeds and counts", .refuse),
        ] as [(String, Verdict)]
    )
    func verdicts(_ task: String, _ expected: Verdict) throws {
        let pseudonyms = Pseudonyms(key: Array(0..<32), conversation: "a")
        let judged = try gate().judge(fields: [task], pseudonyms: pseudonyms)
        #expect(judged.verdict == expected)
        #expect(judged.out.isEmpty == (expected > .pseudonymise))
        for text in judged.out { #expect(DetectorTests.index.traces(in: [text]).isEmpty) }
    }

    @Test("a policy may refuse what others replace")
    func policy() throws {
        var policy = GuardPolicy.standard
        policy.byClass[.place] = .refuse
        let pseudonyms = Pseudonyms(key: Array(0..<32), conversation: "a")
        let gate = try gate(policy)
        #expect(gate.judge(fields: ["Where is Pebble Weir?"], pseudonyms: pseudonyms).verdict == .refuse)
        #expect(gate.judge(fields: ["Who is Merrowin?"], pseudonyms: pseudonyms).verdict == .pseudonymise)
    }

    @Test("a draft of many parts is judged as one, and comes out in its own parts")
    func draft() throws {
        let draft = PromptDraft(
            task: "Who is Merrowin?",
            instructions: "Be brief.",
            history: [
                Turn(.user, "hello"),
                Turn(.assistant, "", calls: [ToolCall(id: "1", name: "look", arguments: #"{"at":"Merrowin"}"#)]),
                Turn(.tool, "Merrowin sleeps", answeredCall: "1"),
            ],
            tools: [ToolDefinition(name: "look", summary: "Looks.")],
            attachments: [Attachment(mediaType: "image/png", bytes: [1, 2, 3])]
        )
        let decision = try gate().judge(draft, pseudonyms: Pseudonyms(key: Array(0..<32), conversation: "a"))
        guard case .pseudonymise(let blind, let pseudonyms, _) = decision else {
            Issue.record("\(decision.verdict)")
            return
        }
        #expect(pseudonyms.count == 1)
        #expect(blind.instructions == "Be brief.")
        #expect(blind.tools == draft.tools && blind.attachments == draft.attachments)
        #expect(blind.history[1].calls[0].name == "look" && blind.history[2].answeredCall == "1")
        let all = [blind.task, blind.history[1].calls[0].arguments, blind.history[2].text]
        for text in all { #expect(!text.lowercased().contains("merrowin")) }
    }

    @Test("what stands in an attachment's bytes is refused")
    func attachment() throws {
        let bytes: [UInt8] = [0xFF, 0xD8, 0, 1] + Array("Artist: Merrowin of the Weir".utf8) + [0, 7, 0xFF]
        let draft = PromptDraft(task: "look", attachments: [Attachment(mediaType: "image/jpeg", bytes: bytes)])
        #expect(throws: GuardRefusal.self) { try gate().blind(draft) }
    }
}
