internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle

/// The front door: HTTP for clients of OpenAI's and of Anthropic's APIs.
///
/// Hummingbird's server without its router: the paths are few and fixed, and each request stays on the thread of its
/// connection's event loop.
struct DoorServer: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "DoorServer"

    let http: BridgeConfig.HTTP
    let tls: DoorTLS?
    let responder: DoorResponder
    let limits: DoorLimits
    let logger: Logger
    /// How long what is under way may go on when the daemon is to end: then it is told so.
    var grace = Duration.seconds(4)
    /// Called with the port when it listens.
    var onListening: @Sendable (Int) -> Void = { _ in }

    /// Serves until graceful shutdown: then it takes no new clients, and ends with the last request that is in flight.
    func run() async throws {
        let server = Server(
            childChannelSetup: DoorChannel(responder: responder, tls: tls),
            configuration: ServerConfiguration(
                address: .hostname(http.host, port: http.port),
                backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(http.maxConnections, logger: logger)
            ),
            onServerRunning: { [logger, onListening] channel in
                let port = channel.localAddress?.port ?? 0
                logger.notice("the front door is open", metadata: ["port": "\(port)"])
                onListening(port)
            },
            // Never shut down: what is left of a request may still run when the door is closed.
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
        try await withGracefulShutdownHandler {
            try await ListenFailure.explain(http.host, http.port, key: "http.listen") { try await server.run() }
        } onGracefulShutdown: { [limits, grace] in
            Task {
                try? await Task.sleep(for: grace)
                limits.close()
            }
        }
        // Those whose clients were sent away are about to end, and the ledger hears of them.
        await limits.areEmpty()
        logger.notice("the front door is closed")
    }
}

/// What is done with a connection from its first byte to its last.
private struct DoorChannel: ServerChildChannel {
    let responder: DoorResponder
    let tls: DoorTLS?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            // No delta waits for the acknowledgement of the one before (RFC 896).
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            // One who has closed his half has left: what he asked for is nobody's any more.
            try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
            try channel.pipeline.syncOperations.addHandler(DoorPatience(responder.http.writeTimeout))
            if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler) }
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return HeldConnection(http: http { _, _, _ in }).setup(channel: channel, logger: logger)
            .flatMapThrowing { [dates = responder.dates] connection in
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try pipeline.addHandler(DoorFaults(dates: dates), position: .after(decoder))
                return connection
            }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let connection = DoorConnection(value.channel)
        connection.allow(responder.http.headTimeout, late: .closes)
        let executor = LoopExecutor(value.channel.eventLoop)
        let http = http { [responder] request, writer, _ in
            try await responder.respond(to: request, writer, on: connection, executor)
        }
        let task = Task(executorPreference: executor) { await http.handle(value: value, logger: logger) }
        // Nobody thinks for a client that has left.
        value.channel.closeFuture.whenComplete { _ in task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        connection.end()
    }

    private func http(_ responder: @escaping HTTP1Channel.Responder) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                idleTimeout: TimeAmount(self.responder.http.idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: self.responder.http.maxHeaders,
                    maxHeaderListSize: self.responder.http.maxHeaders,
                    maxHeaderFieldCount: 128
                )
            )
        )
    }
}
