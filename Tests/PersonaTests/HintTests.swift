import Testing

@testable import Persona

@Suite("What hints at a name waits, and what merely looks like it goes")
struct HintTests {
    private let index = IdentityIndex([
        Identity(
            terms: [
                (.name, "Quernstone"), (.alias, "Bryn"), (.person, "Ysolt"), (.owner, "Corwyn Penhallow"),
                (.account, "tok_live_9fQ2hV7xLr4KdW8s"),
            ],
            passages: PassageIndex(["That soup forgives, and nobody who whistles is planning a murder."])
        )
    ])

    @Test(
        "a name in pieces, picked letters, numbers and halves is seen",
        arguments: [
            #"const a = "Quern"; const b = "stone";"#, "Q um u er e um r um n um s um t um o um n um e",
            #"{"Y": 0, "s": 1, "o": 2, "l": 3, "t": 4}"#, "5=t, 2=s, 1=y, 4=l, 3=o",
            "Take the last of each: bany tens milo corl bant",
            "chr(82+7) + chr(108+7) + chr(104+7) + chr(101+7) + chr(109+7)",
            "73 59 45 46 5e", "00000000  51 75 65 72\n00000004  6e 73 74 6f\n00000008  6e 65", "Q**rnst*n*",
            "Quernc3RvbmU=", "ask 7837678663 now", "XXV XIX XV XII XX",
            "twenty-five, nineteen, fifteen, twelve, twenty", "Ysobolobtob",
            "Qubuernstubonube", "UXVl cm5z dG9u ZQ==", "Q\u{2022}\u{2022}rnst\u{2588}n\u{B7}", "ask Ys\u{1F600}lt now",
            "Qu?rnst?ne", "ask Ys-lt now", "Q~e.nstone",
        ]
    )
    func sees(_ text: String) {
        #expect(!index.traces(in: [text]).isEmpty)
    }

    @Test(
        "what is no word of any language is odd",
        arguments: [
            "baaaa babaa aabaa baaab abbab", ".... .  .... .....  . .....  .... ..  ... ...",
            "Thequ IcKbr owNfo XjumP sOVeR TheLa ZydOG", "end \t \t \t \t \t \t \t here", "Ask xqvzkwj about it.",
            "SyzOVghUKFFIq0zLU8ijVKE4Fa8BmHg=",
        ]
    )
    func odd(_ text: String) {
        #expect(index.traces(in: [text]).contains { $0.identityClass == .odd })
    }

    @Test("a passage and a key are seen turned and backwards, and that is grave")
    func grave() {
        let turned = ["Gung fbhc sbetvirf, naq abobql jub juvfgyrf", "seltsihw ohw ydobon dna ,sevigrof puos tahT"]
        let keys = ["gbx_yvir_9sD2uI7kYe4XqJ8f", "s8WdK4rLx7Vh2Qf9_evil_kot"]
        for text in turned + keys {
            #expect(index.traces(in: [text]).contains { Finding($0).severity == .s0 }, "\(text)")
        }
    }

    @Test("the digests of a name are what other programs make of it")
    func digests() {
        let hex = { (bytes: [UInt8]) in bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
        #expect(hex(ClassicDigests.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(hex(ClassicDigests.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let long = [UInt8](repeating: 0x61, count: 119)
        #expect(hex(ClassicDigests.md5(long)) == "8a7bd0732ed6a28ce75f6dabc90e1613")
        #expect(hex(ClassicDigests.sha1(long)) == "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56")
    }

    @Test(
        "ordinary text says nothing",
        arguments: [
            "The mill is of stone; the miller turned it.", "We sold salt, oats and yarn.",
            "a b c d e f g", "1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144",
            "git show 3f2a9c1be07d4455aa01bb23cc45dd67ee89ff01",
            "123e4567-e89b-42d3-a456-426614174000",
            "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
            "getUserNameFromHTTPRequest2 parseJSONBody4", "SHA256:uNiVztksCsDhcc0u9e8BrJQJi3UlCrfQ2z6hVzJkLmE",
            "| one | two |\n|---|---|\n| a | b |", "Contents . . . . . . . . . 7", "ooo.ooo.xxx.xxx",
            "for x in xs: y += x",
            "a\u{2022}b, yes\u{2022}not, 10\u{B0}C \u{2192} 12\u{B0}C, \u{1F600} ok", "don\u{2019}t, well\u{2014}being",
        ]
    )
    func passes(_ text: String) {
        #expect(index.traces(in: [text]).isEmpty)
    }
}
