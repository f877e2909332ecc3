internal import NIOCore

/// Hands what the channel says to the connection, within the same call.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = LineBatcher.Batch

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let batch = unwrapInboundIn(data)
        connection.assumeIsolated { $0.received(batch) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.assumeIsolated { $0.writabilityChanged() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { connection.assumeIsolated { $0.inputEnded() } }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that breaks is an everyday event, and nothing of the daemon's.
        context.close(promise: nil)
    }
}
