internal import Foundation
internal import HTTPTypes
internal import Persona
internal import Routing
internal import Synchronization

/// The routes that think, in whatever dialect: the same guard, routing, judge and ledger as the socket's.
struct DoorThoughts: Sendable {
    let service: ThoughtService
    let limits: DoorLimits
    let http: BridgeConfig.HTTP

    /// The answer to a request of that dialect.
    func answer<Dialect: DoorDialect>(_ call: DoorCall, in _: Dialect.Type) async throws(DoorError) -> DoorAnswer {
        let place = try limits.enter(call.key)
        defer { place.hold() }
        var request = try Dialect.read(call.body, ModelNames(service.registry))
        identify(&request.params, call)
        let dialect = Dialect(id: call.id, created: Int64(Date().timeIntervalSince1970), request: request)
        if request.isStreamed { return stream(request, dialect, call, place) }
        request.params.isStreamed = false
        do {
            let reply = try await whole(request.params, call, place)
            var answer = DoorAnswer.json(dialect.whole(reply))
            answer.headers.append(contentsOf: Self.headers(reply.answer))
            return answer
        } catch {
            throw told(error)
        }
    }

    /// Thinks in a task of its own, which can be ended without the connection's.
    private func whole(
        _ params: ThoughtParams,
        _ call: DoorCall,
        _ place: DoorLimits.Place
    ) async throws(BridgeError) -> Reply {
        let thinking = Task(executorPreference: call.executor) { () -> Result<Reply, BridgeError> in
            do throws(BridgeError) {
                return .success(try await service.think(params) { _ in })
            } catch {
                return .failure(error)
            }
        }
        place.onClosing { thinking.cancel() }
        return try await withTaskCancellationHandler {
            await thinking.value
        } onCancel: {
            thinking.cancel()
        }.get()
    }

    /// Who asks, and who speaks: the key's name is the caller, the header's persona goes before the key's.
    private func identify(_ params: inout ThoughtParams, _ call: DoorCall) {
        params.caller = call.key?.caller ?? "http"
        let persona = call.headers[.workshopPersona] ?? call.key?.persona ?? PersonaID.nobody.rawValue
        params.isPlain = persona == PersonaID.nobody.rawValue
        params.persona = params.isPlain ? nil : persona
        // Nobody remembers nothing.
        if params.isPlain { params.isKept = false }
    }

    private func told(_ error: BridgeError) -> DoorError {
        // Nobody but the daemon cancels while it ends.
        if error.code == .cancelled, limits.isClosing { return DoorError(.shuttingDown) }
        var told = DoorError(error)
        if told.code == .unknownPersona { told.field = HTTPField.Name.workshopPersona.canonicalName }
        return told
    }

    /// Who answered, how often it was tried, what it cost, and the thought's name in the ledger.
    private static func headers(_ answer: Answer) -> HTTPFields {
        var headers: HTTPFields = [
            .workshopBackend: answer.backend.rawValue, .workshopModel: answer.model,
            .workshopAttempts: "\(answer.attempts.count)", .workshopThought: answer.thought,
        ]
        if let cost = answer.cost { headers[.workshopCost] = cost.decimal }
        return headers
    }

    // MARK: Streams

    private func stream(
        _ request: DoorRequest,
        _ dialect: some DoorDialect,
        _ call: DoorCall,
        _ place: DoorLimits.Place
    ) -> DoorAnswer {
        let (pieces, continuation) = AsyncStream.makeStream(of: DoorAnswer.Piece.self)
        let line = DoorLine(continuation)
        let isLive = (call.key?.streams ?? http.streams) == .live
        let thinking = Task(executorPreference: call.executor) {
            await think(request, dialect, on: line, isLive: isLive)
            line.finish()
            place.hold()
        }
        let comment = dialect.notice("", [])
        let waking = Task(executorPreference: call.executor) { [keepAlive = http.keepAlive] in
            while true {
                do { try await Task.sleep(for: keepAlive) } catch { return }
                line.keepOpen(comment)
            }
        }
        place.onClosing { thinking.cancel() }
        continuation.onTermination = { _ in
            thinking.cancel()
            waking.cancel()
        }
        return .events(pieces)
    }

    private func think<Dialect: DoorDialect>(
        _ request: DoorRequest,
        _ dialect: Dialect,
        on line: DoorLine,
        isLive: Bool
    ) async {
        var dialect = dialect
        var params = request.params
        params.isStreamed = isLive
        params.standsOnceShown = isLive
        var hasBegun = false
        var isInterrupted = false
        do {
            let reply = try await service.think(params) { event in
                guard !isInterrupted else { return }
                switch event {
                case .delta(_, let text):
                    line.send((hasBegun ? [] : dialect.begin()) + dialect.delta(text))
                    hasBegun = true
                case .switching(let notice):
                    guard !hasBegun else { return }
                    line.send(dialect.notice("model_switching", ServerMessage.json(of: notice)))
                case .restarted: break
                case .brokeOff(let attempts):
                    // When nobody has seen anything of it yet, another's answer simply begins.
                    guard hasBegun else { return }
                    isInterrupted = true
                    line.send(dialect.fail(DoorError(interruptedBy: attempts)))
                    // Words that were sent cannot be taken back, so another backend's are of no use.
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            guard !isInterrupted else { return }
            let words = isLive ? [] : dialect.delta(reply.text)
            line.send((hasBegun ? [] : dialect.begin()) + words + dialect.finish(reply))
        } catch {
            guard !isInterrupted else { return }
            line.fail(told(error)) { dialect.fail($0) }
        }
    }
}

/// The pieces of one stream on their way to the connection.
final class DoorLine: Sendable {
    private struct State {
        var hasBegun = false
        var isQuiet = true
    }

    private let pieces: AsyncStream<DoorAnswer.Piece>.Continuation
    private let state = Mutex(State())

    init(_ pieces: AsyncStream<DoorAnswer.Piece>.Continuation) { self.pieces = pieces }

    /// Sends; nothing for no bytes.
    func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        state.withLock { $0 = State(hasBegun: true, isQuiet: false) }
        pieces.yield(.success(bytes))
    }

    /// Sends something only when nothing was sent since the last time.
    func keepOpen(_ bytes: [UInt8]) {
        let isQuiet = state.withLock { state in
            defer { state.isQuiet = true }
            return state.isQuiet
        }
        if isQuiet { send(bytes) }
    }

    /// An error: as an answer with its status while nothing was sent, within the stream afterwards.
    func fail(_ error: DoorError, _ inBand: (DoorError) -> [UInt8]) {
        let hasBegun = state.withLock { $0.hasBegun }
        pieces.yield(hasBegun ? .success(inBand(error)) : .failure(error))
    }

    func finish() { pieces.finish() }
}

extension NanoDollars {
    /// In dollars, exactly, without trailing zeros: `0.00042`.
    var decimal: String {
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 9 - digits.count) + digits
        let significant = fraction.lastIndex { $0 != "0" }.map { "." + fraction[...$0] } ?? ""
        return (value < 0 ? "-" : "") + "\(whole)" + significant
    }
}
