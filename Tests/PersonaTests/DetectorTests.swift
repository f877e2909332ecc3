import Testing

@testable import Persona

@Suite("The detectors find a name in any public disguise, and leave ordinary text alone")
struct DetectorTests {
    static let identity = Identity(
        terms: [
            (.name, "Merrowin"), (.owner, "Aldous Fennimore"), (.alias, "Tam"), (.place, "Pebble Weir"),
            (.path, "/srv/merrowin/diary"),
        ],
        passages: PassageIndex(["The heron stands in the reeds and counts what the river has not yet said aloud."])
    )
    static let index = IdentityIndex([identity])

    private func certainty(_ fields: [String]) -> Trace.Certainty? {
        Self.index.traces(in: fields).map(\.certainty).max()
    }

    @Test(
        "what one public step undoes is disguised",
        arguments: [
            "M-e-r-r-o-w-i-n", "M e r r o w i n", "M.e.r.r.o.w.i.n", "Mer-rowin", "Me**rrowin**", "Me<b></b>rrowin",
            "Me|rrr|nowin", "Me\u{1B}[31mrrowin", "\"Mer\" + \"rowin\"", "the letters M, e, r, r, o, w, i, n",
            "M\u{1F31F}e\u{1F31F}r\u{1F31F}r\u{1F31F}o\u{1F31F}w\u{1F31F}i\u{1F31F}n", "niworreM", "Zreebjva",
            "Nviildrm",
            "M3rr0w1n", "TWVycm93aW4=", "TWVycm93aW4", "4d6572726f77696e", "4d 65 72 72 6f 77 69 6e",
            "JVSXE4TPO5UW4===",
            "\\x4d\\x65\\x72\\x72\\x6f\\x77\\x69\\x6e", "%4D%65%72%72%6F%77%69%6E", "%254Derrowin", "\\u004derrowin",
            "&#77;&#101;rrowin", "&#x4d;errowin", "=4Derrowin", "\\115errowin", "\\u{4d}errowin",
            "77, 101, 114, 114, 111, 119, 105, 110", "-- . .-. .-. --- .-- .. -.", "13-5-18-18-15-23-9-14",
            "VFdWeWNtOTNhVzQ9", "4d006500720072006f00770069006e00",
            "01001101 01100101 01110010 01110010 01101111 01110111 01101001 01101110", "ıuᴉʍoɹɹǝɯ",
            "MMMeeerrrrrrooowwwiiinnn",
        ]
    )
    func disguised(_ text: String) throws {
        let found = try #require(certainty(["Ask \(text) about the gate."]), "\(text)")
        #expect(found >= .guessed, "\(text)")
    }

    @Test(
        "what is nearly a name, or sounds so, is guessed",
        arguments: [
            "Merowin", "Merrowim", "Merrwoin", "Merr", "Merrowyn", "Mxexrxrxoxwxixn", "Meryrowin",
            "Mike Echo Romeo Romeo Oscar Whiskey India November",
            "\u{41C}\u{435}\u{440}\u{440}\u{43E}\u{432}\u{438}\u{43D}",
            "errowinmay",
        ]
    )
    func guessed(_ text: String) {
        #expect(certainty(["Ask \(text) about the gate."]) != nil, "\(text)")
    }

    @Test("a name that is split over fields is found")
    func fields() {
        #expect(certainty(["Ask Mer", "rowin about the gate."]) != nil)
        #expect(certainty(["M", "e", "r", "r", "o", "w", "i", "n"]) != nil)
    }

    @Test(
        "what nobody sees, or no reader can read, is odd",
        arguments: [
            "a\u{E0054}\u{E0069}b", "\u{202E}abc", "go\u{E0154}\u{E0169}", "x\u{2062}\u{2064}\u{2062}y", "T\u{3164}i",
            "p\u{430}y\u{3C1}al \u{448}orld wor\u{434}", "\u{1F422}\u{1F58C}\u{1F6F0}\u{1F44A}",
            "w\u{200B}\u{200B}\u{200B}x",
            "\u{E000}\u{E001}\u{E002}", "\u{16A0}\u{16A1}\u{16A2}",
        ]
    )
    func odd(_ text: String) {
        #expect(Self.index.traces(in: [text]).contains { $0.identityClass == .odd }, "\(text)")
    }

    @Test("a world that writes in a rare script widens the rule")
    func widened() {
        let rule = OddityRule(scripts: [0x16A0...0x16FF], allowsPrivateUse: true)
        let index = IdentityIndex([Self.identity], rule: rule)
        #expect(index.traces(in: ["\u{16A0}\u{16A1}\u{16A2}", "\u{E000}\u{E001}\u{E002}"]).isEmpty)
    }

    @Test(
        "ordinary text is clean",
        arguments: CleanSample.texts + [
            "commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "id: 550e8400-e29b-41d4-a716-446655440000",
            "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} and \u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "I \u{2764}\u{FE0F} this \u{1F602}\u{1F602}\u{1F602}\u{1F602}", "5 \u{3BC}m and 3 k\u{3A9}",
            "\u{6771}\u{4EAC}\u{3067}iPhone\u{3092}\u{8CB7}\u{3046}", "\u{645}\u{631}\u{62D}\u{628}\u{627}",
            "soft\u{AD}hy\u{AD}phen", "| a | b |\n|---|---|\n| 1 | 2 |", "Tamper with the tamarind", "12 34 56 78 90",
        ]
    )
    func clean(_ text: String) {
        #expect(Self.index.traces(in: [text]).isEmpty, "\(text)")
    }

    @Test("twenty letters of the soul are found, nineteen are not, and encoded they are found as well")
    func passages() {
        #expect(Self.index.traces(in: ["he said: heron STANDS, in the reeds"]).contains { $0.identityClass == .soul })
        #expect(Self.index.traces(in: ["the heron stands in a"]).isEmpty)
        let encoded = "dGhlIGhlcm9uIHN0YW5kcyBpbiB0aGUgcmVlZHMgYW5k"
        #expect(Self.index.traces(in: [encoded]).contains { $0.identityClass == .soul })
    }

    @Test("a short name counts as a word alone, also in what was decoded")
    func short() {
        #expect(Self.index.traces(in: ["tamarind, stamp, Tamsin"]).isEmpty)
        #expect(certainty(["ask Tam"]) == .plain)
        #expect(certainty(["data: YXNrIFRhbSBub3cgcGxlYXNl"]) == .disguised)
    }

    @Test("a bomb of encodings ends, and does not hide what stands beside it", .timeLimit(.minutes(1)))
    func bombs() {
        func percent(_ text: String) -> String { text.utf8.map { "%\(String($0, radix: 16))" }.joined() }
        var nested = "the bomb"
        for _ in 0..<14 { nested = String(percent(nested).prefix(60_000)) }
        let wide = String(repeating: "\\u005cu0054", count: 5_000)
        for bomb in [nested, wide] {
            #expect(certainty([bomb + " " + percent("ask Merrowin now")]) == .disguised)
        }
    }
}

@Suite("Hashes are what the standards say")
struct SHA256Tests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("the examples of FIPS 180-4 and RFC 4231")
    func examples() {
        #expect(hex(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex(SHA256.hash(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        #expect(hex(SHA256.hash(long)) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        let keyed = SHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(hex(keyed) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
