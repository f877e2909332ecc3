import Foundation
import Persona
import Routing
import Synchronization
import Testing

@testable import Bridge

@Suite("The comparison notices every channel that was planted", .serialized)
struct MutantTests {
    /// Steps in which every mutant has something to show.
    private static let steps: [RehearsalStep] = {
        let tools = #""tools":[{"name":"look","description":"Looks."},{"name":"count","description":"Counts."}]"#
        let history =
            #""history":[{"role":"user","text":"What is in the cellar?"},"#
            + #"{"role":"assistant","calls":[{"id":"call_1","name":"look","arguments":{"at":"cellar"}}]},"#
            + #"{"role":"tool","answers":"call_1","text":"Four barrels."}]"#
        let picture = #""attachments":[{"type":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA"}]"#
        let long = String(repeating: "The caf\u{E9} by the mill sells bread, and the bread is good. ", count: 45)
        return [
            RehearsalStep(method: "route", params: #"{"task":"How many barrels are in the café?"}"#),
            RehearsalStep(params: #"{"task":"How many barrels are in the café?","cache":false}"#),
            RehearsalStep(
                params: #"{"task":"And how many of them are empty?","backend":"plain",\#(tools),\#(history)}"#
            ),
            RehearsalStep(
                params: #"{"task":"What is on it?","backend":"openai","instructions":"Be brief.",\#(picture)}"#
            ),
            RehearsalStep(params: #"{"task":"Summarise this: \#(long)","cache":false,"stream":true}"#),
            RehearsalStep(
                params: #"{"task":"Count the barrels and the bells.","cache":false}"#,
                replies: Array(repeating: .serverError, count: 12)
            ),
            RehearsalStep(
                params: #"{"task":"Count the bells.","cache":false,"backend":"vllm"}"#,
                replies: Array(repeating: .serverError, count: 12)
            ),
        ]
    }()

    @Test("each of them is caught, and nothing is when nothing was planted; a scan of the content sees few of them")
    func mutants() async throws {
        let config = try Proof.config()
        let personas = InventedPersona.make(Proof.personas, seed: 20_261_121)
        let subjects = try Invariance.subjects(personas)
        let clean = try await Comparison.of(subjects, Self.steps, config: config)
        #expect(clean.isSame, "\(clean.first?.description ?? "")")
        #expect(clean.requests > subjects.count * Self.steps.count - subjects.count)
        var rows: [(name: String, caught: String?, isSeen: Bool)] = []
        for mutant in Mutant.all {
            let meddlings = subjects.map { Meddling($0.card) }
            let blocked = Mutex(false)
            let comparison = try await Comparison.of(
                subjects,
                Self.steps,
                config: config,
                seams: { number in
                    var seams = Rehearsal.Seams()
                    seams.transport = { MeddlingTransport(loop: $0, meddling: meddlings[number]) }
                    mutant.plant(personas[number], &seams, meddlings[number])
                    return seams
                },
                isOver: { !$0.isSame },
                watch: { record in
                    if record.decision.contains("egress_blocked") || record.decision.contains("persona_refused") {
                        blocked.withLock { $0 = true }
                    }
                }
            )
            let isSeen = blocked.withLock(\.self) || meddlings.contains { $0.sightings.withLock { $0 > 0 } }
            rows.append((mutant.name, comparison.first?.part.rawValue, isSeen))
            #expect(!comparison.isSame, "\(mutant.name)")
        }
        for row in rows {
            let scan = row.isSeen ? "the scan sees it too" : ""
            print("mutant:", row.name.padding(toLength: 52, withPad: " ", startingAt: 0), row.caught ?? "MISSED", scan)
        }
        let caught = rows.count { $0.caught != nil }
        print("mutants: \(caught) of \(rows.count) caught by comparison, \(rows.count { $0.isSeen }) by a scan alone")
        #expect(rows.count >= 22)
        #expect(caught == rows.count)
        // If a scan saw them all, the catalogue would be too easy to prove anything.
        #expect(rows.count { $0.isSeen } < rows.count / 2)
    }
}
