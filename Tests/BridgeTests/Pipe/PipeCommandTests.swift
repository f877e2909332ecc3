import Foundation
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

/// `workshop pipe` as a process of its own.
private final class PipeSubject: Sendable {
    let port = Int.random(in: 20_000...29_000)
    let folder = URL(fileURLWithPath: "/tmp/wq-\(UInt32.random(in: .min ... .max))")
    let curl: CurlLoop

    /// The program that this build has made.
    private static let program: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let standard = Daemonette.repository.appendingPathComponent(".build/debug")
        return (folder ?? standard).appendingPathComponent("workshop").path
    }()

    init(model: String) throws {
        curl = try CurlLoop()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "pipe: {listen: '127.0.0.1:\(port)'}\nmodel: \(model)\n"
            .write(to: folder.appendingPathComponent("pipe.yaml"), atomically: true, encoding: .utf8)
    }

    deinit {
        curl.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }

    func start(_ arguments: [String] = []) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["pipe", "--config", folder.path + "/pipe.yaml", "--log-level", "debug"] + arguments
        // Whatever it may write goes into the folder.
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": folder.path, "HOME": folder.path])
        {
            $1
        }
        _ = FileManager.default.createFile(atPath: folder.path + "/log", contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/log")
        process.standardError = process.standardOutput
        try process.run()
        return process
    }

    func startWhole() async throws -> Process {
        let process = try start()
        try #require(await eventually(within: .seconds(40)) { (try? await self.get("/health"))?.status == 200 })
        return process
    }

    func get(_ path: String) async throws -> SidecarAnswer { try await ask(path, nil) }
    func execute(_ body: String) async throws -> SidecarAnswer { try await ask("/execute", body) }

    private func ask(_ path: String, _ body: String?) async throws -> SidecarAnswer {
        let request = OutgoingRequest(
            method: body == nil ? .get : .post,
            url: "http://127.0.0.1:\(port)\(path)",
            headers: body == nil ? [] : [("Content-Type", "application/json")],
            body: Array((body ?? "").utf8)
        )
        let sealed = try EgressScan(index: IdentityIndex([])).seal(request)
        let reply = try await curl.send(sealed, limits: TransferLimits(connect: .seconds(5), total: .seconds(30))).get()
        return SidecarAnswer(status: reply.status, retryAfter: reply.headers["Retry-After"], body: reply.body)
    }

    /// What it has started: commands and their keeper.
    var children: [pid_t] {
        let name = "pipe:127.0.0.1:\(port)"
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return Stragglers.find(ProcessMark(state: name))
            + entries.compactMap { pid_t($0) }.filter {
                (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains(name) == true
            }
    }
}

@Suite("workshop pipe, as a process of its own", .timeLimit(.minutes(3)), .serialized)
struct PipeCommandTests {
    @Test("killed with -9, it leaves neither its command nor its keeper behind")
    func killed() async throws {
        let subject = try PipeSubject(model: "{command: [sh, -c, 'setsid sleep 600 & sleep 600']}")
        let process = try await subject.startWhole()
        let asking = Task { try? await subject.execute(PipeBench.body("Hi")) }
        // A shell, two sleepers and the keeper.
        #expect(await eventually { subject.children.count == 4 })
        kill(process.processIdentifier, SIGKILL)
        #expect(await eventually { subject.children.isEmpty })
        #expect(await asking.value == nil)
        process.waitUntilExit()
    }

    @Test("ended with SIGTERM it exits with 0, and leaves nothing")
    func terminated() async throws {
        let subject = try PipeSubject(model: "{command: [sh, -c, 'sleep 1; cat']}\nlimits: {grace_s: 10}")
        let process = try await subject.startWhole()
        let asking = Task { try await subject.execute(PipeBench.body("Hi")) }
        #expect(await eventually { subject.children.count >= 2 })
        process.terminate()
        // What is under way is finished.
        #expect(try await asking.value.text("result") == "Hi")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(await eventually { subject.children.isEmpty })
    }

