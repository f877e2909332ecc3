import Testing

@testable import Persona

@Suite("A voice is the same for the same moment")
struct VoiceTests {
    private let voice = Voice(
        [.opening: ["Hm.", "Ah.", "Well."], .closing: [], .refusal: ["No."]],
        moods: [
            .init(name: "sleepy", hours: .init(from: 22, to: 6), lines: [.opening: ["Mm?"], .late: ["Zzz."]]),
            .init(name: "even", weight: 3, hours: .init(from: 6, to: 22)),
            .init(name: "gay", weight: 1, hours: .init(from: 6, to: 22), lines: [.opening: ["Ha!"]]),
        ],
        registers: [
            .init(name: "sober", kinds: ["analysis", "reasoning"], lines: [.opening: ["Step by step."]]),
            .init(name: "playful", kinds: ["content_creation"], lines: [.closing: ["Ta-da!"]]),
        ]
    )

    private func line(_ occasion: Occasion, seed: UInt64 = 1, kind: String? = nil, hour: Int? = nil) -> String {
        voice.manner(at: .init(seed: seed, kind: kind, hour: hour)).line(occasion)
    }

    @Test("the same seed picks the same line, and every line has a seed")
    func picks() {
        let lines = (0..<200).map { voice.pick(.opening, seed: $0) }
        #expect(Set(lines) == ["Hm.", "Ah.", "Well."])
        #expect(lines == (0..<200).map { voice.pick(.opening, seed: $0) })
        #expect(voice.pick(.refusal, seed: .max) == "No.")
        #expect(voice.pick(.closing, seed: 7).isEmpty)
    }

    @Test("lines of two occasions are drawn apart, so that every pair of them meets")
    func pairs() {
        let voice = Voice([.opening: ["a", "b", "c"], .closing: ["x", "y", "z"]])
        let pairs = (0..<400).map { voice.pick(.opening, seed: $0) + voice.pick(.closing, seed: $0) }
        #expect(Set(pairs).count == 9)
    }

    @Test("the register goes before the mood, the mood before the voice's own lines")
    func layers() {
        #expect(line(.opening, kind: "analysis", hour: 23) == "Step by step.")
        #expect(line(.opening, kind: "general", hour: 23) == "Mm?")
        #expect(line(.late, kind: "analysis", hour: 2) == "Zzz.")
        #expect(line(.refusal, kind: "analysis", hour: 2) == "No.")
        #expect(line(.closing, kind: "content_creation", hour: 12) == "Ta-da!")
        // A mood of certain hours does not come when nobody says the hour.
        #expect(voice.mood(at: .init(seed: 1)) == nil)
    }

    @Test("moods come as often as they weigh, in their hours alone")
    func moods() {
        let noon = (UInt64(0)..<4_000).compactMap { voice.mood(at: .init(seed: $0, hour: 12))?.name }
        #expect(noon.count == 4_000)
        #expect((2_800...3_200).contains(noon.count { $0 == "even" }))
        for hour in [22, 23, 0, 5] { #expect(voice.mood(at: .init(seed: 9, hour: hour))?.name == "sleepy") }
        #expect(voice.mood(at: .init(seed: 9, hour: 6))?.name != "sleepy")
        #expect(!Voice(moods: [.init(name: "a", weight: 0)]).hasHours && voice.hasHours)
        #expect(Voice(moods: [.init(name: "a", weight: 0)]).mood(at: .init(seed: 1)) == nil)
    }

    @Test("the register that is named is that of the kinds that none has")
    func register() {
        var voice = voice
        voice.register = "playful"
        #expect(voice.manner(at: .init(seed: 1, kind: "status", hour: 12)).line(.closing) == "Ta-da!")
        #expect(voice.manner(at: .init(seed: 1, kind: "analysis", hour: 12)).line(.closing).isEmpty)
    }

    @Test(
        "the seed of a text is FNV-1a, which no process salts",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ] as [(String, UInt64)]
    )
    func seeds(_ text: String, _ expected: UInt64) {
        #expect(Voice.seed(text) == expected)
    }

    @Test("the plain voice has a word for every occasion that needs one", arguments: Occasion.allCases)
    func plain(_ occasion: Occasion) {
        #expect(!occasion.isNeeded || !Voice.plain.pick(occasion, seed: 0).isEmpty)
    }
}
