public import Persona
internal import Synchronization

/// Sends sealed requests. Nothing else reaches a backend.
public protocol Transport: Sendable {
    /// The whole reply, whatever its status.
    func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError>

    /// The reply's head as soon as it is there, and its body as it comes, for as long as `read` reads it: the transfer
    /// ends when that returns, or when the task is cancelled.
    func stream<Value: Sendable>(
        _ request: SealedRequest,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError>
}

/// How long a transfer may take, and how much it may bring.
public struct TransferLimits: Sendable, Equatable {
    /// Until the connection stands.
    public var connect: Duration
    /// For all of it.
    public var total: Duration
    /// For a streamed reply: until ``HTTPStream/Pace/progressed()`` is called first.
    public var firstToken: Duration?
    /// For a streamed reply: between two calls of it.
    public var stall: Duration?
    /// For a streamed reply whose reader's task is cancelled: how long it still comes, so that the counts at its end are
    /// not lost. Zero ends it at once.
    public var linger: Duration
    /// How many bytes the body may have.
    public var maxBody: Int

    /// Limits.
    public init(
        connect: Duration,
        total: Duration,
        firstToken: Duration? = nil,
        stall: Duration? = nil,
        linger: Duration = .zero,
        maxBody: Int = 4 << 20
    ) {
        self.connect = connect
        self.total = total
        self.firstToken = firstToken
        self.stall = stall
        self.linger = linger
        self.maxBody = maxBody
    }
}

/// Why a transfer brought no reply, or not all of it.
public enum TransportError: Error, Sendable, Equatable {
    /// Which limit ran out.
    public enum Phase: String, Sendable {
        case connect, firstToken, stall, total
    }

    /// No such host, connection refused, no route.
    case unreachable
    /// The handshake failed or the certificate is not trusted.
    case tls
    case timedOut(Phase)
    /// The body is larger than ``TransferLimits/maxBody``.
    case responseTooLarge
    /// The connection ended before the reply did.
    case cut
    /// A kept connection had died before the request: the backend has not answered a byte, and may be asked again.
    case stale
    /// What came back is not HTTP.
    case notHTTP
    case cancelled
    /// This machine has no descriptor left for another connection: no fault of the backend's.
    case exhausted
    /// The transport is shut down.
    case closed
    /// Another error of libcurl, by its number (https://curl.se/libcurl/c/libcurl-errors.html).
    case curl(UInt32)
}

/// A whole reply.
public struct HTTPReply: Sendable {
    /// The status code.
    public var status: Int
    /// The headers of the last response.
    public var headers: HTTPHeaders
    /// The body.
    public var body: [UInt8]

    /// A reply of the given parts.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A reply whose body is still coming.
public struct HTTPStream: Sendable {
    /// The status code.
    public var status: Int
    /// The headers.
    public var headers: HTTPHeaders
    /// The body.
    public var body: HTTPBody
    /// Moves the limits for first token and stall.
    public var pace: Pace

    /// A stream of the given parts.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: HTTPBody, pace: Pace) {
        self.status = status
        self.headers = headers
        self.body = body
        self.pace = pace
    }

    /// What the reader of a stream tells the transport: a token came. Only the reader knows; to the transport a
    /// keep-alive comment and a token are both bytes.
    public final class Pace: Sendable {
        private struct State {
            var deadline: ContinuousClock.Instant?
            var phase: TransportError.Phase
        }

        private let stall: Duration?
        private let state: Mutex<State>

        /// A pace whose first limit starts now.
        public init(firstToken: Duration?, stall: Duration?, now: ContinuousClock.Instant) {
            self.stall = stall
            self.state = Mutex(State(deadline: firstToken.map { now + $0 }, phase: .firstToken))
        }

        /// A token came: the stall limit starts anew.
        public func progressed(now: ContinuousClock.Instant = .now) {
            state.withLock { $0 = State(deadline: stall.map { now + $0 }, phase: .stall) }
        }

        /// Nothing more is needed: what still comes has that long.
        public func ends(within grace: Duration, now: ContinuousClock.Instant = .now) {
            state.withLock { $0 = State(deadline: now + grace, phase: .stall) }
        }

        /// The reader is busy: no limit runs until ``progressed(now:)``.
        public func pause() {
            state.withLock { $0.deadline = nil }
        }

        /// The limit that has run out, if any.
        func expired(at now: ContinuousClock.Instant) -> TransportError.Phase? {
            state.withLock { state in
                guard let deadline = state.deadline, now >= deadline else { return nil }
                return state.phase
            }
        }
    }
}

/// The header lines of a response, looked up by name in any case.
public struct HTTPHeaders: Sendable {
    private let block: [UInt8]

    /// Headers from the raw lines.
    public init(block: [UInt8] = []) {
        self.block = block
    }

    /// The value of the last header of that name, without white space at its ends.
    public subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        var value: String?
        for line in block.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                String(decoding: line[..<colon], as: UTF8.self).lowercased() == wanted
            else { continue }
            let rest = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
            let end = rest.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? rest.startIndex
            value = String(decoding: rest[..<end], as: UTF8.self)
        }
        return value
    }
}
