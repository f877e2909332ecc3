internal import Foundation
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// From a request to its answer: who asks, what is asked, and how it is written.
struct DoorResponder: Sendable {
    let routes: DoorRoutes
    let gate: DoorGate
    let http: BridgeConfig.HTTP
    let logger: Logger
    let dates = HTTPDates()

    // Hummingbird is compiled without `NonisolatedNonsendingByDefault`.
    @concurrent
    func respond(
        to request: Request,
        _ writer: consuming ResponseWriter,
        on connection: DoorConnection,
        _ executor: LoopExecutor
    ) async throws {
        connection.settle()
        let id = Self.newID()
        let path = request.uri.path
        let found = routes.at(path)
        let route = found.first { $0.method == request.method || ($0.method == .get && request.method == .head) }
        let errors = (route ?? found.first)?.errors ?? Self.errors(of: request.headers)
        var answer: DoorAnswer
        do {
            if let preflight = gate.preflight(request.method, request.headers) {
                answer = preflight
            } else {
                let key = try gate.admit(
                    request.headers,
                    authority: request.head.authority,
                    access: route?.access ?? .keys
                )
                guard let route else { throw DoorError(found.isEmpty ? .noSuchPath : .wrongMethod) }
                if Self.hasBody(request.method) { try check(request) }
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                let body = Self.hasBody(request.method) ? try await collect(request, connection) : []
                let call = DoorCall(
                    method: request.method,
                    path: path,
                    query: request.uri.query ?? "",
                    headers: request.headers,
                    key: key,
                    body: body,
                    id: id,
                    executor: executor
                )
                answer = try await route.answer(call)
            }
        } catch let error as DoorError {
            answer = Self.answer(error, errors)
            if error.code == .wrongMethod {
                answer.headers[.allow] = found.map(\.method.rawValue).joined(separator: ", ")
            }
            // What is left of the body is thrown away as it comes, though not for ever.
            if [.tooLarge, .slowClient].contains(error.code) { connection.allow(.seconds(2), late: .closes) }
        }
        answer.headers.append(contentsOf: gate.crossOrigin(request.headers))
        answer.headers[.requestID] = id
        answer.headers[.anthropicRequestID] = id
        answer.headers[.date] = dates.now
        try await write(answer, to: writer, isHead: request.method == .head, errors)
    }

    // MARK: Reading

    private static func hasBody(_ method: HTTPRequest.Method) -> Bool { method == .post }

    /// What can be refused before a byte of the body is read.
    private func check(_ request: Request) throws(DoorError) {
        // A page of another origin cannot send this type without asking first.
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("application/json") else {
            throw DoorError(.notJSON)
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > http.maxBody {
            throw DoorError(.tooLarge)
        }
    }

    private func collect(_ request: Request, _ connection: DoorConnection) async throws -> [UInt8] {
        connection.allow(http.bodyTimeout, late: .stopsReading)
        var body: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard body.count + buffer.readableBytes <= http.maxBody else { throw DoorError(.tooLarge) }
                body.append(contentsOf: buffer.readableBytesView)
            }
        } catch {
            // When nothing more is read, the body ends where HTTP has no end.
            if connection.settle() { throw DoorError(.slowClient) }
            throw error is HTTPParserError ? DoorError(.notHTTP) : error
        }
        if connection.settle() { throw DoorError(.slowClient) }
        return body
    }

    // MARK: Writing

    @concurrent
    private func write(
        _ answer: DoorAnswer,
        to writer: consuming ResponseWriter,
        isHead: Bool,
        _ errors: @Sendable (DoorError) -> [UInt8]
    ) async throws {
        switch answer.body {
        case .whole(let bytes):
            var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
            head.headerFields[.contentLength] = String(bytes.count)
            try await writer.write(
                response: head,
                body: isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            )
        case .stream(let pieces):
            var iterator = pieces.makeAsyncIterator()
            switch await iterator.next() {
            case nil: throw CancellationError()
            case .failure(let error):
                var failed = Self.answer(error, errors)
                failed.headers.append(contentsOf: answer.headers.filter { $0.name != .contentType })
                guard case .whole(let bytes) = failed.body else { return }
                var head = HTTPResponse(status: failed.status, headerFields: failed.headers)
                head.headerFields[.contentLength] = String(bytes.count)
                try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            case .success(let first):
                let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
                var body = try await writer.writeHead(head)
                var piece: [UInt8]? = first
                while let bytes = piece {
                    // Written and flushed at once: nothing is collected on the way. One who does not read holds up nobody
                    // but himself, and DoorPatience sends him away.
                    try await body.write(ByteBuffer(bytes: bytes))
                    piece = try await iterator.next()?.get()
                }
                // Who leaves early ends the pieces, too.
                try Task.checkCancellation()
                try await body.finish(nil)
            }
        }
    }

    /// An error as an answer.
    static func answer(_ error: DoorError, _ body: @Sendable (DoorError) -> [UInt8]) -> DoorAnswer {
        var answer = DoorAnswer.json(body(error), status: HTTPResponse.Status(code: error.code.status))
        if let seconds = error.retryAfter { answer.headers[.retryAfter] = "\(seconds)" }
        if error.code == .unauthorized { answer.headers[.wwwAuthenticate] = "Bearer" }
        answer.headers[.shouldRetry] = error.code.isWorthRetrying ? "true" : "false"
        return answer
    }

    /// Whose words an error is told in where no route says.
    private static func errors(of headers: HTTPFields) -> @Sendable (DoorError) -> [UInt8] {
        headers[.anthropicVersion] == nil ? OpenAIDialect.body(of:) : AnthropicDialect.body(of:)
    }

    /// 128 bits of chance.
    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        for _ in 0..<2 {
            let bits = generator.next()
            for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int((bits >> UInt64(shift)) & 15)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
