import NIOCore
import NIOEmbedded
import Testing

@testable import Bridge

struct LineBatcherTests {
    /// All lines that come of feeding the pieces, and whether one was too long.
    private func lines(_ pieces: [[UInt8]]) throws -> (lines: [String], tooLong: Bool) {
        let channel = EmbeddedChannel(handler: LineBatcher())
        var lines: [String] = []
        var tooLong = false
        for piece in pieces {
            try channel.writeInbound(ByteBuffer(bytes: piece))
            while let batch = try channel.readInbound(as: LineBatcher.Batch.self) {
                lines += batch.lines.map { String(buffer: $0) }
                tooLong = tooLong || batch.tooLong
            }
        }
        return (lines, tooLong)
    }

    @Test("lines are the same however the bytes are split")
    func splits() throws {
        let bytes = Array("one\r\n\n\u{e9}\u{1F4A1}\r\n\r\nlast\nrest".utf8)
        let expected = ["one", "\u{e9}\u{1F4A1}", "last"]
        for cut in 0...bytes.count {
            #expect(try lines([Array(bytes[..<cut]), Array(bytes[cut...])]).lines == expected)
        }
        #expect(try lines(bytes.map { [$0] }).lines == expected)
    }

    @Test("a line of exactly the limit passes, and one byte more does not", arguments: [0, 1])
    func limit(extra: Int) throws {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: LineBatcher.maxLine + extra)
        let (found, tooLong) = try lines([line + [UInt8(ascii: "\n")]])
        #expect(found.count == 1 - extra)
        #expect(tooLong == (extra == 1))
    }

    @Test("a line without end is noticed at the limit, and the lines before it are kept")
    func endless() throws {
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
        let (found, tooLong) = try lines([Array("first\n".utf8)] + Array(repeating: chunk, count: 20))
        #expect(found == ["first"])
        #expect(tooLong)
    }

    @Test("nothing is read behind a line that is too long")
    func dead() throws {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: LineBatcher.maxLine + 2)
        #expect(try lines([line, Array("\nafter\n".utf8)]).lines.isEmpty)
    }
}
