import Testing

@testable import Persona

@Suite("A place of two words is found when its words are disguised one by one, and its words alone are anybody's")
struct WordPairsTests {
    private let index = IdentityIndex([
        Identity(terms: [(.name, "Ysolt"), (.place, "Copper Anvil"), (.project, "Gates of Thorn"), (.term, "Old Weir")])
    ])

    @Test(
        "each word by itself, or one of them, or another order",
        arguments: [
            "C0pp3r 4nv1l", "C0pp3r Anvil", "Copper 4nv!l", "Coppar Anvil", "Copper Anvli", "Coppar Amvil",
            "reppoC livnA", "Cooppeer Aanviil", "C*pp*r *nv*l", "C_pp_r Anvil", "Q29wcGVy QW52aWw=",
            "436f70706572 416e76696c", "416e76696c, 436f70706572.", "opperCay anvilay", "Cppr Anvl", "Anvil Copper",
            "Anvil, Copper",
            "4nv1l C0pp3r", "C0pp3r_4nvil", "C.o.p.p.e.r 4nv1l", "C0pp3r\n4nv1l", "C\u{F6}pp\u{EB}r 4nvil",
            "Pbccre Naivy", "the C0pp3r, oh, anvil", "G4t3s of Th0rn", "Th0rn G4t3s", "0ld W31r",
        ]
    )
    func sees(_ text: String) {
        #expect(index.traces(in: ["Ask at \(text) today."]).contains { $0.identityClass != .odd }, "\(text)")
    }

    @Test("what one public step undoes in each word is sure, and a slip is a doubt")
    func certainty() {
        #expect(index.traces(in: ["Ask at C0pp3r 4nv1l."]).map(\.certainty).max() == .disguised)
        #expect(index.traces(in: ["Ask at Coppar Anvil."]).map(\.certainty).max() == .guessed)
        #expect(index.traces(in: ["Go on.", "Ask at Coppar Anvil."]).map(\.field) == [1])
    }

    @Test(
        "one word alone, or both apart and as they are, say nothing",
        arguments: [
            "C0pp3r is dear.", "The anvil is of copper.", "Copper, tin and an anvil",
            "c0pper for the roof and an anvil",
            "4nv1l", "The old man sat there.", "gates with a thorn hedge", "a copper handle",
            "Coppar is no anvil at all",
            "thorny gates", "COPPER=1 make all && ls",
        ]
    )
    func passes(_ text: String) {
        #expect(index.traces(in: [text]).isEmpty, "\(text)")
    }
}
