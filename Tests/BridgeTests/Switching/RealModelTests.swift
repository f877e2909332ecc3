import Foundation
import Routing
import Testing

@testable import Bridge

/// A real llama-server, where there is one: `make test-llama`.
@Suite("two models of a real llama-server, through the front door", .serialized, .timeLimit(.minutes(5)))
struct RealModelTests {
    /// The program, and two models or more; nil where they are not.
    private static let given: (server: String, models: [String])? = {
        let environment = ProcessInfo.processInfo.environment
        guard let server = environment["WORKSHOP_LLAMA_SERVER"], let folder = environment["WORKSHOP_LLAMA_MODELS"],
            FileManager.default.isExecutableFile(atPath: server)
        else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let models = names.filter { $0.hasSuffix(".gguf") }.sorted().map { folder + "/" + $0 }
        return models.count > 1 ? (server, models) : nil
    }()

    @Test(
        "each is loaded when it is asked for, answers whole and streamed, and leaves nothing behind",
        .enabled(
            if: given != nil,
            "WORKSHOP_LLAMA_SERVER names no llama-server, or WORKSHOP_LLAMA_MODELS no folder with two .gguf files"
        )
    )
    func switched() async throws {
        let given = try #require(Self.given)
        let profiles = ["one", "two"].enumerated().map { index, name in
            "\(name): {model: \(given.models[index]), flags: {ctx-size: 1024, threads: 1}}"
        }
        let bench = try await SidecarBench("{\(profiles.joined(separator: ", "))}") { manifest in
            for place in manifest.profiles.indices {
                guard case .process(var command) = manifest.profiles[place].runner else { continue }
                command.executable = given.server
                manifest.profiles[place].runner = .process(command)
                manifest.profiles[place].readyTimeout = .seconds(120)
            }
        }
        let mark = ProcessMark(state: bench.folder.path + "/lock")
        let house = try await Daemonette(alpha: "http://127.0.0.1:1", http: "{listen: \"127.0.0.1:0\"}") { config in
            let url = LoopbackURL(port: bench.port)
            var desk = SidecarSettings(name: "desk", url: url)
            desk.limits.residency = .zero
            config.sidecars = [desk]
            // A tiny model of chance says nothing that a judge would let pass.
            config.policy.quality.isJudged = false
            for (index, name) in ["one", "two"].enumerated() {
                config.backends[index].place = ModelPlace(sidecar: "desk", profile: name)
                config.backends[index].url = url.base
                config.backends[index].isLocal = true
            }
        }
        let client = try house.client()
        for (backend, profile) in [("alpha", "one"), ("beta", "two"), ("alpha", "one")] {
            let live = await client.chat(
                Daemonette.chat("Say it.", model: backend, more: ",\"stream\":true,\"max_tokens\":24")
            )
            #expect(live.status == 200 && live.events.last == "[DONE]", "\(live.body)")
            #expect(live.body.contains("event: model_switching"))
            #expect(live.events.filter { $0.contains("\"content\"") }.count > 2, "it came in pieces")
            let whole = await client.chat(Daemonette.chat("Say it again.", model: backend, more: ",\"max_tokens\":24"))
            #expect(whole.status == 200 && whole.json["model"] as? String == profile, "\(whole.body)")
            let usage = whole.json["usage"] as? [String: Any]
            #expect((usage?["completion_tokens"] as? Int ?? 0) > 0 && (usage?["prompt_tokens"] as? Int ?? 0) > 0)
            #expect(try await bench.status.text("active") == profile)
        }
        await house.stop()
        await bench.stop()
        #expect(Stragglers.find(mark).isEmpty)
    }
}
