import TestSupport
import Testing

@testable import Bridge

@Suite("servers that end while clients come", .serialized, .timeLimit(.minutes(1)))
struct ClosingTests {
    /// Connects again and again until the end of the task.
    private func storm(_ port: Int?) -> Task<Void, Never> {
        Task.detached {
            while !Task.isCancelled {
                _ = try? DoorClient(port)
                await Task.yield()
            }
        }
    }

    @Test("a client that comes while the front door closes ends nothing", arguments: 0..<8)
    func door(_: Int) async throws {
        let alpha = LoopbackUpstream.answering { _, peer in peer.reply("{}") }
        defer { alpha.stop() }
        let house = try await Daemonette(alpha: alpha.url, http: #"{listen: "127.0.0.1:0"}"#)
        let storms = (0..<4).map { _ in storm(house.port) }
        await house.stop()
        for storm in storms { storm.cancel() }
        for storm in storms { await storm.value }
    }

    @Test("a client that comes while a sidecar ends ends nothing", arguments: 0..<8)
    func sidecar(_: Int) async throws {
        let bench = try await SidecarBench("{hermes: {model: m}}")
        let storms = (0..<4).map { _ in storm(bench.port) }
        await bench.stop()
        for storm in storms { storm.cancel() }
        for storm in storms { await storm.value }
    }
}
