internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import Routing
internal import ServiceLifecycle

/// The sidecar's HTTP server.
struct SidecarServer: Sendable {
    let api: SidecarAPI
    let listener: Manifest.Listener
    let logger: Logger
    /// Called with the port when it listens.
    var onListening: @Sendable (Int) async -> Void = { _ in }

    /// As a service that runs until its group ends.
    func application() -> some ApplicationProtocol {
        let router = Router(context: SidecarContext.self)
        router.addMiddleware { ErrorReplies(api: api) }
        router.addMiddleware { Doorkeeper(listener: listener) }
        router.get("/health") { _, _ in await respond(api.health()) }
        router.get("/models/available") { _, _ in await respond(api.available()) }
        router.get("/models/status") { _, _ in await respond(api.status()) }
        router.post("/models/switch") { request, context in
            let fields = try await body(of: request)
            return try await respond(whileConnected(context.channel) { try await api.change(fields) })
        }
        router.post("/models/lease") { request, _ in try await respond(api.lease(body(of: request))) }
        router.post("/models/release") { request, _ in try await respond(api.release(body(of: request))) }
        return Application(
            router: router,
            server: HTTPServerBuilder {
                HeldConnection(http: HTTP1Channel(responder: $0, configuration: .init(idleTimeout: .seconds(30))))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(listener.host, port: listener.port),
                availableConnectionsDelegate: MaximumAvailableConnections(256, logger: logger)
            ),
            onServerRunning: { [logger, onListening] channel in
                let port = channel.localAddress?.port ?? 0
                logger.notice("listening", metadata: ["port": "\(port)"])
                await onListening(port)
            },
            logger: logger
        )
    }

    private func body(of request: Request) async throws -> [UInt8] {
        // A page of another origin cannot send this type without asking first, and nobody answers that it may.
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("application/json") else {
            throw SidecarError.notJSON
        }
        var request = request
        guard let buffer = try? await request.collectBody(upTo: SidecarAPI.maxBody) else { throw SidecarError.tooLarge }
        return Array(buffer.readableBytesView)
    }
}

/// What is known of a request besides the request.
private struct SidecarContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Its connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Runs the operation, and cancels it when the client has left: who leaves wishes no more.
///
/// Not `consumeWithCancellationOnInboundClose`: in Hummingbird 2.28.1 that ends the whole process when a body is not read
/// to its end, or was read before ("Deinited NIOAsyncSequenceProducer.Source without calling source.finish()").
private func whileConnected<Value: Sendable>(
    _ channel: any Channel,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    // Hummingbird lets clients close their half of a connection, and hears nothing of it while a request is answered.
    try await channel.setOption(ChannelOptions.allowRemoteHalfClosure, value: false).get()
    let task = Task { try await operation() }
    channel.closeFuture.whenComplete { _ in task.cancel() }
    return try await task.value
}

private func respond(_ reply: SidecarAPI.Reply) -> Response {
    var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
    if let seconds = reply.retryAfter { headers[.retryAfter] = "\(seconds)" }
    if reply.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    return Response(status: reply.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
}

/// Answers errors as JSON, those of the server itself as well.
private struct ErrorReplies<Context: RequestContext>: RouterMiddleware {
    let api: SidecarAPI

    // Hummingbird is compiled without `NonisolatedNonsendingByDefault`.
    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as SidecarError {
            return respond(await api.reply(error))
        } catch let error as HTTPError where error.status == .notFound {
            return respond(await api.reply(.noSuchPath))
        }
    }
}

/// Lets in who may come in.
private struct Doorkeeper<Context: RequestContext>: RouterMiddleware {
    let listener: Manifest.Listener

    // Hummingbird is compiled without `NonisolatedNonsendingByDefault`.
    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let token = listener.token {
            guard token.isShown(by: request.headers[.authorization]) else { throw SidecarError.unauthorized }
        } else if !Self.isOurs(request.head.authority) {
            throw SidecarError.wrongHost
        }
        return try await next(request, context)
    }

    /// Whether the `Host` header names this machine, as everybody writes it who means the sidecar.
    private static func isOurs(_ authority: String?) -> Bool {
        guard let authority else { return false }
        var host = authority[...]
        if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy(\.isNumber) {
            host = host[..<colon]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        return LoopbackURL.isLoopback(host: String(host))
    }
}
