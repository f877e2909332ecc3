import Foundation
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

@Suite("Viewers of the dashboard are pushed what has changed", .timeLimit(.minutes(1)))
struct DashboardFeedTests {
    /// Looks go on one by one, when a test says so.
    private final class Steps: Sendable {
        private let stream: AsyncStream<Void>
        private let step: AsyncStream<Void>.Continuation
        private let waits = Mutex(0)

        init() { (stream, step) = AsyncStream<Void>.makeStream() }

        var pauses: Int { waits.withLock { $0 } }

        func wait() async {
            waits.withLock { $0 += 1 }
            for await _ in stream { return }
        }

        /// Lets one look pass; returns when it is over.
        func next() async {
            let before = pauses
            step.yield()
            _ = await eventually { self.pauses > before }
        }

        /// Returns when the first look is over.
        func first() async { _ = await eventually { self.pauses > 0 } }
    }

    private struct Scene {
        let bench: LedgerBench
        let ledger: Ledger
        let board: HealthBoard
        let steps = Steps()
        let feed: DashboardFeed

        init() throws {
            bench = try LedgerBench()
            ledger = try bench.open()
            let id = try #require(BackendID("alpha"))
            let alpha = Backend(id: id, url: "http://a.test", model: "a", roles: [.local], isLocal: true)
            let registry = BackendRegistry([alpha])
            board = HealthBoard(registry)
            let live = LiveRouting(RoutingSnapshot(registry: registry, policy: RoutingPolicy()))
            let source = DashboardSource(live: live, board: board, ledger: ledger, budgets: BudgetBook())
            feed = DashboardFeed(source) { [steps] in await steps.wait() }
        }

        func end() async throws {
            await ledger.settle(try await ledger.willSend(bench.record()), bench.end(cost: 5))
        }

        func clean() {
            ledger.close()
            bench.clean()
        }
    }

    private func names(_ text: [UInt8]) -> [String] {
        String(decoding: text, as: UTF8.self).components(separatedBy: "\n").filter { $0.hasPrefix("event: ") }
            .map { String($0.dropFirst("event: ".count)) }
    }

    @Test("the first look is all of it, the next ones what is new")
    func news() async throws {
        let scene = try Scene()
        defer { scene.clean() }
        #expect(await !scene.feed.isLooking, "nothing is worked out while nobody looks")
        let viewer = try #require(await scene.feed.enter())
        await scene.steps.first()
        #expect(names(await scene.feed.news(for: viewer)) == ["daemon", "lamps", "decisions", "costs", "audit"])
        await scene.steps.next()
        #expect(String(decoding: await scene.feed.news(for: viewer), as: UTF8.self) == ": still here\n\n")

        try await scene.end()
        await scene.steps.next()
        #expect(names(await scene.feed.news(for: viewer)) == ["lamps"], "sums are not read with every request")
        for _ in 0..<3 { await scene.steps.next() }
        #expect(names(await scene.feed.news(for: viewer)) == ["costs", "audit"])
        await scene.feed.leave(viewer)
        #expect(await !scene.feed.isLooking)
    }

    @Test("a viewer that was away gets each part once, as it is now")
    func overtaken() async throws {
        let scene = try Scene()
        defer { scene.clean() }
        let viewer = try #require(await scene.feed.enter())
        await scene.steps.first()
        _ = await scene.feed.news(for: viewer)
        for _ in 0..<3 {
            try await scene.end()
            await scene.steps.next()
        }
        let text = await scene.feed.news(for: viewer)
        #expect(names(text) == ["lamps"])
        #expect(String(decoding: text, as: UTF8.self).contains("\"answered\":3"))
        await scene.feed.leave(viewer)
    }

    @Test("who looks again after all have left is told anew")
    func again() async throws {
        let scene = try Scene()
        defer { scene.clean() }
        let first = try #require(await scene.feed.enter())
        await scene.steps.first()
        await scene.feed.leave(first)
        let second = try #require(await scene.feed.enter())
        var wakes = second.wakes.makeAsyncIterator()
        _ = await wakes.next()
        #expect(names(await scene.feed.news(for: second)).contains("lamps"))
        await scene.feed.leave(second)
    }

    @Test("there are not more viewers than may be")
    func most() async throws {
        let scene = try Scene()
        defer { scene.clean() }
        var viewers: [DashboardFeed.Viewer] = []
        for _ in 0..<DashboardFeed.mostViewers { viewers.append(try #require(await scene.feed.enter())) }
        #expect(await scene.feed.enter() == nil)
        for viewer in viewers { await scene.feed.leave(viewer) }
        #expect(await !scene.feed.isLooking)
    }
}
