import Testing

@testable import Persona

@Suite("A stand-in fits into the sentence, and comes back whatever the reply makes of it")
struct StandInTests {
    private let key: [UInt8] = Array(0..<32)
    private let terms: [(class: IdentityClass, text: String)] = [
        (.name, "Merrowin"), (.alias, "Tam"), (.person, "Bess O\"Dell"), (.place, "Pebble Weir"), (.person, "Odell"),
    ]

    private func sent(
        _ texts: [String],
        _ conversation: String = "a",
        terms: [(class: IdentityClass, text: String)]? = nil
    ) -> (texts: [String], pseudonyms: Pseudonyms) {
        var pseudonyms = Pseudonyms(key: key, conversation: conversation)
        return (pseudonyms.replace(terms ?? self.terms, in: texts), pseudonyms)
    }

    private func back(_ reply: String, _ pseudonyms: Pseudonyms, isJSON: Bool = false) -> String {
        PseudonymRestorer(pseudonyms, isJSON: isJSON).restored(reply)
    }

    @Test(
        "in every form that a text may have it, and only there",
        arguments: [
            ("Merrowin's", 1), ("merrowins", 1), ("getMerrowinNotes", 1), ("MERROWIN_PATH", 1), ("pebble-weir", 1),
            ("Pebble\n   Weir", 1), ("PebbleWeir", 1), ("Tam", 1), ("Tams", 1), ("getTamNotes", 1), ("tam2", 1),
            ("tamarind", 0), ("stampede", 0), ("Pebble", 0), ("Tamás", 0), ("\u{1F600}Merrowin\u{1F600}", 1),
        ]
    )
    func forms(_ text: String, _ count: Int) {
        let (texts, pseudonyms) = sent([text])
        #expect(pseudonyms.count == count)
        #expect((texts[0] == text) == (count == 0))
        #expect(back(texts[0], pseudonyms) == text)
        if let standIn = pseudonyms.issued.first?.standIn {
            #expect(
                standIn.allSatisfy { $0.isASCII && $0.isLetter } && !"aeiou".contains(standIn.lowercased().prefix(1))
            )
        }
    }

    @Test(
        "a reply that alters it gets the name in the same form",
        arguments: [
            ("**%**", "**Merrowin**"), ("%'s", "Merrowin's"), ("%s", "Merrowins"), ("_%_.", "_Merrowin_."),
            ("%-like", "Merrowin-like"), ("\u{201C}%\u{201D}", "\u{201C}Merrowin\u{201D}"),
        ]
    )
    func altered(_ pattern: String, _ expected: String) throws {
        let (_, pseudonyms) = sent(["merrowin"])
        let standIn = try #require(pseudonyms.issued.first?.standIn)
        let reply = pattern.replacing("%", with: standIn)
        #expect(back(reply, pseudonyms) == expected)
        #expect(back(reply.uppercased(), pseudonyms) == expected.uppercased())
        // As it was typed, where the reply writes it so.
        #expect(back(reply.lowercased(), pseudonyms) == expected.lowercased())
    }

    @Test("it depends on nothing but the conversation and the term's place")
    func stable() throws {
        let alone = try #require(sent(["Merrowin"]).pseudonyms.issued.first?.standIn)
        let among = sent(["Tam asked", "Is Pebble Weir where Merrowin lives? Odell knows."])
        #expect(among.texts[1].contains(alone))
        #expect(Set((0..<40).map { sent(["Merrowin"], "\($0)").texts[0] }).count >= 39)
        // Renamed everywhere, the same bytes leave.
        let renamed: [(class: IdentityClass, text: String)] = [
            (.name, "Ursaline"), (.alias, "Kip"), (.person, "Jo Flint"), (.place, "Amber Cove"), (.person, "Hollis"),
        ]
        let texts = ["Kip asked", "Is Amber Cove where Ursaline lives? Hollis knows."]
        #expect(sent(texts, terms: renamed).texts == among.texts)
    }

    @Test("a stand-in that the player typed stays his, and the term keeps its own")
    func typed() throws {
        let standIn = try #require(sent(["Merrowin"]).pseudonyms.issued.first?.standIn)
        let task = "Is \(standIn) like Merrowin, or like \(standIn.lowercased())?"
        let (texts, pseudonyms) = sent([task])
        #expect(texts[0].contains("like \(standIn), or"))
        #expect(!texts[0].hasPrefix("Is \(standIn)"))
        #expect(back(texts[0], pseudonyms) == task)
    }

    @Test("in JSON it stays JSON, and what comes back is escaped")
    func json() throws {
        let (texts, pseudonyms) = sent([#"{"Merrowin": {"at": ["Pebble Weir", "tam"]}}"#, "Who is Bess O\"Dell?"])
        #expect(texts[0].filter { "{}[]\",:".contains($0) } == #"{"":{"":["",""]}}"#)
        let name = try #require(pseudonyms.issued.first { $0.term.hasPrefix("Bess") }?.standIn)
        #expect(back(#"{"who": "\#(name)"}"#, pseudonyms, isJSON: true) == #"{"who": "Bess O\"Dell"}"#)
    }

    @Test("an answer that is cut inside one holds the name; a word that only begins like one is left alone")
    func cut() throws {
        let (_, pseudonyms) = sent(["Merrowin"])
        let standIn = try #require(pseudonyms.issued.first?.standIn)
        for (text, isCut, expected) in [
            ("by \(standIn.dropLast())", true, "by Merrowin"),
            ("by \(standIn.dropLast())", false, "by \(standIn.dropLast())"),
            ("by \(standIn.prefix(2))", true, "by \(standIn.prefix(2))"),
            ("x\(standIn.dropLast())", true, "x\(standIn.dropLast())"),
        ] {
            var restorer = PseudonymRestorer(pseudonyms)
            #expect(restorer.feed(text) + restorer.finish(isCut: isCut) == expected)
        }
    }

    @Test("no stand-in is a word, none is the beginning of another, and all are many")
    func pools() {
        for kind in [IdentityClass.name, .place, .project] {
            let pool = StandIns.of(kind)
            let all = (0..<pool.count).map { pool[$0] }
            #expect(Set(all).count > 6_000)
            #expect(all.filter(Identity.isOrdinary).isEmpty)
            #expect(pool.count % 1_009 != 0)
        }
    }
}

@Suite("The policy of a world and a persona decides")
struct GuardPolicyTests {
    private func finding(_ kind: IdentityClass, _ certainty: Trace.Certainty, isWhole: Bool = false) -> Finding {
        Finding(Trace(identityClass: kind, certainty: certainty, isWhole: isWhole, field: 0))
    }

    @Test(
        "each finding has its verdict, before and after a release",
        arguments: [
            (.name, .plain, .none, .pseudonymise, .pseudonymise), (.name, .disguised, .none, .refuse, .refuse),
            (.name, .guessed, .none, .quarantine, .allow), (.odd, .odd, .none, .quarantine, .allow),
            (.path, .plain, .none, .refuse, .refuse),
            (.path, .plain, GuardPolicy(bySeverity: [.s0: .allow], byClass: [.path: .quarantine]), .refuse, .refuse),
            (.name, .plain, GuardPolicy(bySeverity: [.s1: .quarantine], byClass: [:]), .quarantine, .pseudonymise),
            (.name, .disguised, GuardPolicy(bySeverity: [.s1: .quarantine], byClass: [:]), .quarantine, .refuse),
            (.place, .plain, GuardPolicy(bySeverity: [:], byClass: [.place: .refuse]), .refuse, .refuse),
            (.name, .guessed, GuardPolicy(bySeverity: [.s3: .allow], byClass: [:]), .allow, .allow),
            (.name, .guessed, GuardPolicy(bySeverity: [:], byClass: [.name: .pseudonymise]), .quarantine, .allow),
            (.name, .guessed, GuardPolicy(bySeverity: [.s3: .allow], byClass: [.name: .refuse]), .refuse, .refuse),
        ] as [(IdentityClass, Trace.Certainty, GuardPolicy, Verdict, Verdict)]
    )
    func verdicts(
        _ kind: IdentityClass,
        _ certainty: Trace.Certainty,
        _ wishes: GuardPolicy,
        _ held: Verdict,
        _ released: Verdict
    ) {
        let policy = GuardPolicy.standard.with(wishes)
        #expect(policy.verdict(on: finding(kind, certainty)) == held)
        #expect(policy.verdict(on: finding(kind, certainty), isReleased: true) == released)
    }

    @Test("a rare script is odd until the world names it")
    func scripts() throws {
        let runes = "\u{16A0}\u{16A2}\u{16A6}\u{16A8}\u{16B1}\u{16B2} on the door"
        let identity = Identity(terms: [(.name, "Merrowin")])
        #expect(!IdentityIndex([identity]).traces(in: [runes]).isEmpty)
        #expect(IdentityIndex([identity], rule: OddityRule(scripts: ["runic"])).traces(in: [runes]).isEmpty)
        #expect(OddityRule(scripts: ["icons"]).allowsPrivateUse)
        #expect(OddityRule.scriptNames.contains("greek"))
    }
}
