import Testing

@testable import Persona

/// Who the tests guard: every class of term once, and a short alias that is part of common words.
enum Fixture {
    static let identity = Identity(terms: [
        (.name, "Timmy"), (.alias, "Old Tim"), (.alias, "Sam"), (.owner, "Rowan Ashdown"), (.person, "Bess Harrow"),
        (.place, "Lantern Mill"), (.project, "Glasswing"), (.account, "rowan@wickerfen.example"),
        (.path, "/home/rowan/journal"), (.term, "the Keeper's Oath"),
    ])
    static let index = IdentityIndex([identity])

    static func guardian() throws -> PromptGuard {
        let card = PersonaCard(id: try #require(PersonaID("timmy")), identity: identity, voice: .plain)
        return PromptGuard(persona: card, index: index)
    }

    static func fold(_ text: String) -> String {
        String(decoding: TextFolding.standard.fold(text), as: UTF8.self)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
