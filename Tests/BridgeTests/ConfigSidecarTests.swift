import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("sidecars are read whole, and a backend that names one is where it is")
struct ConfigSidecarTests {
    private static let token = "sixteen-letters-or-more"

    private func text(_ sidecars: String, _ backend: String) -> String {
        "\(ConfigBench.server)\nsidecars: {\(sidecars)}\nbackends:\n  a: {\(backend)}\n"
    }

    private func told(_ sidecars: String, _ backend: String) -> [String] {
        ConfigBench.told(ConfigBench.problems(text(sidecars, backend))).map { line in
            String(line.drop { $0 != " " }.dropFirst())
        }
    }

    private let desk = "desk: {url: \"http://127.0.0.1:8082\"}"
    private let hermes = "sidecar: desk, profile: hermes, role: local"

    @Test("every key is read, and the defaults are those of the reference")
    func everyKey() throws {
        let all =
            "desk: {url: \"http://127.0.0.1:8082/\", token: \"${TOKEN}\", queue: 3, wait_s: 7, residency_s: 1, turn_s: 2}"
        let config = try ConfigBench.load(text(all, hermes), environment: ["TOKEN": Self.token])
        let sidecar = try #require(config.sidecars.first)
        #expect(sidecar.url.base == "http://127.0.0.1:8082")
        #expect(sidecar.token == Secret(Self.token))
        #expect(sidecar.limits.waiting == 3)
        #expect(sidecar.limits.patience == .seconds(7))
        #expect(sidecar.limits.residency == .seconds(1))
        #expect(sidecar.limits.turn == .seconds(2))
        let plain = try #require(try ConfigBench.load(text(desk, hermes)).sidecars.first)
        #expect(plain.limits == ModelQueue.Limits())
        #expect(plain.token == nil && plain.manifest == nil)
    }

    @Test("a backend of a sidecar is local, asked for its health there, and passed over with the first failed load")
    func backend() throws {
        let tokened = "desk: {url: \"http://127.0.0.1:8082\", token: \(Self.token)}"
        let backend = try #require(try ConfigBench.load(text(tokened, hermes)).backends.first)
        #expect(backend.place == ModelPlace(sidecar: "desk", profile: "hermes"))
        #expect(backend.url == "http://127.0.0.1:8082")
        #expect(backend.key == Secret(Self.token))
        #expect(backend.model == "hermes")
        #expect(backend.isLocal)
        #expect(backend.health == .get("http://127.0.0.1:8082/health"))
        #expect(backend.allowedFailsByClass == [.modelFailed: 0])
        let own = try ConfigBench.load(text(desk, hermes + ", model: Hermes 4, allowed_fails: {model_failed: 2}"))
        #expect(own.backends.first?.model == "Hermes 4")
        #expect(own.backends.first?.models == ["hermes"])
        #expect(own.backends.first?.allowedFailsByClass == [.modelFailed: 2])
        #expect(own.backends.first?.key == nil)
    }

    @Test(
        "what is wrong is said where it stands",
        arguments: [
            ("desk: {}", "sidecars.desk.url: is missing"),
            ("desk: {url: \"http://192.168.0.5:8082\"}", "sidecars.desk.url: is not http://host:port of this machine"),
            ("desk: {url: \"http://127.0.0.1:8082\", speed: 1}", "sidecars.desk.speed: "),
            (
                "desk: {url: \"http://127.0.0.1:8082\", token: \"${NONE}\"}",
                "sidecars.desk.token: needs the variable NONE"
            ),
            ("desk: {url: \"http://127.0.0.1:8082\", wait_s: 0}", "sidecars.desk.wait_s: "),
            ("disk: {url: \"http://127.0.0.1:8082\"}", "backends.a.sidecar: there is no such sidecar"),
        ]
    )
    func wrongSidecars(sidecars: String, message: String) {
        #expect(told(sidecars, hermes).contains { $0.hasPrefix(message) }, "\(told(sidecars, hermes))")
    }

    @Test(
        "what a backend of a sidecar may not say",
        arguments: [
            ("sidecar: desk, role: local", "backends.a.profile: is missing"),
            ("profile: hermes, role: local", "backends.a.sidecar: is missing"),
            ("sidecar: desk, profile: h, role: local, url: \"http://a/v1\"", "backends.a.url: stands beside sidecar"),
            ("sidecar: desk, profile: h, role: local, key: k", "backends.a.key: stands beside sidecar"),
            ("sidecar: desk, profile: h, role: local, local: false", "backends.a.local: is false beside sidecar"),
            ("sidecar: desk, profile: h, role: local, wire: dumb-pipe", "backends.a.wire: is none"),
        ]
    )
    func wrongBackends(backend: String, message: String) {
        #expect(told(desk, backend).contains { $0.hasPrefix(message) }, "\(told(desk, backend))")
    }

    @Test("switching is one of two words")
    func policy() throws {
        let yaml = text(desk, hermes) + "routing: {switching: prefer_others}\n"
        #expect(try ConfigBench.load(yaml).policy.switching == .preferOthers)
        #expect(!ConfigBench.problems(text(desk, hermes) + "routing: {switching: never}\n").isEmpty)
    }
}
