import Testing

@testable import Persona

@Suite("The index finds the identity in a text, and only the identity")
struct IdentityIndexTests {
    @Test(
        "a long term is found wherever it stands",
        arguments: [
            ("Timmy", .name), ("getTimmyMemory()", .name), ("the Timmys", .name), ("timmy_notes.md", .name),
            ("TIMMY2", .name), ("/srv/timmy/soul", .name), ("Project glasswing-v2", .project), ("GLASSWING", .project),
            ("mail rowan@wickerfen.example", .owner), ("see /home/rowan/journal today", .owner),
        ] as [(String, IdentityClass)]
    )
    func substrings(_ text: String, _ expected: IdentityClass) {
        #expect(Fixture.index.firstClass(in: text) == expected)
    }

    @Test(
        "a short term is found as a word, and not inside one",
        arguments: [
            ("Sam", .alias), ("ask sam.", .alias), ("sam's", .alias), ("SAM_notes", .alias), ("(sam)", .alias),
            ("same", nil), ("flotsam", nil), ("sesame oil", nil), ("sam2", .alias), ("S.A.M.", nil),
            ("Old Tim's", .alias), ("old_tim", .alias), ("OldTim", .alias), ("the good old times", nil),
            ("old_timeout", nil),
        ] as [(String, IdentityClass?)]
    )
    func shortTerms(_ text: String, _ expected: IdentityClass?) {
        #expect(Fixture.index.firstClass(in: text) == expected)
    }

    @Test(
        "a short term is found in its plural and as a word of an identifier",
        arguments: [
            ("the Sams", .alias), ("two Besses", .person), ("Old Tims", .alias), ("old_tims", .alias),
            ("Sam's", .alias),
            ("getBessMemory", .person), ("theBess", .person), ("bess2", .person), ("2bess", .person),
            ("BESS2", .person),
            ("askOldTim", .alias), ("OldTimLamp", .alias), ("askSamsLamp()", .alias), ("HTTPSam", .alias),
            ("SAMNotes", .alias), ("getS\u{E1}mNotes", .alias), ("\u{6771}Sam\u{6771}", .alias),
            ("getSa\u{301}mNotes", .alias), ("x = getSame(); y = getSam()", .alias),
            ("same", nil), ("Samuel", nil), ("getSamuel", nil), ("theSames", nil), ("old times", nil),
            ("OldTimes", nil),
            ("oldTimeLamp", nil), ("flotSAMe", nil), ("balsam2", nil), ("xSaM4", nil), ("4sAm4", nil),
            ("besss\u{301}e", nil),
        ] as [(String, IdentityClass?)]
    )
    func wordsOfIdentifiers(_ text: String, _ expected: IdentityClass?) {
        #expect(Fixture.index.firstClass(in: text) == expected)
    }

    @Test("a term that has edges itself is found with them, and a term of two letters has no plural")
    func edgesOfTerms() {
        let index = IdentityIndex([Identity(terms: [(.alias, "R2D2"), (.term, "Ad")])])
        #expect(index.firstClass(in: "askR2D2Now") == .alias)
        #expect(index.firstClass(in: "two r2d2s") == .alias)
        #expect(index.firstClass(in: "two ads") == nil)
        #expect(index.firstClass(in: "getAdNow") == .term)
    }

    @Test(
        "a term of several words is found however they are joined",
        arguments: [
            "Lantern Mill", "lantern_mill", "LanternMill", "lantern\nmill", "lantern  -  mill", "lantern.mill",
            "lantern\u{A0}mill", "lanternmills",
        ]
    )
    func severalWords(_ text: String) {
        #expect(Fixture.index.firstClass(in: text) == .place)
    }

    @Test(
        "the parts of people's names tell who they are",
        arguments: [
            ("Rowan", .owner), ("Mr. Ashdown", .owner), ("rowanashdown", .owner), ("Harrow's mill", .person),
            ("bess", .person), ("Rowan B. Ashdown", .owner),
        ] as [(String, IdentityClass)]
    )
    func partsOfNames(_ text: String, _ expected: IdentityClass) {
        #expect(Fixture.index.firstClass(in: text) == expected)
    }

    @Test(
        "a text that names nobody is clean",
        arguments: [
            "", "The old lantern", "a mill on the river", "keepers keep oaths", "besstown", "Tim", "timm y", "obsessed",
            "Rowing down", "glass wing", "what is the capital of Peru?",
        ]
    )
    func clean(_ text: String) {
        #expect(Fixture.index.firstClass(in: text) == nil)
    }

    @Test(
        "a disguised spelling is found",
        arguments: [
            ("T\u{456}mm\u{443}", .name), ("\u{1D413}\u{1D422}\u{1D426}\u{1D426}\u{1D432}", .name),
            ("T\u{200B}immy", .name), ("Ti\u{301}mmy", .name), ("\u{FF34}immy", .name), ("Timmy\u{301}", .name),
            ("R\u{43E}wan", .owner), ("Gl\u{E4}sswing", .project), ("\u{1F1E6}Timmy\u{1F1E6}", .name),
            ("L\u{2060}antern\u{3000}Mill", .place), ("Tirnmy", nil),
        ] as [(String, IdentityClass?)]
    )
    func obfuscated(_ text: String, _ expected: IdentityClass?) {
        #expect(Fixture.index.firstClass(in: text) == expected)
    }

    @Test("bytes are read like text, also when they are not UTF-8")
    func bytes() {
        let bytes = [0xFF, 0xC3] + Array("x Tim".utf8) + [0x80] + Array("my".utf8)
        #expect(bytes.withUnsafeBufferPointer { Fixture.index.firstClass(in: $0) } == .name)
    }

    @Test("an index holds the terms of all personas, and an empty one finds nothing")
    func manyIdentities() {
        let other = Identity(terms: [(.name, "Elowen")])
        let both = IdentityIndex([Fixture.identity, other])
        #expect(both.firstClass(in: "ask elowen") == .name)
        #expect(both.firstClass(in: "glasswing") == .project)
        #expect(IdentityIndex([]).firstClass(in: "Timmy") == nil)
    }
}

@Suite("An identity shows how much it holds, never what")
struct IdentityTests {
    @Test("neither description nor reflection nor dump shows a term")
    func hides() throws {
        let identity = Fixture.identity
        let id = try #require(PersonaID("keeper"))
        let card = PersonaCard(id: id, identity: identity, voice: .plain)
        let holders: [Any] = [
            identity, card, Fixture.index, PromptGuard(persona: card, index: Fixture.index),
            AddressStripper(names: identity.spokenNames), EgressScan(index: Fixture.index),
        ]
        for holder in holders {
            var dumped = ""
            dump(holder, to: &dumped)
            for shown in ["\(holder)", String(reflecting: holder), "\([holder])", dumped] {
                #expect(Fixture.index.firstClass(in: shown) == nil, "\(shown)")
                // Neither as a list of characters nor as a list of bytes.
                #expect(!shown.contains("\"m\", \"m\"") && !shown.contains("109, 109"), "\(shown)")
            }
        }
        #expect("\(identity)".contains("10"))
    }

    @Test("a term without a letter or digit is dropped, since nothing could match it")
    func dropsEmpty() {
        let identity = Identity(terms: [(.name, "Timmy"), (.alias, ""), (.alias, " - "), (.term, "\u{1F525}")])
        #expect(identity.terms.map(\.text) == ["Timmy"])
    }

    @Test("the spoken names are name and aliases, the longest first")
    func spokenNames() {
        #expect(Fixture.identity.spokenNames == ["Old Tim", "Timmy", "Sam"])
    }
}
