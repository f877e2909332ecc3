import Foundation
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("Rename the persona and what is typed alike, and the bytes stay the same", .serialized)
struct RenamingTests {
    /// What is typed; `<0>` and so on stand for the persona's terms, each class of those that have stand-ins.
    private static let typed = [
        "Who is <0>, and is <1> the same one?", "<2>'s boat lies at <4>. Does <3> know?", "WHERE IS <4>, ASKED <2>!",
        "Read <0>_notes.md and tell <5> from <1>.", "{PERSONA}, what did <3> say to <2>?",
        "Is <2> older than <3>, or <0>?",
    ]
    private static let keys = ["name", "aliases", "people", "people", "places", "projects"]

    private func terms(_ persona: InventedPersona) -> [String] {
        var seen: [String: Int] = [:]
        return Self.keys.map { key in
            defer { seen[key, default: 0] += 1 }
            return persona.terms.filter { $0.key == key }[seen[key, default: 0]].text
        }
    }

    private static func named(_ text: String, _ terms: [String]) -> String {
        terms.enumerated().reduce(text) { $0.replacing("<\($1.offset)>", with: $1.element) }
    }

    /// As many personas as wanted whose guard finds nothing in the steps but the names that are meant.
    private func doubtless(_ steps: [RehearsalStep]) throws -> ([InventedPersona], [Rehearsal.Subject]) {
        let all = InventedPersona.make(80, seed: 99, size: 0.5)
        // The same folder's name: the conversation is the same, too.
        let subjects = try Invariance.subjects(all, folder: "persona")
        let fit = zip(all, subjects).lazy.filter { persona, subject in
            let gate = PromptGuard(persona: subject.card, index: IdentityIndex([subject.card.identity]))
            let pseudonyms = Pseudonyms(key: Array(repeating: 7, count: 32), conversation: "")
            return steps.suffix(Self.typed.count).allSatisfy { step in
                let task = Self.named(step.params.replacing(RehearsalStep.address, with: subject.name), terms(persona))
                return gate.judge(fields: [task], pseudonyms: pseudonyms).verdict == .pseudonymise
            }
        }.prefix(Proof.personas)
        return (fit.map(\.0), fit.map(\.1))
    }

    private func steps(_ backends: [String]) -> [RehearsalStep] {
        var steps: [RehearsalStep] = []
        func ask(_ task: String, _ backend: String, _ isStreamed: Bool, _ conversation: String) {
            let params = """
                {"task":"\(task)","backend":"\(backend)","stream":\(isStreamed),"cache":false,\
                "conversation":"\(conversation)","caller":"player"}
                """
            steps.append(RehearsalStep(params: params))
        }
        for (number, backend) in backends.enumerated() {
            for turn in 0..<4 {
                ask(Self.typed[(number + turn) % Self.typed.count], backend, turn % 2 == 0, "c\(number)")
            }
        }
        // Longer than a backend's window: how much of it goes must not depend on how long the names are.
        for turn in 0..<24 {
            let task = (0..<16).map { Self.typed[(turn + $0) % Self.typed.count].replacing("{PERSONA}, ", with: "") }
            ask(task.joined(separator: " "), backends[0], false, "long")
        }
        return steps
    }

    @Test("eight personas that differ in every name, in every format, in conversations short and long")
    func renamed() async throws {
        let config = try Proof.config()
        let steps = steps(config.backends.map(\.id.rawValue))
        // Of invented names some are near each other by chance, and what is doubted waits for the owner: not these.
        let (personas, subjects) = try doubtless(steps)
        #expect(subjects.count == Proof.personas)
        let terms = personas.map(terms)
        var answered = 0
        var held = 0
        let comparison = try await Comparison.of(
            subjects,
            steps,
            config: config,
            seams: { number in
                var seams = Rehearsal.Seams()
                let own = terms[number]
                seams.params = { Self.named($0, own) }
                return seams
            },
            watch: { record in
                if record.received.isEmpty { held += 1 } else { answered += 1 }
                let text = record.received.map { String(decoding: $0.bytes, as: UTF8.self).lowercased() }.joined()
                for term in terms.joined() where text.contains(term.lowercased()) {
                    Issue.record("a term arrived")
                }
            }
        )
        print(
            "renaming: \(subjects.count) personas, \(steps.count) steps, \(comparison.requests) requests compared,",
            "\(comparison.differing) bytes differ, \(held) steps held back"
        )
        #expect(comparison.isSame, "\(comparison.first?.description ?? "")")
        #expect(held == 0)
        #expect(answered == subjects.count * steps.count)
    }
}
