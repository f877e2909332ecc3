import Testing

@testable import Persona

@Suite("The address is taken out of a task, and nothing but the address")
struct AddressStripperTests {
    private let stripper = AddressStripper(names: ["Old Tim", "Timmy", "Zoë"])

    @Test(
        "an address at the front goes, its greeting with it",
        arguments: [
            ("Timmy, count the barrels", "count the barrels"),
            ("Timmy: count the barrels", "count the barrels"),
            ("Timmy! Count the barrels", "Count the barrels"),
            ("Timmy - count", "Timmy - count"),
            ("Timmy \u{2014} count the barrels", "count the barrels"),
            ("  timmy ,  count the barrels", "count the barrels"),
            ("TIMMY, count", "count"),
            ("hey Timmy count the barrels", "count the barrels"),
            ("Hello, Timmy, count the barrels", "count the barrels"),
            ("Dear Old Tim, count the barrels", "count the barrels"),
            ("Old Tim, count the barrels", "count the barrels"),
            ("Timmy, Old Tim, count", "count"),
            ("Hi Timmy. Timmy, count", "count"),
        ]
    )
    func front(_ task: String, _ expected: String) {
        #expect(stripper.strip(task) == expected)
    }

    @Test(
        "an address at the end goes, the punctuation stays",
        arguments: [
            ("What is the time, Timmy?", "What is the time?"),
            ("What is the time, Timmy", "What is the time"),
            ("Count the barrels, old tim.", "Count the barrels."),
            ("Count,  Timmy !", "Count !"),
            ("Count, Timmy, Timmy!", "Count!"),
            ("Thanks Timmy!", "Thanks!"),
            ("thank you so much Old Tim", "thank you so much"),
            ("Good night, dear Timmy.", "Good night, dear."),
            ("bring Timmy", "bring Timmy"),
            ("thankstimmy", "thankstimmy"),
            ("Hey Timmy, what is the time, Timmy?", "what is the time?"),
        ]
    )
    func end(_ task: String, _ expected: String) {
        #expect(stripper.strip(task) == expected)
    }

    @Test(
        "a vocative between two commas goes",
        arguments: [
            ("I think, Timmy, that it rains", "I think, that it rains"),
            ("Well, Timmy, so, Old Tim, it rains", "Well, so, it rains"),
            ("Well,Timmy,it rains", "Well,it rains"),
        ]
    )
    func vocative(_ task: String, _ expected: String) {
        #expect(stripper.strip(task) == expected)
    }

    @Test(
        "a name that is spoken about stays, for the guard to refuse",
        arguments: [
            "Who is Timmy and what does he want?", "Timmy is asleep", "Ask Timmy to come",
            "What do you know about Timmy?",
            "Timmys lamp", "Timmy's lamp is broken", "Timmy\u{2019}s lamp", "timmy_notes.md", "Timmy2, count",
            "hey Timmy's lamp is broken", "Hello Timmy\u{2019}s friend", "hey Timmyson", "We met, Timmyson, there",
        ]
    )
    func staysInside(_ task: String) {
        #expect(stripper.strip(task) == task)
    }

    @Test(
        "a task that is nothing but the address is a hello",
        arguments: [
            "Timmy", "Timmy?", "hey Timmy", "Hello, Timmy!", "  Old Tim ... ", "Timmy, Timmy!",
        ]
    )
    func bareAddress(_ task: String) {
        #expect(stripper.strip(task) == "Hello.")
    }

    @Test(
        "a task without the name is the same text, its white space too",
        arguments: [
            "", " ", "  count the barrels\n", "hey you, count", "\u{1F44B}\u{1F3FD} hello\r\n", "Tim, count",
        ]
    )
    func untouched(_ task: String) {
        #expect(Array(stripper.strip(task).utf8) == Array(task.utf8))
    }

    @Test(
        "a name with an accent is known composed and decomposed, and the rest keeps its form",
        arguments: [
            ("Zo\u{EB}, was ist das?", "was ist das?"),
            ("Zoe\u{308}, was ist das?", "was ist das?"),
            (
                "ZO\u{CB}: u\u{308}ber Br\u{FC}cken \u{1F468}\u{200D}\u{1F469}",
                "u\u{308}ber Br\u{FC}cken \u{1F468}\u{200D}\u{1F469}"
            ),
            ("Zo\u{EB}e, was", "Zo\u{EB}e, was"),
        ]
    )
    func unicode(_ task: String, _ expected: String) {
        #expect(Array(stripper.strip(task).utf8) == Array(expected.utf8))
    }

    @Test(
        "four addresses go at each end, and no more, since nobody calls so often",
        arguments: [
            ("Timmy, Timmy, Timmy, Timmy, count", "count"),
            ("Timmy: Timmy: Timmy: Timmy: Timmy: count", "Timmy: count"),
            ("Count, Timmy, Timmy, Timmy, Timmy!", "Count!"),
            ("Count, Timmy. Timmy?, Timmy!", "Count, Timmy. Timmy?!"),
            (
                "thank you so much " + String(repeating: "so ", count: 9) + "Timmy.",
                "thank you so much so so so so so so so so so."
            ),
            (String(repeating: "so ", count: 30) + "Timmy.", String(repeating: "so ", count: 30) + "Timmy."),
        ]
    )
    func mostAddresses(_ task: String, _ expected: String) {
        #expect(stripper.strip(task) == expected)
    }

    @Test(
        "a text of nothing but addresses takes time in proportion to its length",
        .timeLimit(.minutes(1)),
        arguments: [(", Timmy", 37_000), ("hey Timmy ", 26_000), ("Timmy,", 43_000)]
    )
    func isLinear(_ address: String, _ count: Int) {
        // A copy of the text for each address takes minutes here.
        let stripped = stripper.strip(String(repeating: address, count: count))
        #expect(stripped.contains("Timmy"))
    }

    @Test("without names nothing is an address")
    func noNames() {
        #expect(AddressStripper(names: []).strip("Timmy, count") == "Timmy, count")
        #expect(AddressStripper(names: [""]).strip(", count") == ", count")
    }
}
