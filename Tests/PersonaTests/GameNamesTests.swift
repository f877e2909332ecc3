import Testing

@testable import Persona

@Suite("The game's names are kept to the house, as whole words, and cost little")
struct GameNamesTests {
    private static let names = GameNames([
        .init(.person, "Rosalind"), .init(.person, "Sir Galahad Thorne"), .init(.account, "zorblax_99"),
        .init(.place, "Quernstone Keep"), .init(.person, "Kip"), .init(.person, "Йозеф"), .init(.person, "Timmy"),
    ])
    private static let index = IdentityIndex([Fixture.identity], names: names)

    /// The classes that are found; letters of another script are odd besides.
    private func classes(_ text: String) -> Set<IdentityClass> {
        Set(Self.index.traces(in: [text]).map(\.identityClass)).subtracting([.odd])
    }

    @Test(
        "a name is found as a word, however it is cased, marked or joined",
        arguments: [
            "Tell Rosalind hello", "rosalind?", "ROSALIND", "Rosalind's cloak", "Rosalinds", "where is rosalind_room",
            "getRosalindRoom()", "R\u{F3}salind", "Ros\u{200B}alind", "Ros\u{430}lind", "\"Rosalind\"", "Kip's dog",
            "to Kip",
            "zorblax_99", "Zorblax 99", "zorblax-99", "Galahad waits", "sir galahad thorne", "the Thorne house",
            "ask Йозеф", "йозеф", "|rRosalind|n", "Rosalind,tell me",
        ]
    )
    func found(_ text: String) {
        #expect(classes(text) == [.person])
    }

    @Test(
        "a place of two words is found as such",
        arguments: ["at Quernstone Keep", "quernstone  keep", "QUERNSTONE-KEEP"]
    )
    func places(_ text: String) {
        #expect(classes(text) == [.place])
    }

    @Test(
        "parts of words, near misses and ciphers of it are not",
        arguments: [
            "Rosalinda", "Rosalin", "prosalindor", "kipper", "skip", "Kips", "dnilasor", "Ebfnyvaq", "Um9zYWxpbmQ=",
            "R o s a l i n d", "getKipRoom", "Quernstone", "Keep", "sir", "zorblax",
        ]
    )
    func passed(_ text: String) {
        #expect(classes(text) == [])
    }

    @Test("the egress scan does not look for them: a name that anybody chooses must not block every request")
    func egress() throws {
        let scan = EgressScan(index: Self.index)
        let body = Array(#"{"model":"rosalind","stream":true}"#.utf8)
        _ = try scan.seal(OutgoingRequest(method: .post, url: "https://rosalind.example", headers: [], body: body))
    }

    @Test("ordinary words, short and endless names are passed over, and told by their place")
    func passedOver() {
        let names = GameNames(
            [
                "Rose", "Al", "", "!!", "The Old Mill", "Rosalind", String(repeating: "x", count: 129),
                "a b c d e f g h i",
            ]
            .map { .init(.person, $0) }
        )
        #expect(names.passedOver == [0, 1, 2, 3, 4, 6, 7])
        #expect(names.count == 1)
        #expect(GameNames.none.count == 0)
    }

    @Test("a persona's own name is its own, and no second one")
    func duplicates() {
        #expect(classes("tell Timmy hello") == [.name])
        let policy = GuardPolicy.standard.verdict(on: Self.index.traces(in: ["Timmy"]).map(Finding.init))
        #expect(policy == .pseudonymise)
    }

    @Test("a stand-in takes its place and comes back")
    func pseudonyms() throws {
        let card = PersonaCard(id: try #require(PersonaID("timmy")), identity: Fixture.identity, voice: .plain)
        let gate = PromptGuard(persona: card, index: Self.index)
        let judged = gate.judge(
            fields: ["Tell Rosalind hello, and sir Galahad Thorne too; not zorblax_99"],
            pseudonyms: Pseudonyms(key: Array(repeating: 7, count: 32), conversation: "c")
        )
        #expect(judged.verdict == .pseudonymise)
        let out = try #require(judged.out.first)
        for name in ["Rosalind", "Galahad", "Thorne", "zorblax"] {
            #expect(!out.lowercased().contains(name.lowercased()))
        }
        #expect(judged.findings.allSatisfy { $0.severity == .s1 && $0.identityClass == .person })
    }

    @Test("a name keeps its stand-in in a conversation, whoever else is named in a later turn, or told later")
    func lasting() throws {
        func sent(_ task: String, _ names: [String]) throws -> String {
            let index = IdentityIndex([Fixture.identity], names: GameNames(names.map { .init(.person, $0) }))
            let card = PersonaCard(id: try #require(PersonaID("keeper")), identity: Fixture.identity, voice: .plain)
            let pseudonyms = Pseudonyms(key: Array(repeating: 7, count: 32), conversation: "c")
            let gate = PromptGuard(persona: card, index: index)
            return try #require(gate.judge(fields: [task], pseudonyms: pseudonyms).out.first)
        }
        let alone = try sent("Rosalind", ["Rosalind", "Marquon"])
        let second = try sent("Marquon met Rosalind", ["Marquon", "Galahad", "Rosalind"])
        #expect(second.hasSuffix(" met " + alone))
        #expect(try sent("Marquon", ["Marquon"]) == second.prefix { $0 != " " })
    }

    /// Two syllables and a number's letters: thousands of names that are no words.
    static func many(_ count: Int) -> [GameNames.Name] {
        let first = ["zor", "vek", "quil", "myr", "thal", "bron", "kel", "dax", "ulf", "gry"]
        let second = ["blax", "dorn", "mira", "wick", "zan", "thek", "lorn", "vash", "gund", "pell"]
        return (0..<count).map { index in
            let tail = String(index, radix: 5).map {
                Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8($0.wholeNumberValue ?? 0)))
            }
            return .init(.person, (first[index % 10] + second[index / 10 % 10] + String(tail)).capitalizedFirst)
        }
    }

    @Test("five thousand names are all found, and nothing of a clean text")
    func many() {
        let names = Self.many(5_000)
        let index = IdentityIndex([Fixture.identity], names: GameNames(names))
        #expect(names.filter { index.traces(in: ["Tell \($0.text) hello"]).isEmpty }.isEmpty)
        #expect(CleanSample.texts.allSatisfy { index.traces(in: [$0]).allSatisfy { $0.certainty < .plain } })
        #expect(index.names(in: ["Tell \(names[77].text) hello"]).contains { $0.text == names[77].text })
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
