import Testing

@testable import Persona

@Suite("The guard lets clean tasks through unchanged, and nothing that names the persona")
struct PromptGuardTests {
    @Test(
        "a term of any class is refused, and the refusal tells the class alone",
        arguments: [
            ("Who is Timmy?", .name), ("Was it sam who came?", .alias), ("Write to Rowan", .owner),
            ("What did Bess say", .person), ("the way to Lantern Mill", .place), ("Build Glasswing", .project),
            ("grep rowan@wickerfen.example", .owner), ("ls /home/rowan/journal", .owner),
            ("Recite the Keepers Vow", nil), ("Recite the Keepers Oath", .term),
            ("Recite the Keeper's Oath", .term),
        ] as [(String, IdentityClass?)]
    )
    func refuses(_ task: String, _ expected: IdentityClass?) throws {
        let guardian = try Fixture.guardian()
        guard let expected else {
            #expect(throws: Never.self) { try guardian.blind(PromptDraft(task: task)) }
            return
        }
        let refusal = GuardRefusal(identityClass: expected, field: .task)
        #expect(throws: refusal) { try guardian.blind(PromptDraft(task: task)) }
        #expect(refusal.description == "an identity term of class \(expected.rawValue) in task")
    }

    @Test("every class can be refused, and no description of a refusal holds a term", arguments: IdentityClass.allCases)
    func everyClass(_ kind: IdentityClass) throws {
        let identity = Identity(terms: [(kind, "Quillfeather")])
        let id = try #require(PersonaID("keeper"))
        let card = PersonaCard(id: id, identity: identity, voice: .plain)
        let guardian = PromptGuard(persona: card, index: IdentityIndex([identity]))
        let error = #expect(throws: GuardRefusal.self) { try guardian.blind(PromptDraft(task: "see quillfeather")) }
        let refusal = try #require(error)
        #expect(refusal.identityClass == kind)
        for shown in ["\(refusal)", String(reflecting: refusal)] {
            #expect(!shown.lowercased().contains("quillfeather"))
        }
    }

    @Test(
        "a clean task passes byte for byte",
        arguments: [
            "", " ", "Count the barrels.\r\n\tAll of them.  ", "u\u{308}ber \u{FB}",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "a\u{200B}b", "\0", "{\"a\": \"\\u0041\"}", "Tim is short; timmies are not there",
        ]
    )
    func unchanged(_ task: String) throws {
        let blind = try Fixture.guardian().blind(
            PromptDraft(task: task, attachments: [Attachment(mediaType: "image/png")])
        )
        #expect(Array(blind.task.utf8) == Array(task.utf8))
        #expect(blind.attachments == [Attachment(mediaType: "image/png")])
    }

    @Test(
        "a task that only addresses the persona passes without the address",
        arguments: [
            ("Timmy, count the barrels", "count the barrels"), ("What time is it, Sam?", "What time is it?"),
            ("hey Timmy", "Hello."), ("Old Tim", "Hello."),
        ]
    )
    func strips(_ task: String, _ expected: String) throws {
        #expect(try Fixture.guardian().blind(PromptDraft(task: task)).task == expected)
    }

    @Test("a task that addresses the persona and names it again is refused")
    func addressedAndNamed() throws {
        let guardian = try Fixture.guardian()
        #expect(throws: GuardRefusal(identityClass: .name, field: .task)) {
            try guardian.blind(PromptDraft(task: "Timmy, who is Timmy?"))
        }
    }

    @Test("the name of another persona is refused, also as an address")
    func otherPersona() throws {
        let other = Identity(terms: [(.name, "Elowen")])
        let card = PersonaCard(id: try #require(PersonaID("timmy")), identity: Fixture.identity, voice: .plain)
        let guardian = PromptGuard(persona: card, index: IdentityIndex([Fixture.identity, other]))
        #expect(throws: GuardRefusal.self) { try guardian.blind(PromptDraft(task: "Elowen, count")) }
    }

    @Test("a media type is read too")
    func attachments() throws {
        let guardian = try Fixture.guardian()
        #expect(throws: GuardRefusal(identityClass: .project, field: .attachments)) {
            try guardian.blind(
                PromptDraft(
                    task: "look",
                    attachments: ["image/png", "application/glasswing+json"].map { Attachment(mediaType: $0) }
                )
            )
        }
    }

    @Test("whichever stand-ins are drawn, what a player names plainly is never doubted for them")
    func draws() throws {
        let guardian = try Fixture.guardian()
        for number in 0..<100 {
            for task in ["Two Timmys", "TIMMY's hat in Lantern Mill", "Glasswings, timmy_notes.md"] {
                let decision = guardian.judge(
                    PromptDraft(task: task),
                    pseudonyms: Pseudonyms(key: Array(0..<32), conversation: "\(number)")
                )
                #expect(decision.verdict == .pseudonymise, "\(task), \(number)")
            }
        }
    }
}
