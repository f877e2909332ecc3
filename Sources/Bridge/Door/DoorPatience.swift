internal import NIOCore

/// Sends away who does not read: once more waits for a client than the system takes, some of it must go within the time, and
/// again within each further time. Who reads slowly, and reads, is served to the end.
///
/// Nothing is done while everybody reads: the channel says so when it fills.
final class DoorPatience: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let time: TimeAmount
    private var check: Scheduled<Void>?

    init(_ time: Duration) { self.time = TimeAmount(time) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        if !context.channel.isWritable { wait(context.channel) }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

    private func wait(_ channel: any Channel) {
        let before = Self.waiting(channel)
        check = channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            if Self.waiting(channel) < before { self?.wait(channel) } else { channel.close(promise: nil) }
        }
    }

    /// How many bytes the system has not taken yet.
    private static func waiting(_ channel: any Channel) -> Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
