internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

/// Answers what is no request: a head that is too large, or bytes that are no HTTP. Nothing more of that connection is read.
///
/// Hummingbird would answer 400 without a word. Who sent it is not known, so it is told in the form that both dialects'
/// clients read. What has been asked before, and is still being answered, is answered first.
final class DoorFaults: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How many requests have come and are not answered yet.
    private var open = 0
    private var isInBody = false
    private var fault: DoorError?
    private let dates: HTTPDates

    /// How long the client may take to read the answer and to leave.
    private static let farewell = TimeAmount.seconds(2)

    init(dates: HTTPDates) { self.dates = dates }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head:
            open += 1
            isInBody = true
        case .body: break
        case .end: isInBody = false
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Within a body there is a request, and whoever reads it hears of it.
        guard let error = error as? HTTPParserError, !isInBody else { return context.fireErrorCaught(error) }
        guard fault == nil else { return }
        fault = DoorError(error == .headerOverflow ? .headersTooLarge : .notHTTP)
        if open == 0 { tell(context) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = Self.unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        guard isEnd else { return }
        open -= 1
        if open == 0, fault != nil { tell(context) }
    }

    private func tell(_ context: ChannelHandlerContext) {
        guard let fault else { return }
        let body = AnthropicDialect.body(of: fault)
        let headers: NIOHTTP1.HTTPHeaders = [
            "content-type": "application/json", "content-length": "\(body.count)", "connection": "close",
            "x-should-retry": "false", "date": dates.now,
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: fault.code.status), headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        // What still comes is thrown away: closing over it at once would take the answer with it (RFC 9112, section 9.6).
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
    }
}
