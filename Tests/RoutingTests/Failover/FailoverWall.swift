import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Routing

/// An upstream that speaks OpenAI's chat format and plays a list of faults, one for each request; the last one is
/// repeated. After FailoverBench's "wall" (https://github.com/failoverbench/failoverbench).
final class FaultyUpstream: Sendable {
    /// What one request comes to.
    enum Move: Sendable {
        /// A refusal by status.
        case status(Int, reason: String, headers: String = "", body: String = "{}")
        /// The whole answer, as tokens of a stream.
        case answer
        /// What the answer depends on.
        case depends(@Sendable (String) -> Move)
        /// Nothing: the connection is reset.
        case reset
        /// Nothing, for as long as the client waits.
        case silence
        /// Headers and keep-alive comments, and no token for as long as the client waits.
        case pings
        /// So many tokens of the answer, and then the end of the connection.
        case cut(after: Int)
        /// So many tokens, and then nothing.
        case stall(after: Int)
        /// The whole answer with an event in the middle that is no JSON.
        case malformed
        /// The whole answer and its usage, without `[DONE]`; the connection stays open.
        case neverDone
    }

    private struct State {
        var moves: [Move]
        var arrivals: [ContinuousClock.Instant] = []
    }

    let text: String
    private let state: Mutex<State>
    private let upstream: LoopbackUpstream

    /// - Parameter text: its answer; a token is a word.
    init(_ moves: [Move], text: String) {
        self.text = text
        let state = Mutex(State(moves: moves))
        self.state = state
        // The closure must not hold the upstream that holds it.
        let box = Weak<FaultyUpstream>()
        upstream = LoopbackUpstream { peer in
            while let owner = box.value, let request = owner.next(peer), owner.play(request.move, request.text, peer) {}
        }
        box.value = self
    }

    deinit { upstream.stop() }

    var url: String { upstream.url + "/v1" }
    /// When its requests came.
    var arrivals: [ContinuousClock.Instant] { state.withLock { $0.arrivals } }
    /// How many requests came.
    var count: Int { arrivals.count }
    /// The requests.
    var requests: [String] { upstream.requests }

    /// Plays other faults from now on.
    func play(_ moves: [Move]) { state.withLock { $0.moves = moves } }

    private func next(_ peer: LoopbackUpstream.Peer) -> (text: String, move: Move)? {
        // What is reset has not been read: the kernel answers the unread bytes with a reset.
        if state.withLock({ if case .reset = $0.moves[0] { true } else { false } }) {
            Thread.sleep(forTimeInterval: 0.02)
            _ = take()
            return nil
        }
        guard let request = peer.readRequest() else { return nil }
        return (request, take())
    }

    private func take() -> Move {
        state.withLock { state in
            state.arrivals.append(.now)
            return state.moves.count > 1 ? state.moves.removeFirst() : state.moves[0]
        }
    }

    /// Whether the connection may serve another request.
    private func play(_ move: Move, _ request: String, _ peer: LoopbackUpstream.Peer) -> Bool {
        switch move {
        case .status(let code, let reason, let headers, let body):
            peer.reply(body, status: "\(code) \(reason)", headers: headers)
            return true
        case .depends(let choose): return play(choose(request), request, peer)
        case .reset: return false
        case .silence:
            peer.awaitClose()
            return false
        case .pings:
            open(peer)
            for _ in 0..<200 {
                guard peer.send(Self.chunked(": still here\n\n")) else { return false }
                Thread.sleep(forTimeInterval: 0.02)
            }
            return false
        case .answer, .cut, .stall, .malformed, .neverDone:
            open(peer)
            return stream(move, peer)
        }
    }

    private func open(_ peer: LoopbackUpstream.Peer) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    }

    private func stream(_ move: Move, _ peer: LoopbackUpstream.Peer) -> Bool {
        let tokens = Self.tokens(text)
        for (index, token) in tokens.enumerated() {
            switch move {
            case .cut(let after) where index == after: return false
            case .stall(let after) where index == after:
                peer.awaitClose()
                return false
            case .malformed where index == tokens.count / 2: peer.send(Self.chunked("data: {\"choices\": [{oops\n\n"))
            default: break
            }
            peer.send(Self.chunked(Fixture.chunk(token)))
        }
        peer.send(Self.chunked(Fixture.chunk("", finish: "stop")))
        let usage =
            #"{"model":"served-1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":\#(tokens.count)}}"#
        peer.send(Self.chunked("data: \(usage)\n\n"))
        if case .neverDone = move {
            peer.awaitClose()
            return false
        }
        peer.send(Self.chunked("data: [DONE]\n\n") + "0\r\n\r\n")
        return true
    }

    private static func chunked(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// The words, each with its space.
    static func tokens(_ text: String) -> [String] {
        let words = text.split(separator: " ")
        return words.enumerated().map { $0 == 0 ? String($1) : " " + $1 }
    }
}

