import Foundation
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
}
