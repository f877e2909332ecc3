public import Persona
public import Routing
internal import Synchronization

/// A transport that plays a script, and keeps what it was given.
public final class FakeTransport: Transport {
    /// What one request comes to.
    public enum Move: Sendable {
        /// A reply, whole or as one piece.
        case reply(status: Int, headers: String = "", body: String)
        /// A stream of pieces, and how it ends.
        case stream([String], end: HTTPBody.End = .whole)
        /// No reply.
        case failure(TransportError)
        /// Never: until the task is cancelled.
        case hang
    }

    private struct State {
        var moves: [String: [Move]] = [:]
        var sent: [SealedRequest] = []
        var limits: [TransferLimits] = []
    }

    private let state: Mutex<State>

    /// Moves by a part of the URL; the last move of a list is repeated.
    public init(_ moves: [String: [Move]]) {
        state = Mutex(State(moves: moves))
    }

    /// The requests, in order.
    public var sent: [SealedRequest] { state.withLock { $0.sent } }

    /// Their limits.
    public var limits: [TransferLimits] { state.withLock { $0.limits } }

    private func take(_ request: SealedRequest, _ limits: TransferLimits) -> Move {
        state.withLock { state in
            state.sent.append(request)
            state.limits.append(limits)
            guard let key = state.moves.keys.sorted().first(where: { request.url.contains($0) }),
                var moves = state.moves[key], let first = moves.first
            else { return .failure(.unreachable) }
            if moves.count > 1 { moves.removeFirst() }
            state.moves[key] = moves
            return first
        }
    }

    /// Plays the next move.
    public func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
        switch take(request, limits) {
        case .reply(let status, let headers, let body):
            let block = HTTPHeaders(block: Array(headers.utf8))
            return .success(HTTPReply(status: status, headers: block, body: Array(body.utf8)))
        case .stream(let pieces, .whole):
            return .success(HTTPReply(status: 200, body: Array(pieces.joined().utf8)))
        case .stream(_, .failed(let error)), .failure(let error): return .failure(error)
        case .hang:
            await Self.untilCancelled()
            return .failure(.cancelled)
        }
    }

    /// Plays the next move.
    public func stream<Value: Sendable>(
        _ request: SealedRequest,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError> {
        let body = HTTPBody()
        let pace = HTTPStream.Pace(firstToken: limits.firstToken, stall: limits.stall, now: .now)
        switch take(request, limits) {
        case .reply(let status, let headers, let text):
            body.append(Array(text.utf8))
            body.finish(.whole)
            let block = HTTPHeaders(block: Array(headers.utf8))
            return .success(await read(HTTPStream(status: status, headers: block, body: body, pace: pace)))
        case .stream(let pieces, let end):
            for piece in pieces { body.append(Array(piece.utf8)) }
            body.finish(end)
            return .success(await read(HTTPStream(status: 200, body: body, pace: pace)))
        case .failure(let error): return .failure(error)
        case .hang:
            await Self.untilCancelled()
            return .failure(.cancelled)
        }
    }

    private static func untilCancelled() async {
        let (never, _) = AsyncStream<Never>.makeStream()
        for await _ in never {}
    }
}
