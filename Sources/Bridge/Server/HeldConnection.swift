internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// HTTP/1.1 whose connections are held until they are closed, also those that nobody serves.
///
/// A connection that is accepted while its server ends is served by nobody, and NIO ends the whole process when such a one
/// is let go of while it is open ("Deinited NIOAsyncWriter without calling finish()", swift-nio 2.101.2).
struct HeldConnection: ServerChildChannel {
    let http: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger).map { connection in
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(connection) {} }
            return connection
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
