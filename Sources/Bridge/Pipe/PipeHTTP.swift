internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Routing
internal import ServiceLifecycle

/// The HTTP server of a pipe. No line of its log is about a request.
struct PipeHTTP: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "PipeHTTP"

    let runner: PipeRunner
    let logger: Logger
    /// Called with the port when it listens.
    var onListening: @Sendable (Int) async -> Void = { _ in }

    func run() async throws {
        let config = runner.config
        // The library's own lines tell of errors, and an error may quote what could not be read.
        let silent = Logger(label: "workshop.pipe.http") { _ in SwiftLogNoOpLogHandler() }
        let server = Server(
            childChannelSetup: PipeChannel(responder: PipeResponder(runner: runner)),
            configuration: ServerConfiguration(
                address: .hostname(config.host, port: config.port),
                availableConnectionsDelegate: MaximumAvailableConnections(config.limits.maxConnections, logger: silent)
            ),
            onServerRunning: { [logger, onListening] channel in
                let port = channel.localAddress?.port ?? 0
                logger.notice("listening", metadata: ["port": "\(port)"])
                await onListening(port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: silent
        )
        try await ListenFailure.explain(config.host, config.port, key: "pipe.listen") { try await server.run() }
    }
}

/// What is done with a connection from its first byte to its last.
private struct PipeChannel: ServerChildChannel {
    let responder: PipeResponder

    private var limits: PipeConfig.Limits { responder.runner.config.limits }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            // One who has closed his half has left: what he asked for is nobody's any more.
            try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return HeldConnection(http: http { _, _, _ in }).setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let connection = DoorConnection(value.channel)
        connection.allow(limits.read, late: .closes)
        let http = http { [responder] request, writer, _ in
            try await responder.respond(to: request, writer, on: connection)
        }
        // On the thread of its event loop: an answer to a late client is written before the loop closes behind it.
        let executor = LoopExecutor(value.channel.eventLoop)
        let task = Task(executorPreference: executor) { await http.handle(value: value, logger: logger) }
        // Nobody works for a client that has left.
        value.channel.closeFuture.whenComplete { _ in task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        connection.settle()
    }

    private func http(_ responder: @escaping HTTP1Channel.Responder) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: Self.maxHeaders,
                    maxHeaderListSize: Self.maxHeaders,
                    maxHeaderFieldCount: 64
                )
            )
        )
    }

    private static let maxHeaders = 16 << 10
}

/// From a request to its answer.
struct PipeResponder: Sendable {
    let runner: PipeRunner

    private var config: PipeConfig { runner.config }

    // Hummingbird is compiled without `NonisolatedNonsendingByDefault`.
    @concurrent
    func respond(to request: Request, _ writer: consuming ResponseWriter, on connection: DoorConnection) async throws {
        connection.settle()
        runner.asked.add()
        var reply: PipeReply
        var isWhole = true
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        do throws(PipeError) {
            try admit(request)
            switch (request.uri.path, request.method) {
            case ("/health", .get): reply = await runner.health()
            case ("/models", .get): reply = try await runner.models()
            case ("/execute", .post):
                try check(request)
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try? await writer.writeInformationalHead(HTTPResponse(status: .continue))
                }
                let body = try await collect(request, connection)
                reply = try await runner.execute(body)
            case ("/execute", _):
                headers[.allow] = "POST"
                throw .wrongMethod
            case ("/health", _), ("/models", _):
                headers[.allow] = "GET"
                throw .wrongMethod
            default: throw .noSuchPath
            }
        } catch {
            reply = .error(error)
            isWhole = error != .tooLarge && error != .slowClient
            if let seconds = error.retryAfter { headers[.retryAfter] = "\(seconds)" }
            if error == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        }
        headers[.contentLength] = String(reply.body.count)
        // The answer's way out has its time, too.
        connection.allow(config.limits.read, late: .closes)
        try await writer.write(
            response: HTTPResponse(status: HTTPResponse.Status(code: reply.status), headerFields: headers),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        )
        // What is left of a body is thrown away as it comes, though not for ever.
        connection.allow(isWhole ? config.limits.idle : .seconds(2), late: .closes)
    }

    /// Lets in who may come in.
    private func admit(_ request: Request) throws(PipeError) {
        if let token = config.token {
            guard token.isShown(by: request.headers[.authorization]) else { throw .unauthorized }
        } else if !DoorGate.isOurs(request.head.authority) {
            throw .wrongHost
        }
    }

    /// What can be refused before a byte of the body is read.
    private func check(_ request: Request) throws(PipeError) {
        // A page of another origin cannot send this type without asking first, and nobody answers that it may.
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("application/json") else {
            throw .notJSON
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > config.limits.maxBody {
            throw .tooLarge
        }
    }

    private func collect(_ request: Request, _ connection: DoorConnection) async throws(PipeError) -> [UInt8] {
        connection.allow(config.limits.read, late: .stopsReading)
        var body: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard body.count + buffer.readableBytes <= config.limits.maxBody else { throw PipeError.tooLarge }
                body.append(contentsOf: buffer.readableBytesView)
            }
        } catch let error as PipeError {
            throw error
        } catch {
            // When nothing more is read, the body ends where HTTP has no end.
            throw connection.settle() ? .slowClient : .cancelled
        }
        if connection.settle() { throw .slowClient }
        return body
    }
}
