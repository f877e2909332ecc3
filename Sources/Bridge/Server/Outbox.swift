internal import NIOCore

/// The lines that a connection has yet to send. They are taken all at once; whoever adds to a full outbox waits until
/// it is taken, so that a client that does not read holds up its own work and nobody's memory.
struct Outbox {
    /// With so much waiting, an outbox is full.
    static let highWater = 1 << 20

    private var buffer = ByteBuffer()
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Nothing is kept any more.
    private(set) var isClosed = false

    var isEmpty: Bool { buffer.readableBytes == 0 }
    var isFull: Bool { buffer.readableBytes > Self.highWater }

    mutating func add(_ line: [UInt8]) {
        if !isClosed { buffer.writeBytes(line) }
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
        if isClosed { continuation.resume() } else { waiting.append(continuation) }
    }

    /// The next bytes that wait to be sent, or nil.
    mutating func take(atMost limit: Int) -> ByteBuffer? {
        guard buffer.readableBytes > 0 else { return nil }
        guard let taken = buffer.readSlice(length: min(limit, buffer.readableBytes)) else { return nil }
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        if !isFull { release() }
        return taken
    }

    mutating func close() {
        isClosed = true
        buffer = ByteBuffer()
        release()
    }

    private mutating func release() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
