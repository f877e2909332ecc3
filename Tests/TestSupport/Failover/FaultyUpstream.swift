internal import Foundation
internal import Synchronization

/// An upstream that speaks OpenAI's chat format and plays a list of faults, one for each request; the last one is
/// repeated. After FailoverBench's "wall" (https://github.com/failoverbench/failoverbench).
public final class FaultyUpstream: Sendable {
    /// What one request comes to.
    public enum Move: Sendable {
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

    /// Its answer.
    public let text: String
    private let state: Mutex<State>
    private let upstream: LoopbackUpstream

    /// - Parameter text: its answer; a token is a word.
    public init(_ moves: [Move], text: String) {
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

    /// The base of its API.
    public var url: String { upstream.url + "/v1" }
    /// When its requests came.
    public var arrivals: [ContinuousClock.Instant] { state.withLock { $0.arrivals } }
    /// How many requests came.
    public var count: Int { arrivals.count }
    /// The requests.
    public var requests: [String] { upstream.requests }

    /// Plays other faults from now on.
    public func play(_ moves: [Move]) { state.withLock { $0.moves = moves } }

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
            peer.send(Self.chunked(Self.chunk(token)))
        }
        peer.send(Self.chunked(Self.chunk("", finish: "stop")))
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

    private static func chunk(_ text: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":\(reason)}]}\n\n"
    }

    private static func chunked(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// The words, each with its space.
    public static func tokens(_ text: String) -> [String] {
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
