import Persona
import Synchronization
import TestSupport
import Testing

@testable import Routing

@Suite("a thought goes to a model when its gate lets it, and on to others when not")
struct RouterSwitchingTests {
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))
    private static let down = FakeTransport.Move.reply(status: 400, body: "")

    /// Three backends of equal standing; the first is a sidecar's.
    private func backends() throws -> [Backend] {
        var backends = try Workbench.three()
        backends[0].url = "http://sidecar.test"
        backends[0].key = Secret("the-sidecars-own-token")
        backends[0].place = ModelPlace(sidecar: "desk", profile: "hermes")
        return backends
    }

    private func bench(
        _ gate: ScriptedGate,
        _ moves: [String: [FakeTransport.Move]],
        switching: RoutingPolicy.Switching = .wait
    ) throws -> Workbench {
        var policy = Workbench.noRetries
        policy.switching = switching
        return Workbench(try backends(), moves, policy: policy, models: gate)
    }

    @Test("the request goes where the model answers, by the name that its server knows, without the sidecar's token")
    func served() async throws {
        let gate = ScriptedGate([.pass])
        let bench = try bench(gate, ["model": [Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(answer.backend.rawValue == "one")
        #expect(bench.transport.sent.map(\.url) == ["http://model.test/v1/chat/completions"])
        #expect(bench.transport.sent[0].headers.allSatisfy { !$0.value.contains("token") })
        #expect(bench.ledger.records.map(\.model) == ["served"])
        #expect(gate.log == ["desk/hermes waits", "left 1"])
    }

    @Test("a backend without a sidecar has no gate")
    func ungated() async throws {
        let gate = ScriptedGate([])
        let bench = Workbench(try Workbench.three(), ["one": [Self.good]], models: gate)
        _ = try await bench.router.think(try Workbench.thought())
        #expect(gate.log == [])
    }

    @Test(
        "who cannot have the model is answered by the next backend",
        arguments: [FailureClass.queueFull, .queueTimeout, .modelFailed, .unreachable, .auth]
    )
    func refused(failure: FailureClass) async throws {
        let gate = ScriptedGate([.refuse(failure)])
        let bench = try bench(gate, ["two": [Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one \(failure.rawValue)", "two answered"])
        #expect(bench.ledger.records.map(\.attempt) == [1])
        #expect(gate.log == ["desk/hermes waits"])
    }

    @Test("when nobody else can answer, the error says when to come back")
    func comeBack() async throws {
        let gate = ScriptedGate([.refuse(.queueFull, retryAfter: .seconds(7))])
        let bench = try bench(gate, ["two": [Self.down], "three": [Self.down]])
        let thought = try Workbench.thought()
        do throws(RoutingError) {
            _ = try await bench.router.think(thought)
            Issue.record("it was answered")
        } catch {
            guard case .allFailed(let attempts) = error else {
                Issue.record(error)
                return
            }
            #expect(attempts.map(\.retryAfter) == [.seconds(7), nil, nil])
        }
    }

    @Test("others are preferred to waiting; when they fail, it is waited for")
    func preferred() async throws {
        let gate = ScriptedGate([.refuse(.modelAway), .pass])
        let bench = try bench(
            gate,
            ["two": [Self.down], "three": [Self.down], "model": [Self.good]],
            switching: .preferOthers
        )
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(
            story(answer.attempts) == ["one model_away", "two bad_request", "three bad_request", "one answered"]
        )
        #expect(gate.log == ["desk/hermes asks", "desk/hermes waits", "left 1"])
    }

    @Test("a permission is given back when the request fails")
    func givenBack() async throws {
        let gate = ScriptedGate([.pass])
        let bench = try bench(gate, ["model": [.failure(.cut)], "two": [Self.good]])
        _ = try await bench.router.think(try Workbench.thought())
        #expect(gate.log == ["desk/hermes waits", "left 1"])
    }

    @Test("a client that leaves while it waits is told nothing more, and the breaker neither")
    func cancelled() async throws {
        let gate = ScriptedGate([.refuse(.cancelled)])
        let bench = try bench(gate, ["two": [Self.good]])
        let thought = try Workbench.thought()
        do throws(RoutingError) {
            _ = try await bench.router.think(thought)
            Issue.record("it was answered")
        } catch {
            guard case .cancelled = error else {
                Issue.record(error)
                return
            }
        }
        #expect(bench.transport.sent.isEmpty)
        #expect(try bench.lamp("one").inFlight == 0)
    }

    @Test("a stream hears how it waits; a whole answer's caller does not")
    func told() async throws {
        for isStreamed in [true, false] {
            let notice = SwitchNotice(profile: "hermes", sidecar: "desk", place: 2, elapsed: .seconds(1))
            let gate = ScriptedGate([.tell(notice)])
            let bench = try bench(gate, ["model": [Self.down], "two": [Self.down], "three": [Self.down]])
            var heard: [ThoughtEvent] = []
            _ = try? await bench.router.think(try Workbench.thought(streamed: isStreamed)) { heard.append($0) }
            #expect(heard == (isStreamed ? [.switching(notice)] : []))
        }
    }
}

/// A gate that plays a script.
private final class ScriptedGate: ModelGate {
    enum Move: Sendable {
        case pass
        case refuse(FailureClass, retryAfter: Duration? = nil)
        /// Says how it waits, then lets it pass.
        case tell(SwitchNotice)
    }

    private let state: Mutex<(moves: [Move], log: [String])>

    init(_ moves: [Move]) { state = Mutex((moves, [])) }

    /// What was asked, and who has left.
    var log: [String] { state.withLock { $0.log } }

    func enter(
        _ place: ModelPlace,
        waits: Bool,
        until deadline: ContinuousClock.Instant,
        onNotice: (SwitchNotice) async -> Void
    ) async -> Result<ModelPass, ModelRefusal> {
        let move = state.withLock { state in
            state.log.append("\(place.sidecar)/\(place.profile) \(waits ? "waits" : "asks")")
            return state.moves.removeFirst()
        }
        switch move {
        case .refuse(let failure, let retryAfter): return .failure(ModelRefusal(failure, retryAfter: retryAfter))
        case .tell(let notice): await onNotice(notice)
        case .pass: break
        }
        return .success(ModelPass(id: 1, sidecar: place.sidecar, url: "http://model.test", model: "served"))
    }

    func leave(_ pass: ModelPass) { state.withLock { $0.log.append("left \(pass.id)") } }
}
