import Testing

@testable import Routing

@Suite("Events are the same however the bytes are cut")
struct ServerSentEventsTests {
    private static let stream = Array(
        ("\u{FEFF}: ping\r\n\r\nevent: note\rid: 7\rdata: one\r\rdata:two\ndata:  drei \u{1F600}\n\n:\n"
            + "event: lost\n\ndata\n\nretry: 5\r\ndata: {\"a\":\"z\u{FC}\"}\r\n\r\ndata: end: of\n").utf8
    )

    private static let expected = [
        event("one", name: "note"), event("two\n drei \u{1F600}"), event(""), event("{\"a\":\"z\u{FC}\"}"),
        event("end: of"),
    ]

    private static func event(_ data: String, name: String = "") -> ServerSentEvents.Event {
        ServerSentEvents.Event(name: Array(name.utf8), data: Array(data.utf8))
    }

    private func read(_ pieces: [ArraySlice<UInt8>]) throws -> [ServerSentEvents.Event] {
        var parser = ServerSentEvents()
        var events = try pieces.flatMap { try parser.feed($0) }
        if let last = parser.finish() { events.append(last) }
        return events
    }

    @Test("whole, byte by byte, and cut in two at every place")
    func everySplit() throws {
        #expect(try read([Self.stream[...]]) == Self.expected)
        #expect(try read(Self.stream.indices.map { Self.stream[$0...$0] }) == Self.expected)
        for cut in 0...Self.stream.count {
            #expect(try read([Self.stream[..<cut], Self.stream[cut...]]) == Self.expected, "cut at \(cut)")
        }
    }

    @Test("the same stream with any line ending is the same", arguments: ["\n", "\r", "\r\n"])
    func lineEndings(_ end: String) throws {
        let text = ["data: a", "data: b", "", ": c", "data: d", "", ""].joined(separator: end)
        #expect(try read([Array(text.utf8)[...]]) == [Self.event("a\nb"), Self.event("d")])
    }

    @Test("an event comes as soon as its empty line is there, and not before")
    func timing() throws {
        var parser = ServerSentEvents()
        #expect(try parser.feed("data: a\n".utf8).isEmpty)
        #expect(try parser.feed("\n".utf8) == [Self.event("a")])
        #expect(try parser.feed("data: b\r".utf8).isEmpty)
        #expect(try parser.feed("\r".utf8) == [Self.event("b")])
        #expect(try parser.feed("\n".utf8).isEmpty)
        #expect(parser.finish() == nil)
    }

    @Test(
        "the last event counts without its empty line, also without its line end",
        arguments: [
            "data: a", "data: a\n", "data: a\r\n", "data: a\r",
        ]
    )
    func missingEnd(_ text: String) throws {
        #expect(try read([Array(text.utf8)[...]]) == [Self.event("a")])
    }

    @Test(
        "no data, no event",
        arguments: ["", "\n\n\n", ": ping\n\n", "event: a\n\n", "id: 1", "\u{FEFF}", "datax: a\n\n"]
    )
    func nothing(_ text: String) throws {
        #expect(try read([Array(text.utf8)[...]]).isEmpty)
    }

    @Test("an event may be as large as the limit and no larger, in one line or many")
    func limit() throws {
        var fits = ServerSentEvents(limit: 20)
        #expect(try fits.feed(("data: " + String(repeating: "x", count: 14) + "\n\n").utf8).count == 1)
        for text in [String(repeating: "x", count: 21), String(repeating: "data: xx\n", count: 9)] {
            var parser = ServerSentEvents(limit: 20)
            #expect(throws: ServerSentEvents.TooLarge.self) { try parser.feed(text.utf8) }
        }
        var many = ServerSentEvents(limit: 20)
        #expect(try many.feed(String(repeating: "data: xx\n\n", count: 90).utf8).count == 90)
    }
}
