import Foundation
import GRDB
import Routing
import TestSupport
import Testing

@testable import Bridge

/// The scenarios of `RoutingTests.FailoverTests`, in a whole daemon: clients over real sockets, in both dialects, whole,
/// live and held.
@Suite("Sixteen ways to fail, all of them survived at the front door", .serialized, .timeLimit(.minutes(3)))
struct DoorFailoverTests {
    private static let real = Router.Circumstances()

    private func house(
        _ stage: FailoverStage,
        _ form: DoorWay.Form,
        _ circumstances: Router.Circumstances = real
    ) async throws -> Daemonette {
        let http = "{listen: \"127.0.0.1:0\", streams: \(form == .held ? "whole" : "live")}"
        return try await Daemonette(alpha: "http://127.0.0.1:1", http: http, circumstances: circumstances) { config in
            config.backends = stage.backends
            config.policy = stage.policy
        }
    }

    /// Asks about the mill. Who was asked is what the ledger says, and no error says anything else.
    private func think(_ way: DoorWay, _ house: Daemonette) async throws -> FailoverEnd {
        let before = try await Self.story(house).count
        var (end, reply) = await way.ask(FailoverStage.task, try house.client())
        let told = end.story
        #expect(await eventually { house.parts.door?.limits.inFlight == 0 })
        end.story = Array(try await Self.story(house).dropFirst(before))
        if end.by == nil { #expect(told == end.story, "\(reply.body)") }
        if let attempts = reply.headers["x-workshop-attempts"] { #expect(attempts == "\(end.story.count)") }
        return end
    }

    /// All requests of thoughts, as the ledger has them.
    private static func story(_ house: Daemonette) async throws -> [String] {
        var rows: [Row] = []
        // An end is written a moment after its answer.
        _ = try await eventually {
            rows = try house.parts.ledger.pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT e.backend AS backend, p.outcome AS outcome
                        FROM egress e LEFT JOIN backend_performance p USING (seq)
                        WHERE e.purpose = 'thought' ORDER BY seq
                        """
                )
            }
            return rows.allSatisfy { ($0["outcome"] as String?) != nil }
        }
        return rows.map { "\($0["backend"] as String? ?? "?") \($0["outcome"] as String? ?? "open")" }
    }

    @Test("nobody's fault costs the answer", arguments: FailoverScenario.all, DoorWay.all)
    func survived(_ scenario: FailoverScenario, _ way: DoorWay) async throws {
        let stage = FailoverStage(scenario)
        let house = try await house(stage, way.form)
        let end = try await think(way, house)
        let broken = scenario.broken(by: end, on: stage, isFinal: way.form == .live)
        #expect(broken.isEmpty)
        // Whatever came of it, the next one has an answer, when anybody is left to give one.
        for upstream in stage.upstreams { upstream.play([.answer]) }
        if !scenario.promise.by.isEmpty {
            let after = try await think(way, house)
            #expect(FailoverStage.prose.contains(after.text ?? ""))
        }
        await house.stop()
    }

    @Test("S15: an outage of a minute costs no request an answer and the backend few; it is back soon after")
    func outage() async throws {
        let clock = ManualClock()
        let stage = FailoverStage(.outage)
        let circumstances = Router.Circumstances(
            now: { clock.now },
            sleep: { clock.advance(by: $0) },
            jitter: { 1 }
        )
        let house = try await house(stage, .live, circumstances)
        let broken = try await FailoverScenario.outage.endure(on: stage, clock) { request in
            let form: DoorWay.Form = request.isMultiple(of: 2) ? .live : .whole
            return try await think(DoorWay(isAnthropic: request.isMultiple(of: 3), form: form), house)
        }
        #expect(broken.isEmpty)
        await house.stop()
    }

    @Test("S16: the answer names who gave it and what that cost; what failed is not billed", arguments: DoorWay.all)
    func accounting(_ way: DoorWay) async throws {
        let stage = FailoverStage(.account)
        let house = try await house(stage, way.form)
        let end = try await think(way, house)
        let broken = FailoverScenario.account.broken(by: end, on: stage) + FailoverScenario.account.accounted(end)
        #expect(broken.isEmpty)
        let paid = try await house.parts.ledger.pool.read { db in
            try Int64.fetchAll(db, sql: "SELECT COALESCE(cost_nanousd, 0) FROM backend_performance ORDER BY seq")
        }
        #expect(paid.dropLast().allSatisfy { $0 == 0 } && paid.last == end.cost?.value)
        await house.stop()
    }
}
