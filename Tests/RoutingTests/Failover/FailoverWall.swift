import TestSupport

@testable import Routing

/// A real router in front of the backends of a scenario.
final class FailoverWall: Sendable {
    let stage: FailoverStage
    let ledger = MemoryLedger()
    private let router: Router
    private let loop: CurlLoop

    /// - Parameter clock: stands still for the router's own waits and cooldowns; nil for real time.
    init(_ scenario: FailoverScenario, clock: ManualClock? = nil) throws {
        stage = FailoverStage(scenario)
        let snapshot = RoutingSnapshot(registry: BackendRegistry(stage.backends), policy: stage.policy)
        let live = LiveRouting(snapshot)
        loop = try CurlLoop()
        router = Router(
            live: live,
            board: HealthBoard(live.current.registry, now: clock?.now ?? .now),
            scan: TestPrompts.scan,
            ledger: ledger,
            transport: loop,
            circumstances: clock.map { clock in
                Router.Circumstances(now: { clock.now }, sleep: { clock.advance(by: $0) }, jitter: { 1 })
            } ?? Router.Circumstances()
        )
    }

    deinit { loop.shutdown() }

    /// Thinks about the mill.
    func think(streamed: Bool) async throws -> FailoverEnd {
        let thought = Thought(
            prompt: try TestPrompts.blind(FailoverStage.task),
            kind: .general,
            isStreamed: streamed
        )
        var kept = ""
        var end = FailoverEnd()
        do throws(RoutingError) {
            let answer = try await router.think(thought) { event in
                switch event {
                case .delta(let text): kept += text
                case .restarted: kept = ""
                case .brokeOff, .switching: break
                }
            }
            end.by = answer.backend.rawValue
            end.text = answer.text
            end.story = story(answer.attempts)
            end.model = answer.model
            end.tokens = (answer.usage.inputUncached, answer.usage.outputVisible)
            end.cost = answer.cost
        } catch { end.story = story(of: error) ?? [] }
        if streamed { end.shown = kept }
        return end
    }
}
