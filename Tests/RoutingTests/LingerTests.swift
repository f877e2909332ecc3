import Foundation
import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("What is billed after a caller has left is still counted, within a bound", .timeLimit(.minutes(1)))
struct LingerTests {
    /// Real curl over a real socket, and a ledger in memory.
    private struct Stand {
        let loop: CurlLoop
        let ledger = MemoryLedger()
        let router: Router

        init(_ upstream: LoopbackUpstream, prices: PriceVector?) throws {
            loop = try CurlLoop()
            var backend = try Fixture.backend("one", [.speed])
            backend.url = upstream.url
            backend.prices = prices
            backend.isStreamed = true
            let registry = BackendRegistry([backend])
            router = Router(
                live: LiveRouting(RoutingSnapshot(registry: registry)),
                board: HealthBoard(registry),
                scan: TestPrompts.scan,
                ledger: ledger,
                transport: loop
            )
        }
    }

    private static let chunk = #"data: {"choices":[{"delta":{"content":"fo"}}]}"# + "\n\n"
    private static let end =
        #"data: {"choices":[{"delta":{"content":"ur"},"finish_reason":"stop"}]}"# + "\n\n"
        + #"data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}"# + "\n\ndata: [DONE]\n\n"

    private func send(_ text: String, to peer: LoopbackUpstream.Peer) {
        peer.send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
    }

    @Test("the counts at the end of a billed answer are kept")
    func drained() async throws {
        let left = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.send(Self.chunk, to: peer)
            left.wait()
            self.send(Self.end, to: peer)
            peer.send("0\r\n\r\n")
            peer.awaitClose()
        }
        defer { upstream.stop() }
        let stand = try Stand(upstream, prices: PriceVector(input: 2, output: 10))
        defer { stand.loop.shutdown() }
        let first = Gate()
        let heard = Witness()
        let thought = try Workbench.thought(streamed: true)
        let task = Task {
            try await stand.router.think(thought) { event in
                heard.note("\(event)")
                first.open()
            }
        }
        await first.opened()
        task.cancel()
        left.open()
        await #expect(throws: RoutingError.self) { try await task.value }
        let settlement = try #require(stand.ledger.settlements.first ?? nil)
        #expect(settlement.outcome == .failed(.cancelled))
        #expect(settlement.usage.inputUncached == 10)
        #expect(settlement.cost == NanoDollars(70_000))
        // The caller has left, and hears nothing more.
        #expect(heard.events.count == 1)
    }

    @Test("an answer that costs nothing, or does not end in time, is given up", arguments: [0.0, 10.0])
    func givenUp(_ price: Double) async throws {
        let closed = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.send(Self.chunk, to: peer)
            peer.awaitClose()
            closed.open()
        }
        defer { upstream.stop() }
        let stand = try Stand(upstream, prices: PriceVector(input: price, output: price))
        defer { stand.loop.shutdown() }
        let first = Gate()
        let thought = try Workbench.thought(streamed: true)
        let task = Task { try await stand.router.think(thought) { _ in first.open() } }
        await first.opened()
        task.cancel()
        await #expect(throws: RoutingError.self) { try await task.value }
        await closed.opened()
        #expect(stand.ledger.settlements.map { $0?.outcome } == [.failed(.cancelled)])
    }
}
