import Foundation
import Persona
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

@Suite("models are listed over all backends that are well", .timeLimit(.minutes(1)))
struct ModelCatalogueTests {
    private static func list(_ names: [String]) -> String {
        "{\"data\":[" + names.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",") + "]}"
    }

    private func backend(_ name: String, _ url: String, models: [String] = []) throws -> Backend {
        let id = try #require(BackendID(name))
        var backend = Backend(id: id, url: url, model: "\(name)-model", roles: [.local], isLocal: true)
        backend.models = models
        return backend
    }

    private struct Bench {
        let catalogue: ModelCatalogue
        let live: LiveRouting
        let board: HealthBoard
        let ledger: MemoryLedger
        let clock: ManualClock
        let transport: CurlLoop
    }

    private func bench(_ backends: [Backend]) throws -> Bench {
        let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(backends)))
        let board = HealthBoard(live.current.registry)
        let ledger = MemoryLedger()
        let clock = ManualClock()
        let transport = try CurlLoop()
        let catalogue = ModelCatalogue(
            live: live,
            board: board,
            discovery: { ModelDiscovery(scan: TestPrompts.scan, ledger: ledger, transport: transport) },
            now: { clock.now }
        )
        return Bench(catalogue: catalogue, live: live, board: board, ledger: ledger, clock: clock, transport: transport)
    }

    @Test("each model has its source; configured ones are marked, whether they are listed or not")
    func sources() async throws {
        let first = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(["a-model", "extra"])) }
        let second = LoopbackUpstream.answering { _, peer in peer.reply("{}", status: "401 No") }
        let third = LoopbackUpstream.answering { _, peer in peer.reply("<html>") }
        defer { for upstream in [first, second, third] { upstream.stop() } }
        var off = try backend("d", "http://127.0.0.1:1")
        off.service = .draining
        let bench = try bench([
            try backend("a", first.url, models: ["a-model", "spare"]), try backend("b", second.url),
            try backend("c", third.url), off,
        ])
        defer { bench.transport.shutdown() }
        let listing = await bench.catalogue.list()
        #expect(
            listing.models.map { "\($0.backend) \($0.name) \($0.isConfigured) \($0.isListed)" } == [
                "a a-model true true", "a spare true false", "a extra false true", "b b-model true false",
                "c c-model true false",
            ]
        )
        #expect(listing.sources.map(\.outcome) == [.listed, .failed(.auth), .failed(.malformed)])
        #expect(!listing.isCut)
        // Each is recorded as what it is.
        #expect(bench.ledger.records.map(\.purpose) == [.probe, .probe, .probe])
        #expect(bench.ledger.settlements.allSatisfy { $0 != nil })
    }

    @Test("a list is kept for thirty seconds, and asked again when it is older, wanted fresh, or another server's")
    func cache() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(["m"])) }
        let other = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(["n"])) }
        defer {
            upstream.stop()
            other.stop()
        }
        let bench = try bench([try backend("a", upstream.url)])
        defer { bench.transport.shutdown() }
        _ = await bench.catalogue.list()
        bench.clock.advance(by: .seconds(29))
        let kept = await bench.catalogue.list()
        #expect(kept.sources.first?.age == .seconds(29))
        #expect(upstream.requests.count == 1)
        bench.clock.advance(by: .seconds(1))
        _ = await bench.catalogue.list()
        #expect(upstream.requests.count == 2)
        _ = await bench.catalogue.list(isFresh: true)
        #expect(upstream.requests.count == 3)
        let moved = try backend("a", other.url)
        bench.live.update { $0.registry = BackendRegistry([moved]) }
        let listing = await bench.catalogue.list()
        #expect(listing.models.map(\.name) == ["a-model", "n"])
    }

    @Test("many who ask at the same time are one question")
    func singleFlight() async throws {
        let release = Gate()
        let upstream = LoopbackUpstream.answering { _, peer in
            release.wait()
            peer.reply(Self.list(["m"]))
        }
        defer { upstream.stop() }
        let bench = try bench([try backend("a", upstream.url)])
        defer { bench.transport.shutdown() }
        let listings = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<20 { group.addTask { await bench.catalogue.list().models.map(\.name) } }
            // Who gives up takes the answer from nobody.
            let giving = Task { await bench.catalogue.list().models.map(\.name) }
            giving.cancel()
            #expect(await eventually { upstream.requests.count == 1 })
            release.open()
            var all = [await giving.value]
            for await names in group { all.append(names) }
            return all
        }
        #expect(listings.count == 21 && listings.allSatisfy { $0 == ["a-model", "m"] })
        #expect(upstream.requests.count == 1)
    }

    @Test("a backend that is not well is not asked, and the others do not wait for one that hangs")
    func unwell() async throws {
        let hanging = LoopbackUpstream { peer in peer.awaitClose() }
        let good = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(["m"])) }
        let refused = LoopbackUpstream.answering { _, peer in peer.reply("{}", status: "401 No") }
        defer { for upstream in [hanging, good, refused] { upstream.stop() } }
        let bench = try bench([try backend("a", good.url), try backend("b", refused.url)])
        defer { bench.transport.shutdown() }
        let probe = HealthProbe(
            live: bench.live,
            board: bench.board,
            scan: TestPrompts.scan,
            ledger: bench.ledger,
            transport: bench.transport,
            now: { bench.clock.now }
        )
        await probe.probeAll()
        let listing = await bench.catalogue.list()
        #expect(listing.sources.map(\.outcome) == [.listed, .skipped(.configError)])
        #expect(listing.models.map(\.name) == ["a-model", "m", "b-model"])
    }

    @Test("what names the persona, or cannot be recorded, is held back")
    func heldBack() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(["m"])) }
        defer { upstream.stop() }
        let bench = try bench([try backend("a", upstream.url + "/" + TestPrompts.term)])
        defer { bench.transport.shutdown() }
        #expect(await bench.catalogue.list().sources.map(\.outcome) == [.heldBack])
        #expect(upstream.requests.isEmpty)
    }

    @Test("a list of any length fits into a line")
    func long() async throws {
        let names = (0..<5_000).map { "m\($0)" }
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply(Self.list(names)) }
        defer { upstream.stop() }
        let bench = try bench(try (0..<6).map { try backend("b\($0)", upstream.url) })
        defer { bench.transport.shutdown() }
        let listing = await bench.catalogue.list()
        #expect(listing.isCut)
        #expect(listing.models.count == ModelCatalogue.mostModels)
        #expect(ServerMessage.models(.integer(1), listing).count < 1 << 20)
    }
}
