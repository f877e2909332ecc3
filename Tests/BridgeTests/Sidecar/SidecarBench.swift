import Foundation
import Logging
import Routing
import TestSupport

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

/// A sidecar in this process: real HTTP, real processes, a llama-server that misbehaves on demand.
final class SidecarBench: SidecarCaller {
    let folder: URL
    let port: Int
    let curl: CurlLoop
    private let serving: Task<Void, any Error>

    /// The llama-server.
    static let fake = Daemonette.repository.appendingPathComponent("Tests/Support/fake_llama_server.py").path

    /// Starts it, and returns when it listens.
    /// - Parameters:
    ///   - profiles: the manifest's, as YAML mappings by name; `FOLDER` stands for the bench's own.
    ///   - sidecar: further keys of that section.
    ///   - adjust: last changes to the manifest.
    convenience init(
        _ profiles: String,
        sidecar: String = "",
        servers: String = "{}",
        adjust: (inout Manifest) -> Void = { _ in }
    ) async throws {
        let folder = try Self.makeFolder()
        let first = Self.firstPort()
        let yaml = """
            sidecar: {listen: "127.0.0.1:0", state: FOLDER/lock, ports: \(first)-\(first + 19), backoff_s: 0.02\(sidecar)}
            servers: \(servers)
            defaults: {command: \(Self.fake), stop_timeout_s: 5, ready_timeout_s: 20}
            profiles: \(profiles)
            """
        let file = folder.appendingPathComponent("manifest.yaml").path
        try yaml.replacing("FOLDER", with: folder.path).write(toFile: file, atomically: true, encoding: .utf8)
        var manifest = try ManifestReader.load(file)
        adjust(&manifest)
        try await self.init(manifest, in: folder)
    }

    /// Starts a manifest that was written for somebody's machine, at an address and with files of the test's own.
    /// - Parameter adjust: last changes, such as the program that it starts.
    convenience init(manifest file: String, adjust: (inout Manifest, URL) throws -> Void) async throws {
        let folder = try Self.makeFolder()
        let first = Self.firstPort()
        var manifest = try ManifestReader.load(file)
        manifest.listener.port = 0
        manifest.state = folder.path + "/lock"
        manifest.ports = first...(first + 19)
        manifest.limits.backoff = .milliseconds(20)
        try adjust(&manifest, folder)
        try await self.init(manifest, in: folder)
    }

    private static func makeFolder() throws -> URL {
        let folder = URL(fileURLWithPath: "/tmp/ws-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func firstPort() -> Int { Int.random(in: 200...590) * 100 }

    private init(_ manifest: Manifest, in folder: URL) async throws {
        self.folder = folder
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let daemon = SidecarDaemon(
            manifest,
            logger: logger,
            keeper: nil,
            intervals: Sidecar.Intervals(poll: .milliseconds(100), watch: .milliseconds(50))
        )
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        serving = Task { try await daemon.run { tell.yield($0) } }
        let serving = serving
        Task {
            _ = await serving.result
            tell.finish()
        }
        curl = try CurlLoop()
        guard let port = await ports.first(where: { _ in true }) else {
            try await serving.value
            throw CocoaError(.fileNoSuchFile)
        }
        self.port = port
    }

    /// Ends it, and returns when nothing of it runs.
    func stop() async {
        serving.cancel()
        _ = await serving.result
        curl.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Makes a file that the server looks for.
    func touch(_ name: String) { _ = FileManager.default.createFile(atPath: folder.path + "/" + name, contents: nil) }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: folder.path + "/" + name) }

    /// The number in a file.
    func pid(_ name: String) throws -> pid_t {
        let text = try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
        return pid_t(text) ?? 0
    }

    /// Whether a process is there, and is not merely one that nobody has reaped.
    static func isAlive(_ pid: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !stat.contains(") Z")
    }
}
