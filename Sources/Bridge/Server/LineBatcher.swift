internal import NIOCore

/// Cuts a stream of bytes into lines, and hands on all lines of one read at once: a pipelining client costs one wake-up
/// and one answer for many requests.
///
/// A line longer than ``maxLine`` is handed on as ``Batch/tooLong``; nothing is read after it.
final class LineBatcher: ChannelInboundHandler {
    /// How many bytes a line may have, without its LF.
    static let maxLine = 1 << 20

    /// What one read brought.
    struct Batch: Sendable, Equatable {
        /// The complete lines, without their ends.
        var lines: [ByteBuffer] = []
        /// Whether a line behind them is longer than allowed.
        var tooLong = false
    }

    typealias InboundIn = ByteBuffer
    typealias InboundOut = Batch

    private var rest = ByteBuffer()
    /// How many bytes of the rest are known to hold no LF.
    private var searched = 0
    private var isDead = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDead else { return }
        var incoming = unwrapInboundIn(data)
        if rest.readableBytes == 0 {
            rest = incoming
        } else {
            rest.writeBuffer(&incoming)
        }
        let batch = cut()
        isDead = batch.tooLong
        if !batch.lines.isEmpty || batch.tooLong { context.fireChannelRead(wrapInboundOut(batch)) }
    }

    private func cut() -> Batch {
        var batch = Batch()
        while let length = lengthOfLine() {
            guard length <= Self.maxLine else {
                batch.tooLong = true
                return batch
            }
            searched = 0
            guard var line = rest.readSlice(length: length) else { break }
            rest.moveReaderIndex(forwardBy: 1)
            if line.readableBytesView.last == UInt8(ascii: "\r") {
                line.moveWriterIndex(to: line.writerIndex - 1)
            }
            if line.readableBytes > 0 { batch.lines.append(line) }
        }
        searched = rest.readableBytes
        batch.tooLong = searched > Self.maxLine + 1
        if searched == 0 { rest = ByteBuffer() }
        return batch
    }

    private func lengthOfLine() -> Int? {
        let view = rest.readableBytesView
        return view.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")).map { $0 - view.startIndex }
    }
}
