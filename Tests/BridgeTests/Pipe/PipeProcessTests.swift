import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("a pipe's command", .timeLimit(.minutes(2)))
struct PipeProcessTests {
    @Test("the prompt is its standard input, and its standard output the answer")
    func answers() async throws {
        let pipe = try await PipeBench.script("printf 'got: '; cat; echo CANARY >&2")
        let health = try await pipe.get("/health")
        #expect(health.status == 200 && health["models"] as? [String] == ["m"])
        let answer = try await pipe.execute("two\nlines \u{1F600} $(id) `id`")
        #expect(answer.status == 200 && answer.text("result") == "got: two\nlines \u{1F600} $(id) `id`")
        let long = String(repeating: "0123456789abcdef", count: 40_000)
        #expect(try await pipe.execute(long).text("result") == "got: " + long)
        await pipe.stop()
    }

    @Test("a command that does not read is answered all the same, also for a prompt that no pipe holds")
    func deaf() async throws {
        let pipe = try await PipeBench.script("echo hm")
        for prompt in ["Hi", String(repeating: "x", count: 900_000)] {
            #expect(try await pipe.execute(prompt).text("result") == "hm\n")
        }
        await pipe.stop()
    }

    /// A script, and what comes of it.
    private static let faults: [(script: String, status: Int, code: String)] = [
        ("cat >/dev/null; echo CANARY; exit 3", 500, "command_failed"), ("kill -9 $$", 500, "command_failed"),
        ("yes CANARY", 502, "answer_too_large"), ("sleep 60", 504, "timed_out"),
        ("trap '' TERM INT HUP; while :; do sleep 1; done", 504, "timed_out"),
        ("printf '\\377\\376'", 502, "model_garbled"),
    ]

    @Test("one that fails, floods, hangs or writes no text is a clear error", arguments: faults)
    func fails(fault: (script: String, status: Int, code: String)) async throws {
        let pipe = try await PipeBench.script(fault.script) { $0.limits.time = .seconds(1) }
        let answer = try await pipe.execute("CANARY")
        #expect(answer.status == fault.status && answer.text("code") == fault.code, "\(fault.script): \(answer.status)")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("CANARY"))
        await pipe.stop()
    }

    @Test("one that is not there is told, by health too")
    func missing() async throws {
        for program in ["/nowhere/model", "no-such-program", "/etc/passwd"] {
            let pipe = try await PipeBench { config in
                config.driver = .command(PipeCommand(program: program))
                config.standard = "m"
            }
            #expect(try await pipe.get("/health").text("code") == "command_missing")
            let answer = try await pipe.execute("Hi")
            #expect(answer.status == 500 && answer.text("code") == "command_missing")
            await pipe.stop()
        }
    }

    /// The processes whose standard input is nothing special and that sleep for that many seconds.
    private func sleepers(_ seconds: Int) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter {
            let line = try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)
            return line == "sleep\u{0}\(seconds)\u{0}"
        }
    }

    @Test("what it has started ends with it, in whatever session that is")
    func whole() async throws {
        let seconds = Int.random(in: 100_000...999_999)
        let pipe = try await PipeBench.script("sleep \(seconds) & setsid sleep \(seconds) & echo hm")
        #expect(try await pipe.execute("Hi").text("result") == "hm\n")
        #expect(sleepers(seconds).isEmpty)
        await pipe.stop()
    }

    @Test("a client that leaves, and a pipe that ends, end it with all that it has started")
    func leaves() async throws {
        for isClient in [true, false] {
            let seconds = Int.random(in: 100_000...999_999)
            let pipe = try await PipeBench.script("setsid sleep \(seconds) & sleep \(seconds)")
            let client = try DoorClient(pipe.port)
            let body = PipeBench.body("Hi")
            client.send(
                "POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
            )
            #expect(await eventually { sleepers(seconds).count == 2 })
            if isClient { client.leave() } else { await pipe.stop() }
            #expect(await eventually { sleepers(seconds).isEmpty })
            if isClient { await pipe.stop() }
        }
    }

    @Test("the model's name is an argument, the prompt is none, and the pipe's token is not in its environment")
    func arguments() async throws {
        setenv("WORKSHOP_PIPE_TOKEN", "0123456789abcdef", 1)
        defer { unsetenv("WORKSHOP_PIPE_TOKEN") }
        let pipe = try await PipeBench { config in
            let script = "echo $0; tr '\\0' '\\n' </proc/$$/cmdline; env"
            config.driver = .command(PipeCommand(program: "sh", arguments: ["-c", script, "{model}"]))
            config.models = ["a;b", "m"]
            config.standard = "m"
        }
        let text = try #require(try await pipe.execute("CANARY", #"{"model":"a;b"}"#).text("result"))
        #expect(text.hasPrefix("a;b\n"))
        #expect(!text.contains("CANARY") && !text.contains("0123456789abcdef"))
        #expect(text.contains("PATH="))
        #expect(try await pipe.execute("Hi", #"{"model":"$(id)"}"#).text("code") == "unknown_model")
        await pipe.stop()
    }
}
