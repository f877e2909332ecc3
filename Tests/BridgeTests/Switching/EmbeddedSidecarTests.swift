import Foundation
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("a sidecar inside the daemon", .timeLimit(.minutes(1)), .serialized)
struct EmbeddedSidecarTests {
    @Test("its models answer, and end with the daemon, however that ends", arguments: [SIGTERM, SIGKILL])
    func endsWithTheDaemon(signal: Int32) async throws {
        let folder = URL(fileURLWithPath: "/tmp/we-\(UInt32.random(in: .min ... .max))")
        let daemon = try start(in: folder)
        let mark = ProcessMark(state: folder.path + "/lock")
        defer {
            daemon.terminate()
            for pid in Stragglers.find(mark) { kill(pid, SIGKILL) }
            try? FileManager.default.removeItem(at: folder)
        }
        let socket = folder.path + "/w.sock"
        try #require(await eventually { FileManager.default.fileExists(atPath: socket) })
        let client = try LineClient(socket)
        let answer = try await client.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"say one word","backend":"hermes"}}"#
        )
        let result = try #require(answer["result"] as? [String: Any], "\(answer)")
        #expect(result["backend"] as? String == "hermes")
        #expect(result["model"] as? String == "hermes-4")
        #expect(!Stragglers.find(mark).isEmpty)
        kill(daemon.processIdentifier, signal)
        #expect(await eventually { !daemon.isRunning })
        #expect(await eventually { Stragglers.find(mark).isEmpty })
        if signal == SIGTERM { #expect(daemon.terminationStatus == 0) }
    }

    /// A daemon of its own process, with one model.
    private func start(in folder: URL) throws -> Process {
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let port = Int.random(in: 20_000...29_000)
        let manifest = """
            sidecar: {listen: "127.0.0.1:\(port)", state: lock, ports: \(port + 1)-\(port + 9)}
            defaults: {command: \(SidecarBench.fake), stop_timeout_s: 2}
            profiles:
              hermes-4: {model: m, aliases: [fast]}
            """
        let config = """
            server: {socket: w.sock, personas: \(Daemonette.personas)}
            ledger: {path: ledger.db}
            sidecars:
              here: {manifest: manifest.yaml}
            backends:
              hermes: {sidecar: here, profile: fast, role: local}
            """
        try manifest.write(to: folder.appendingPathComponent("manifest.yaml"), atomically: true, encoding: .utf8)
        let file = folder.appendingPathComponent("backends.yaml")
        try config.write(to: file, atomically: true, encoding: .utf8)
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let build = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let process = Process()
        process.executableURL = (build ?? Daemonette.repository.appendingPathComponent(".build/debug"))
            .appendingPathComponent("workshop")
        process.arguments = ["serve", "--config", file.path]
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        return process
    }
}