/// Breaks a circle of references.
private final class Weak<Value: AnyObject & Sendable>: Sendable {
    private struct Box: Sendable { weak var value: Value? }
    private let box = Mutex(Box())

    var value: Value? {
        get { box.withLock { $0.value } }
        set { box.withLock { $0.value = newValue } }
    }
}

/// A real router over real sockets: the first upstream is the primary, the others follow.
final class FailoverWall: Sendable {
    static let names = ["primary", "fallback", "third"]
    /// Sixty tokens each.
    static let prose = [
        "The old mill stands below the weir, and its wheel has not turned since the flood. Moss covers the stones, but the"
            + " gears of apple wood are sound. A miller could start it within a week if somebody cleared the race and"
            + " mended the sluice. The village would have flour again, and the geese would lose their quiet pond at the end.",
        "Below the weir there is a mill whose wheel stood still after high water came through the valley. Its walls are"
            + " green with moss while the wooden gears inside remain good. With the channel cleared and a new gate, it"
            + " would grind within days. People there would bake their own bread, though geese might complain about all that.",
        "A third voice tells of the mill in other words: a wheel at rest, stones in green, gears that wait.",
    ]

    let upstreams: [FaultyUpstream]
    let ledger = MemoryLedger()
    let board: HealthBoard
    let router: Router
    private let loop: CurlLoop

    /// The one place where a router is made for these tests.
    /// - Parameter clock: stands still for the router's own waits and cooldowns; nil for real time.
    init(
        _ moves: [[FaultyUpstream.Move]],
        policy: RoutingPolicy = FailoverWall.quickRetries,
        clock: ManualClock? = nil,
        configure: (inout Backend) -> Void = { _ in }
    ) throws {
        upstreams = moves.enumerated().map { FaultyUpstream($1, text: Self.prose[$0]) }
        let backends = try upstreams.enumerated().map { index, upstream in
            var backend = try Fixture.backend(Self.names[index], [.local])
            backend.url = upstream.url
            backend.isStreamed = true
            backend.timeouts = .init(
                connect: .seconds(5),
                firstToken: .seconds(20),
                stall: .seconds(20),
                total: .seconds(20)
            )
            configure(&backend)
            return backend
        }
        let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(backends), policy: policy))
        board = HealthBoard(live.current.registry, now: clock?.now ?? .now)
        loop = try CurlLoop()
        router = Router(
            live: live,
            board: board,
            scan: TestPrompts.scan,
            ledger: ledger,
            transport: loop,
            circumstances: clock.map { clock in
                Router.Circumstances(now: { clock.now }, sleep: { clock.advance(by: $0) }, jitter: { 1 })
            } ?? Router.Circumstances()
        )
    }

    deinit { loop.shutdown() }

    /// The waits of our own choosing are short; those that an upstream asks for are obeyed.
    static var quickRetries: RoutingPolicy {
        var policy = RoutingPolicy()
        policy.retry.base = .milliseconds(20)
        policy.limits.maxAttempts = 6
        return policy
    }

    /// What came of a thought, and what a client has that joins the deltas.
    struct End {
        let answer: Answer?
        let error: RoutingError?
        let kept: String
        var story: [String] {
            error.flatMap { RoutingTests.story(of: $0) } ?? answer.map { RoutingTests.story($0.attempts) } ?? []
        }
        var by: String? { answer?.backend.rawValue }
    }

    /// Short limits for the backend that a scenario keeps waiting, and for no other: a busy machine delays them all.
    static func impatient(with names: String...) -> (inout Backend) -> Void {
        { backend in
            guard names.contains(backend.id.rawValue) else { return }
            backend.timeouts.firstToken = .milliseconds(300)
        }
    }

    /// Thinks about the mill.
    func think(streamed: Bool) async throws -> End {
        let thought = Thought(
            prompt: try TestPrompts.blind("Tell me about the mill."),
            kind: .general,
            isStreamed: streamed
        )
        var kept = ""
        do throws(RoutingError) {
            let answer = try await router.think(thought) { event in
                switch event {
                case .delta(let text): kept += text
                case .restarted: kept = ""
                case .switching: break
                }
            }
            return End(answer: answer, error: nil, kept: kept)
        } catch { return End(answer: nil, error: error, kept: kept) }
    }

    /// The whole answer of that backend and nothing else, to a client that reads it whole or as it comes.
    func expectAnswer(
        _ end: End,
        by name: String,
        streamed: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let place = Self.names.firstIndex(of: name) ?? 0
        #expect(end.by == name, "\(end.story)", sourceLocation: sourceLocation)
        #expect(end.answer?.text == Self.prose[place], sourceLocation: sourceLocation)
        if streamed { #expect(end.kept == Self.prose[place], sourceLocation: sourceLocation) }
    }
}
