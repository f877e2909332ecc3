import Foundation
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("a storm of requests for five models", .timeLimit(.minutes(1)))
struct SwitchStormTests {
    @Test("five models, fifty clients, random kills: every request is answered or told, and the counters add up")
    func storm() async throws {
        let models = (0..<5).map { "m\($0)" }
        let bench = try await SwitchBench(
            models,
            flags: "{answer-s: 0.02}",
            limits: SwitchBench.limits(patience: .seconds(8))
        )
        let mark = ProcessMark(state: bench.sidecar.folder.path + "/lock")
        let killer = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 300...900)))
                if let model = Stragglers.find(mark).randomElement() { kill(model, SIGKILL) }
            }
        }
        let clients = await withTaskGroup(of: [Told].self) { group in
            for number in 0..<50 {
                group.addTask { await Self.client(number, models, bench) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        killer.cancel()
        await killer.value
        let told = clients.flatMap(\.self)
        #expect(told.count == 150)
        for one in told { #expect(one.isFair, "\(one.words)") }
        let answered = told.count { $0.words == "I run \($0.model)." }
        #expect(answered >= 50, "of 150 only \(answered) were answered")
        #expect(await eventually { await bench.queue?.inFlight == 0 })
        let queue = try #require(await bench.queue)
        let tally = queue.tally
        #expect(queue.waiting.isEmpty && queue.asked == 0)
        #expect(tally.arrived == tally.granted + tally.left + tally.refused.values.reduce(0, +))
        // Who was let go was sent, and what was sent has ended.
        #expect(bench.ledger.records.count == tally.granted)
        #expect(bench.ledger.settlements.allSatisfy { $0 != nil })
        #expect(try await bench.sidecar.becomes { $0.number("in_flight.leases") == 0 })
        await bench.stop()
        #expect(Stragglers.find(mark).isEmpty)
    }

    /// What became of a request.
    private struct Told {
        let model: String
        let words: String

        /// Answered by the model that was wanted, or told why not by name.
        var isFair: Bool {
            if words == "I run \(model)." || words == "cancelled" { return true }
            if words.hasPrefix("no backend") { return true }
            let failures = words.split(separator: " ").map { FailureClass(rawValue: String($0)) }
            return !failures.isEmpty && failures.allSatisfy { $0 != nil }
        }
    }

    /// Asks three times; every tenth client hangs up on its second request.
    private static func client(_ number: Int, _ models: [String], _ bench: SwitchBench) async -> [Told] {
        var told: [Told] = []
        for turn in 0..<3 {
            let model = models[(number + turn) % models.count]
            let request = Task { SwitchBench.words(await bench.think(model, streamed: number % 2 == 0)) }
            if number % 10 == 3, turn == 1 {
                try? await Task.sleep(for: .milliseconds(30))
                request.cancel()
            }
            told.append(Told(model: model, words: await request.value))
        }
        return told
    }
}
