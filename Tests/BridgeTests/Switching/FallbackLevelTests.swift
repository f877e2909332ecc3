import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

/// `configs/examples/fallback.yaml` as it stands, but for addresses.
@Suite("fallback levels are ordinary configuration", .serialized, .timeLimit(.minutes(1)))
struct FallbackLevelTests {
    private static let examples = Daemonette.repository.appendingPathComponent("configs/examples")

    /// A llama-server that notes its starts, lives until `crash` is there, and does not come up while `dead` is.
    private static func program(in folder: URL) throws -> String {
        let path = folder.path + "/llama-server"
        let script = """
            #!/bin/sh
            echo start >> \(folder.path)/starts
            if [ -e \(folder.path)/dead ]; then exec \(SidecarBench.fake) --crash-at-start "$@"; fi
            exec \(SidecarBench.fake) --crash-file \(folder.path)/crash "$@"
            """
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    private static func starts(_ bench: SidecarBench) -> Int {
        let text = (try? String(contentsOfFile: bench.folder.path + "/starts", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count
    }

    private func house(_ bench: SidecarBench, openrouter: FaultyUpstream, small: FaultyUpstream) async throws
        -> Daemonette
    {
        let example = try ConfigLoader.load(
            Self.examples.appendingPathComponent("fallback.yaml").path,
            environment: [
                "HOME": bench.folder.path, "OPENROUTER_API_KEY": "sk-or-v1-of-a-test",
                "BACKEND_OPENROUTER_URL": openrouter.url, "BACKEND_SMALL_URL": small.url,
            ]
        )
        return try await Daemonette(alpha: small.url, http: "{listen: \"127.0.0.1:0\"}") { config in
            let own = config
            config = example
            (config.server.socket, config.ledger, config.memory) = (own.server.socket, own.ledger, own.memory)
            config.http = own.http
            guard let url = LoopbackURL("http://127.0.0.1:\(bench.port)") else { return }
            config.sidecars[0].url = url
        }
    }

    @Test(
        "after three recoveries that failed OpenRouter answers, then what is always on; and the first one is back when it can"
    )
    func levels() async throws {
        let manifest = Self.examples.appendingPathComponent("fallback-manifest.yaml").path
        let bench = try await SidecarBench(manifest: manifest) { manifest, folder in
            #expect(manifest.limits.restarts == 3)
            guard case .process(var command) = manifest.profiles[0].runner else { return }
            command.executable = try Self.program(in: folder)
            manifest.profiles[0].runner = .process(command)
        }
        let openrouter = FaultyUpstream([.answer], text: FailoverStage.prose[0])
        let small = FaultyUpstream([.answer], text: FailoverStage.prose[1])
        let house = try await house(bench, openrouter: openrouter, small: small)
        let (whole, live) = (DoorWay(isAnthropic: false, form: .whole), DoorWay(isAnthropic: true, form: .live))
        let question = "Say which model you are."

        let first = await whole.ask(question, try house.client())
        #expect(first.end.by == "main" && first.end.model == "main", "\(first.reply.body)")
        #expect(Self.starts(bench) == 1)

        // It dies, and whatever is started again dies, too.
        bench.touch("dead")
        bench.touch("crash")
        #expect(try await bench.becomes { $0.text("state") == "failed" })
        #expect(Self.starts(bench) == 4)

        // The next request has it tried once more, hears so, and goes on to the second level.
        let second = await live.ask(question, try house.client())
        #expect(second.end.by == "openrouter", "\(second.reply.body)")
        #expect(second.end.text == FailoverStage.prose[0])
        #expect(second.reply.body.contains("event: model_switching"))
        #expect(Self.starts(bench) == 8)
        #expect(try await bench.status.text("error.cause") == "crashed")

        // Its breaker is open now: nobody waits for it.
        openrouter.play([FailoverScenario.down])
        let third = await whole.ask(question, try house.client())
        #expect(third.end.by == "small" && third.end.text == FailoverStage.prose[1], "\(third.reply.body)")
        #expect(Self.starts(bench) == 8)

        // Nobody is left: each is named.
        small.play([FailoverScenario.down])
        let last = await whole.ask(question, try house.client())
        #expect(last.reply.status == 502 && last.end.by == nil)
        #expect(Set(last.end.story.map { $0.prefix { $0 != " " } }).isSuperset(of: ["openrouter", "small"]))
        #expect(last.reply.error("src") == "small" || last.reply.error("src") == "openrouter")

        // An operator who has mended it switches to it, and need not wait for the breaker.
        bench.remove("dead")
        let switched = try await house.client().ask("POST", "/models/switch", body: #"{"profile":"main"}"#)
        #expect(switched.status == 200 && switched.json["active"] as? String == "main")
        await house.stop()
        await bench.stop()
    }
}