    /// Whether a text stands in the command line or the environment of any process, but for this one's.
    private func isInProc(_ text: String) -> Bool {
        let wanted = Data(text.utf8)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.contains { pid in
            ["cmdline", "environ"].contains { name in
                guard let file = FileHandle(forReadingAtPath: "/proc/\(pid)/\(name)") else { return false }
                defer { try? file.close() }
                return (try? file.readToEnd())?.range(of: wanted) != nil
            }
        }
    }

    @Test("a prompt is in no log line, no file, no process list and no error, whatever becomes of it")
    func canary() async throws {
        let canary = "canary-\(UInt64.random(in: .min ... .max))"
        let script = "read -r line; case $line in *fail*) echo $line >&2; exit 1;; *hang*) sleep 600;; esac; echo hm"
        let upstream = LoopbackUpstream.answering { request, peer in
            if request.contains("fail") {
                peer.reply("{\"error\":\"\(canary)\"}", status: "500 Oops")
            } else {
                peer.reply(request.hasPrefix("GET") ? #"{"models":[]}"# : #"{"response":"hm","done":true}"#)
            }
        }
        for model in ["{command: [sh, -c, '\(script)']}", "{ollama: '\(upstream.url)'}"] {
            let subject = try PipeSubject(model: model)
            let process = try await subject.startWhole()
            let hanging = Task { try? await subject.execute(PipeBench.body(canary + " hang")) }
            var answers: [SidecarAnswer] = []
            for body in [
                PipeBench.body(canary), PipeBench.body(canary + " fail"), "{\"prompt\":\"\(canary)\"}", canary,
                PipeBench.body("x", "{\"model\":\"\(canary)\"}"), PipeBench.body("x", "{\"stop\":{\"\(canary)\":1}}"),
            ] { answers.append(try await subject.execute(body)) }
            answers.append(try await subject.get("/\(canary)"))
            for answer in answers where answer.text("status") == "error" {
                #expect(!String(decoding: answer.body, as: UTF8.self).contains(canary))
            }
            #expect(answers.count { $0.text("status") == "error" } >= 5)
            #expect(!isInProc(canary))
            process.terminate()
            hanging.cancel()
            process.waitUntilExit()
            #expect(subject.log.contains("listening"))
            let files = FileManager.default.enumerator(atPath: subject.folder.path)?.compactMap { $0 as? String } ?? []
            #expect(Set(files) == ["pipe.yaml", "log"])
            #expect(!subject.log.contains(canary))
        }
        upstream.stop()
    }

    @Test("one that cannot listen ends with 1, a wrong configuration with 78; --check starts nothing")
    func exits() async throws {
        let taken = LoopbackUpstream { $0.awaitClose() }
        defer { taken.stop() }
        let subject = try PipeSubject(model: "{}")
        for (arguments, code) in [
            (["--listen", "127.0.0.1:\(taken.port)"], Int32(1)),
            (["--listen", "127.0.0.1:\(taken.port)", "--check"], 0),
            (["--listen", "0.0.0.0:0"], 78), (["--model", "-x"], 64), (["--model=-x"], 78), (["--token", "x"], 64),
            (["--json"], 64),
        ] {
            let process = try subject.start(arguments)
            process.waitUntilExit()
            #expect(process.terminationStatus == code, "\(arguments)")
        }
    }

    @Test(
        "--check --json prints the problems for a program to read",
        arguments: [("127.0.0.1:0", 0), ("0.0.0.0:0", 1)]
    )
    func problems(listen: String, count: Int) throws {
        let subject = try PipeSubject(model: "{}")
        let process = try subject.start(["--listen", listen, "--check", "--json"])
        process.waitUntilExit()
        let report = try JSONSerialization.jsonObject(with: Data(subject.log.utf8)) as? [String: [[String: Any]]]
        #expect(report?["problems"]?.count == count)
        #expect(report?["warnings"]?.isEmpty == true)
        #expect(process.terminationStatus == (count == 0 ? 0 : 78))
    }
}
