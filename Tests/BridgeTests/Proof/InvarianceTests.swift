import Foundation
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("What a backend receives does not depend on who the persona is", .serialized)
struct InvarianceTests {
    @Test("eight personas, two hundred tasks, every format and fault: the same bytes in the same order")
    func bytes() async throws {
        let subjects = try Invariance.subjects(InventedPersona.make(Proof.personas, seed: 20_261_121))
        let report = try await Invariance.compare(
            try Proof.config(),
            subjects,
            try Proof.tasks(220),
            isFull: false
        )
        print("invariance:", report.json.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))
        #expect(report.tasks >= 200)
        #expect(report.requests > report.personas * 400)
        #expect(report.isInvariant, "\(report.first ?? "")")
    }

    @Test("also when all of them live in one daemon, and its guard knows the names of all")
    func housemates() async throws {
        let config = try Proof.config()
        let subjects = try Invariance.subjects(InventedPersona.make(Proof.personas, seed: 3))
        let tasks = Invariance.unnamed(try Proof.tasks(12), by: subjects)
        let script = RehearsalScript(tasks: tasks, backends: config.backends.map(\.id.rawValue), isFull: false)
        let comparison = try await Comparison.of(
            subjects,
            script.steps,
            config: config,
            seams: { number in
                var seams = Rehearsal.Seams()
                seams.adjust = { config in
                    config.personas = subjects.map(\.card)
                    config.defaultPersona = subjects[number].card.id
                }
                return seams
            }
        )
        print("invariance in one daemon: \(comparison.requests) requests compared, \(comparison.differing) differ")
        #expect(comparison.isSame, "\(comparison.first?.description ?? "")")
        #expect(comparison.requests > subjects.count * 12)
    }

    @Test("also when answers are judged, escalated, and shown to a critic")
    func critics() async throws {
        let config = try Proof.config(quality: .init(hasSelfCritique: true))
        let subjects = try Invariance.subjects(InventedPersona.make(Proof.personas, seed: 4))
        let report = try await Invariance.compare(config, subjects, try Proof.tasks(12), isFull: false)
        print("invariance with a critic: \(report.requests) requests compared, \(report.differing) differ")
        #expect(report.isInvariant, "\(report.first ?? "")")
        #expect(report.requests > subjects.count * 12)
    }

    @Test("the combinations of format, mode and fault all come up, each backend is asked, and most steps are answered")
    func coverage() async throws {
        let config = try Proof.config()
        let backends = config.backends.map(\.id.rawValue)
        let tasks = try Proof.tasks(220)
        let script = RehearsalScript(tasks: tasks, backends: backends, isFull: false)
        let asked = script.steps.filter { $0.method == "think" }
        #expect(asked.count > RehearsalScript.combinations(backends.count))
        let subjects = try Invariance.subjects(InventedPersona.make(1, seed: 5))
        let rehearsal = try Rehearsal(config)
        defer { rehearsal.recorder.stop() }
        var seen: Set<String> = []
        var answered = 0
        try await rehearsal.run(subjects[0], script.steps) { _, record in
            if record.decision.contains("\"finish\"") { answered += 1 }
            for request in record.received {
                let line = String(decoding: request.bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
                let isStreamed =
                    line.contains("streamGenerate")
                    || request.bytes.firstRange(of: Array("\"stream\":true".utf8)) != nil
                if line.hasPrefix("POST") { seen.insert("\(line.split(separator: "/")[1]) \(isStreamed)") }
            }
            return true
        }
        print("coverage: \(answered) of \(asked.count) thoughts answered; \(seen.sorted().joined(separator: ", "))")
        #expect(Set(seen.map { $0.split(separator: " ")[0] }).count == backends.count)
        #expect(answered > asked.count / 2)
    }
}
