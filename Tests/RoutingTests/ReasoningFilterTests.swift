import Testing

@testable import Routing

@Suite("Reasoning that a server left in the answer")
struct ReasoningFilterTests {
    private static let cases: [(piece: String, answer: String)] = [
        ("Plain.", "Plain."),
        ("<think>Who asks?</think>\n\nBlue.", "Blue."),
        ("\n <think>\nfirst\n</think> Blue.", "Blue."),
        ("<thinking>so</thinking>Blue.", "Blue."),
        ("<reasoning>so</reasoning>Blue <think>stays</think>.", "Blue <think>stays</think>."),
        ("The tag <think> opens, </think> closes.", "The tag <think> opens, </think> closes."),
        ("<th>cell</th>", "<th>cell</th>"),
        ("<thin", "<thin"),
        ("  leading space stays", "  leading space stays"),
        ("<think>never ends", ""),
        ("<think></think>", ""),
        ("<think>a</thinking>b</think>c", "c"),
    ]

    @Test("is taken off at any split", arguments: cases)
    func splits(piece: String, answer: String) {
        let letters = Array(piece.unicodeScalars)
        for cut in 0...letters.count {
            var filter = ReasoningFilter()
            let halves = [letters[..<cut], letters[cut...]].map { String(String.UnicodeScalarView($0)) }
            #expect(halves.map { filter.feed($0) }.joined() + filter.finish() == answer)
        }
        var filter = ReasoningFilter()
        #expect(letters.map { filter.feed(String($0)) }.joined() + filter.finish() == answer)
    }

    @Test("costs no memory while it goes on")
    func bounded() {
        var filter = ReasoningFilter()
        #expect(filter.feed("<think>") == "")
        for _ in 0..<10_000 { #expect(filter.feed("on and on, < and on ") == "") }
        #expect(filter.feed("</think>Done.") == "Done.")
    }
}
