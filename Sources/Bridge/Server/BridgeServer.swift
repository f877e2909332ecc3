internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The Unix socket: accepts clients, and serves each on its own ``Connection``.
struct BridgeServer: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "BridgeServer"

    private let socket: String
    private let service: ThoughtService
    private let operations: Operations
    private let limits: Connection.Limits
    private let allowedUserIDs: Set<UInt32>
    private let threads: Int
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    private let status = ServerStatus()
    private let places: ClientPlaces

    /// - Parameter onListening: told when clients can connect.
    init(
        _ config: BridgeConfig.Server,
        service: ThoughtService,
        operations: Operations,
        logger: Logger,
        onListening: @escaping @Sendable () -> Void = {}
    ) {
        self.socket = config.socket
        self.service = service
        self.operations = operations
        self.limits = Connection.Limits(
            maxInFlight: config.maxInFlight,
            idleTimeout: config.idleTimeout,
            writeTimeout: config.writeTimeout
        )
        self.allowedUserIDs = config.allowedUserIDs
        self.threads = config.threads
        self.logger = logger
        self.onListening = onListening
        places = ClientPlaces(most: ClientPlaces.most(ofDescriptors: OpenFiles.limit), logger: logger)
    }

    /// Serves until graceful shutdown: then it takes no new clients and no new requests, and ends with the last request
    /// that is in flight.
    func run() async throws {
        let place = try SocketFile.claim(socket, isShared: !allowedUserIDs.isEmpty)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            let listening = try await listen(on: group, at: place.boundPath)
            try place.publish()
            logger.notice("listening", metadata: ["socket": "\(socket)"])
            onListening()
            try await serve(listening)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
        logger.notice("stopped listening")
        _ = consume place
    }

    private func listen(on group: any EventLoopGroup, at path: String) async throws -> NIOAsyncChannel<
        Connection, Never
    > {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            // A client that has sent its last line may still read its answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Nothing is read before it is known who is there.
            .childChannelOption(.autoRead, value: false)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = Connection(
                        channel,
                        service: service,
                        operations: operations,
                        status: status,
                        limits: limits,
                        logger: logger
                    )
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers([LineBatcher(), ConnectionHandler(connection)])
                    return connection
                }
            }
    }

    private func serve(_ listening: NIOAsyncChannel<Connection, Never>) async throws {
        // Discarding: results of connections must not pile up for the daemon's life.
        try await withThrowingDiscardingTaskGroup { group in
            try await listening.executeThenClose { clients in
                for try await client in clients.cancelOnGracefulShutdown() {
                    group.addTask { await serve(client) }
                }
            }
        }
    }

    private func serve(_ connection: Connection) async {
        let userID = await PeerCredentials.userID(of: connection.channel)
        guard PeerCredentials.isServed(userID, allowed: allowedUserIDs) else {
            // Of one that has gone before it was served, the kernel says nothing.
            let isGone = userID == nil && !connection.channel.isActive
            logger.log(
                level: isGone ? .info : .warning,
                isGone ? "a client went before it was served" : "refused a client",
                metadata: ["uid": "\(userID.map(String.init) ?? "unknown")"]
            )
            try? await connection.channel.close()
            return
        }
        guard places.take() else {
            try? await connection.channel.close()
            return
        }
        defer { places.giveBack() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await connection.run(isOwner: PeerCredentials.isOwn(userID), user: userID)
            } onGracefulShutdown: {
                connection.drain()
            }
        } onCancel: {
            connection.abort()
        }
    }
}
