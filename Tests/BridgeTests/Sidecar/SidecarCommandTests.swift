import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

/// `workshop sidecar` as a process of its own, with a model `a` whose child leaves its session.
private final class SidecarSubject: SidecarCaller {
    let port = Int.random(in: 20_000...29_000)
    let curl: CurlLoop
    let folder = URL(fileURLWithPath: "/tmp/wc-\(UInt32.random(in: .min ... .max))")

    /// The program that this build has made.
    private static let program: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let standard = Daemonette.repository.appendingPathComponent(".build/debug")
        return (folder ?? standard).appendingPathComponent("workshop").path
    }()

    init() throws {
        curl = try CurlLoop()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(
            """
            sidecar: {listen: "127.0.0.1:\(port)", state: lock, ports: \(port + 1)-\(port + 9)}
            defaults: {command: \(SidecarBench.fake), stop_timeout_s: 2}
            profiles:
              a: {model: m, flags: {child-file: \(folder.path)/child, escape: true}}
              slow: {model: m, flags: {load-s: 60}}
            """
        )
    }

    deinit {
        for pid in models + keepers { kill(pid, SIGKILL) }
        curl.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ manifest: String) throws {
        try manifest.write(to: folder.appendingPathComponent("manifest.yaml"), atomically: true, encoding: .utf8)
    }

    /// Starts one.
    func start(_ arguments: [String] = []) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["sidecar", "--manifest", folder.path + "/manifest.yaml"] + arguments
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        let log = folder.path + "/log-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        return process
    }

    /// Starts one, and returns when it answers and has a keeper.
    func startWhole() async throws -> Process {
        let process = try start()
        let isUp = await eventually { await self.isAnswering && !self.keepers.isEmpty }
        try #require(isUp)
        return process
    }

    var isAnswering: Bool { get async { (try? await get("/health"))?.status == 200 } }

    /// Whatever is the sidecar's and not the sidecar: models, and their children.
    var models: [pid_t] { Stragglers.find(ProcessMark(state: folder.path + "/lock")) }

    /// Those that end what a sidecar leaves behind.
    var keepers: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let wanted = "sidecar-keeper\u{0}--mark\u{0}\(folder.path)/"
        return entries.compactMap { pid_t($0) }.filter { pid in
            guard let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8) else { return false }
            return line.contains(wanted)
        }
    }
}

@Suite("workshop sidecar, as a process of its own", .timeLimit(.minutes(2)), .serialized)
struct SidecarCommandTests {
    @Test("killed with -9, it leaves no process behind")
    func killed() async throws {
        let subject = try SidecarSubject()
        let process = try await subject.startWhole()
        #expect(try await subject.change(to: "a").status == 200)
        #expect(subject.models.count == 2)
        kill(process.processIdentifier, SIGKILL)
        #expect(await eventually { subject.models.isEmpty && subject.keepers.isEmpty })
    }

    @Test("killed with its keeper, what it leaves is ended by the next one before it listens")
    func killedWithKeeper() async throws {
        let subject = try SidecarSubject()
        let first = try await subject.startWhole()
        #expect(try await subject.change(to: "a").status == 200)
        let left = subject.models
        // Stopped first: it would start another keeper.
        kill(first.processIdentifier, SIGSTOP)
        for keeper in subject.keepers { kill(keeper, SIGKILL) }
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        #expect(subject.models == left && left.count == 2)
        let second = try await subject.startWhole()
        #expect(left.allSatisfy { !SidecarBench.isAlive($0) })
        #expect(try await subject.change(to: "a").status == 200)
        second.terminate()
        second.waitUntilExit()
    }

    @Test("a keeper that is killed is replaced")
    func keeperKilled() async throws {
        let subject = try SidecarSubject()
        let process = try await subject.startWhole()
        let keeper = try #require(subject.keepers.first)
        kill(keeper, SIGKILL)
        #expect(await eventually { subject.keepers.contains { $0 != keeper } })
        process.terminate()
        process.waitUntilExit()
    }

    @Test("ended with SIGTERM, it tells who waits, leaves nothing, and exits with 0")
    func terminated() async throws {
        let subject = try SidecarSubject()
        let process = try await subject.startWhole()
        async let waiting = subject.change(to: "slow")
        #expect(try await subject.becomes { $0.text("state") == "starting" && !subject.models.isEmpty })
        process.terminate()
        let answer = try await waiting
        #expect(answer.status == 503 && answer.text("error.code") == "closing")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(await eventually { subject.models.isEmpty && subject.keepers.isEmpty })
    }

    @Test("a second one with the same lock does not start, and harms nobody")
    func second() async throws {
        let subject = try SidecarSubject()
        let process = try await subject.startWhole()
        #expect(try await subject.change(to: "a").status == 200)
        let other = try subject.start()
        other.waitUntilExit()
        #expect(other.terminationStatus == 1)
        #expect(subject.models.count == 2)
        #expect(try await subject.status.text("active") == "a")
        process.terminate()
        process.waitUntilExit()
    }

    @Test("one that cannot listen ends with 1; a wrong manifest with 78; --check starts nothing")
    func exits() async throws {
        let subject = try SidecarSubject()
        let upstream = LoopbackUpstream { $0.awaitClose() }
        defer { upstream.stop() }
        try subject.write("sidecar: {listen: \"127.0.0.1:\(upstream.port)\", state: lock}\nprofiles: {a: {model: m}}")
        for (arguments, code) in [([], Int32(1)), (["--check"], 0)] {
            let process = try subject.start(arguments)
            process.waitUntilExit()
            #expect(process.terminationStatus == code)
        }
        try subject.write("profiles: {a: {modle: m}}")
        let process = try subject.start()
        process.waitUntilExit()
        #expect(process.terminationStatus == 78)
    }
}
