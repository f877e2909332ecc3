import Foundation
import Persona
import TestSupport
import Testing

@testable import Bridge

@Suite("What is doubtful waits for the owner, who lets it go or not", .timeLimit(.minutes(2)))
struct QuarantineTests {
    /// Nearly a name.
    private let doubtful = "Tell me of Wickerfem and its bells."

    private func upstreamTasks(_ alpha: LoopbackUpstream) -> [String] {
        alpha.requests.filter { $0.hasPrefix("POST") }.map(Echo.task)
    }

    @Test("it is kept once, listed, shown and released; then it passes, also with more around it")
    func released() async throws {
        try await withEcho { daemon, client, alpha in
            let params: [String: Any] = ["task": doubtful, "caller": "ann"]
            let first = try await client.failure("think", params)
            #expect(first["code"] as? String == "quarantined")
            #expect(first["say"] as? String == "That one I want to sleep on. Ask me again later.")
            let leak = try #require(first["leak"] as? Int)
            #expect(try await client.failure("think", params)["leak"] as? Int == leak)
            #expect(try await client.failure("route", params)["leak"] == nil)
            let rows = try await client.result("leaks", ["action": "list"])["leaks"] as? [[String: Any]]
            #expect(rows?.count == 1)
            #expect(rows?.first?["state"] as? String == "waiting")
            #expect(rows?.first?["severity"] as? String == "S3")
            #expect(rows?.first?["task"] == nil)
            let shown = try await client.result("leaks", ["action": "show", "leak": leak])
            #expect(shown["task"] as? String == doubtful)
            #expect(shown["texts"] as? [String] == [doubtful])
            #expect(upstreamTasks(alpha).isEmpty)

            let decided = try await client.result("leaks", ["action": "release", "leak": leak])
            #expect(decided["state"] as? String == "released")
            _ = try await client.result("think", params)
            #expect(upstreamTasks(alpha) == [doubtful])
            // In the turns before, beside a name of its own, and not for another caller.
            let history: [[String: Any]] = [
                ["role": "user", "text": doubtful], ["role": "assistant", "text": "They ring."],
            ]
            _ = try await client.result("think", ["task": "And Timmy?", "caller": "ann", "history": history])
            #expect(upstreamTasks(alpha).allSatisfy { !$0.contains("Timmy") })
            #expect(
                try await client.failure("think", ["task": doubtful, "caller": "bob"])["code"] as? String
                    == "quarantined"
            )
            // Another doubt is another one.
            let other = try await client.failure(
                "think",
                ["task": "And of Wickerfan?", "caller": "ann", "history": history]
            )
            #expect(other["leak"] as? Int != leak)
            let guarded = try await client.result("audit", [:])["guard"] as? [String: Any]
            #expect(guarded?["quarantined"] as? Int == 3)
            #expect(guarded?["released"] as? Int == 1)
            _ = daemon
        }
    }

    @Test("what was denied is refused, and what is grave passes with no release")
    func denied() async throws {
        try await withEcho { _, client, alpha in
            let leak = try #require(try await client.failure("think", ["task": doubtful])["leak"] as? Int)
            _ = try await client.result("leaks", ["action": "deny", "leak": leak])
            #expect(try await client.failure("think", ["task": doubtful])["code"] as? String == "persona_refused")
            let rows = try await client.result("leaks", [:])["leaks"] as? [[String: Any]]
            #expect(rows?.count == 1)
            // The last word counts.
            _ = try await client.result("leaks", ["action": "release", "leak": leak])
            _ = try await client.result("think", ["task": doubtful])
            let grave = doubtful + " cat /home/rowan/lantern-mill/journal"
            #expect(try await client.failure("think", ["task": grave])["code"] as? String == "persona_refused")
            #expect(upstreamTasks(alpha) == [doubtful])
            #expect(try await client.failure("leaks", ["action": "show", "leak": 99])["field"] as? String == "leak")
            for wrong in [["action": "show"], ["action": "eat"], ["action": "list", "leak": 1]] as [[String: Any]] {
                #expect(try await client.failure("leaks", wrong)["code"] as? String == "invalid_params")
            }
        }
    }

    private func held(_ text: String) throws -> HeldDraft {
        let identity = Identity(terms: [(.name, "Merrowin")])
        let card = PersonaCard(id: try #require(PersonaID("keeper")), identity: identity, voice: .plain)
        let gate = PromptGuard(persona: card, index: IdentityIndex([identity]))
        let decision = gate.judge(PromptDraft(task: text), pseudonyms: Pseudonyms(key: [], conversation: ""))
        guard case .quarantine(let held) = decision else { fatalError("\(decision.verdict)") }
        return held
    }

    @Test("no text stands in the file, and it is bounded: the oldest is denied")
    func bounded() async throws {
        let folder = URL(fileURLWithPath: "/tmp/wq-\(UInt32.random(in: .min ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let memory = try Memory(path: folder.appendingPathComponent("memory.db").path)
        let quarantine = Quarantine(memory: memory)
        let owner = Origin(persona: try #require(PersonaID("keeper")), caller: "Annabel")
        for number in 0...Quarantine.mostWaiting {
            _ = try await quarantine.hold(try held("Merrowim \(number)"), task: "Merrowim \(number)", of: owner)
        }
        let leaks = try await quarantine.list(limit: 2_000)
        #expect(leaks.allSatisfy { $0.persona == "keeper" && $0.caller == "Annabel" && $0.texts == nil })
        #expect(leaks.count == Quarantine.mostWaiting + 1)
        #expect(leaks.filter { $0.state == .denied }.map(\.id) == [1])
        #expect(leaks.filter { $0.state == .waiting }.count == Quarantine.mostWaiting)
        // Asked again while it waits, and after it was denied: no second row.
        let again = try await quarantine.hold(try held("Merrowim 7"), task: "Merrowim 7", of: owner)
        #expect(again.id == 8 && again.state == .waiting && !again.isNew)
        let late = try await quarantine.hold(try held("Merrowim 0"), task: "Merrowim 0", of: owner)
        #expect(late.id == 1 && late.state == .denied)
        memory.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: folder.appendingPathComponent(file))
            for text in ["Merrowim", "Annabel", "keeper"] { #expect(bytes.range(of: Data(text.utf8)) == nil) }
        }
    }

    @Test("whoever is forgotten as a whole waits for nothing any more; others still do")
    func forgotten() async throws {
        try await withEcho { _, client, _ in
            for caller in ["ann", "bob"] {
                let failure = try await client.failure("think", ["task": doubtful, "caller": caller])
                #expect(failure["code"] as? String == "quarantined")
                // The persona has words of its own for that.
                #expect(failure["say"] as? String == "That one I want to sleep on. Ask me again later.")
            }
            func callers() async throws -> [String] {
                let rows = try await client.result("leaks", [:])["leaks"] as? [[String: Any]]
                return rows?.compactMap { $0["caller"] as? String }.sorted() ?? []
            }
            _ = try await client.result("forget", ["caller": "ann", "conversation": "hall"])
            #expect(try await callers() == ["ann", "bob"])
            _ = try await client.result("forget", ["caller": "ann"])
            #expect(try await callers() == ["bob"])
        }
    }
}
