import Testing

@testable import Persona

@Suite("The egress scan reads every byte of a request before it may leave")
struct EgressScanTests {
    private let scan = EgressScan(index: Fixture.index)

    private static func request(
        url: String = "https://api.example/v1/chat/completions",
        header: (name: String, value: String) = ("Accept", "*/*"),
        body: String = "{}"
    ) -> OutgoingRequest {
        OutgoingRequest(
            method: .post,
            url: url,
            headers: [("User-Agent", "workshop"), header],
            body: Array(body.utf8)
        )
    }

    private func violation(_ request: OutgoingRequest) throws -> EgressViolation? {
        do {
            _ = try scan.seal(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("a term in any part of the request holds it back, and the place is told")
    func places() throws {
        let cases: [(OutgoingRequest, EgressViolation.Place)] = [
            (Self.request(url: "https://timmy.example/v1"), .url),
            (Self.request(url: "https://api.example/v1?who=timmy"), .url),
            (Self.request(header: ("X-Timmy", "1")), .header),
            (Self.request(header: ("X-Title", "Timmys workshop")), .header),
            (Self.request(body: #"{"model":"timmy-4b"}"#), .body),
            (Self.request(body: #"{"timmy":1}"#), .body),
        ]
        for (request, place) in cases {
            #expect(try violation(request) == EgressViolation(identityClass: .name, place: place))
        }
    }

    @Test(
        "a term in JSON's escapes is found",
        arguments: [
            #"\u0054immy"#, #"Tim\u006dy"#, #"\u0054\u0069\u006D\u006d\u0079"#, #"T\u0456mm\u0443"#,
            #"\ud835\udc13immy"#, #"Tim\u200Bmy"#, #"Ti\u0301mmy"#, #"x\/timmy\/y"#, #"\"Timmy\""#, #"lantern\nmill"#,
            #"lantern\tmill"#, #"lantern\r\nmill"#, #"lantern\fmill"#, #"lantern\bmill"#, #"lantern\u0020mill"#,
            #"\/home\/rowan\/journal"#, #"\\Timmy"#, #"C:\\timmy"#,
            #"Tim\\u006dy"#, #"Tim\\\\u006dy"#, #"Tim\\\\\\\\u006dy"#, #"\\ud835\\udc13immy"#, #"lantern\\nmill"#,
        ]
    )
    func escapes(_ text: String) throws {
        #expect(try violation(Self.request(body: #"{"content":"\#(text)"}"#))?.place == .body)
    }

    @Test(
        "broken escapes harm nobody, and hide nothing behind them",
        arguments: [
            #"\"#, #"\u"#, #"\u00"#, #"\uZZZZ"#, #"\ud835"#, #"\ud835\u0041"#, #"\udc13"#, #"\ud835\udc1"#, #"\x"#,
        ]
    )
    func brokenEscapes(_ text: String) throws {
        #expect(try violation(Self.request(body: text)) == nil)
        #expect(try violation(Self.request(body: text + #" Tim\u006dy"#))?.place == .body)
    }

    @Test(
        "escapes are read as JSON reads them",
        arguments: [
            (#"a\\u0041"#, #"a\u0041"#), (#"\u00e9"#, "\u{E9}"), (#"\ud83d\ude00"#, "\u{1F600}"), (#"a\nb"#, "a b"),
            (#"\"\/\\"#, #""/\"#), ("", ""), (#"\u0041\u0042c"#, "ABc"),
        ]
    )
    func reading(_ text: String, _ expected: String) {
        let read = EgressScan.withoutJSONEscapes(Array(text.utf8))
        #expect(String(decoding: read, as: UTF8.self) == expected)
    }

    @Test("a clean request is sealed unchanged")
    func clean() throws {
        var request = Self.request(header: ("Authorization", "Bearer k-123"), body: #"{"content":"caf\u00e9 \"x\""}"#)
        request.body += [0xFF, 0x00]
        let sealed = try scan.seal(request)
        #expect(sealed.method == request.method)
        #expect(sealed.url == request.url)
        #expect(sealed.headers.map(\.name) == request.headers.map(\.name))
        #expect(sealed.headers.map(\.value) == request.headers.map(\.value))
        #expect(sealed.body == request.body)
    }

    @Test("a violation tells class and place, never the term")
    func description() throws {
        let found = try #require(try violation(Self.request(body: "glasswing")))
        #expect(found.description == "an identity term of class project in the body")
        #expect(Fixture.index.firstClass(in: String(reflecting: found)) == nil)
    }

    @Test("a term that is surely disguised is found in the final bytes, and a picture of a megabyte is not by chance")
    func disguises() throws {
        #expect(try violation(Self.request(body: #"{"content":"R2xhc3N3aW5n"}"#))?.place == .body)
        // Of one picture: in one of twenty-five of a hundred kilobytes a term of three letters stands by chance.
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let picture = (0..<(1 << 17)).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] }
        var request = Self.request(body: "")
        request.body = Array(#"{"image":"data:image/png;base64,"#.utf8) + picture + Array(#"","text":"look"}"#.utf8)
        #expect(try violation(request) == nil)
        request.body += Array(#"{"a":"glasswing"}"#.utf8)
        #expect(try violation(request)?.place == .body)
        // A term inside what a picture decodes to.
        request.body = picture + Array("R2xhc3N3aW5nIGlzIGEgbGFudGVybg".utf8) + picture
        #expect(try violation(request)?.place == .body)
    }
}

@Suite("A head that was read once is known again, and only that one")
struct CleanHeadsTests {
    private let scan = EgressScan(index: Fixture.index)

    private func seal(_ url: String, _ headers: [(name: String, value: String)], body: String = "{}") throws {
        _ = try scan.seal(OutgoingRequest(method: .post, url: url, headers: headers, body: Array(body.utf8)))
    }

    @Test("behind a clean request the next one is read as if it were the first")
    func fresh() throws {
        let url = "https://api.example/v1"
        for _ in 0..<3 { try seal(url, [("Accept", "*/*")]) }
        #expect(throws: EgressViolation.self) { try seal(url + "/timmy", [("Accept", "*/*")]) }
        #expect(throws: EgressViolation.self) { try seal(url, [("Accept", "*/*"), ("X-Title", "Timmy")]) }
        #expect(throws: EgressViolation.self) { try seal(url, [("Accept", "*/*")], body: "Timmy") }
        for _ in 0..<2 {
            #expect(throws: EgressViolation.self) { try seal(url, [("X-Title", "Timmy")]) }
        }
    }

    @Test("two heads whose parts run into each other are two")
    func parts() {
        func bytes(_ headers: [(name: String, value: String)]) -> [UInt8] {
            CleanHeads.bytes(of: OutgoingRequest(method: .get, url: "u", headers: headers))
        }
        #expect(bytes([("a", "bc")]) != bytes([("ab", "c")]))
        #expect(bytes([("a", "b"), ("c", "d")]) != bytes([("a", "bcd")]))
        let heads = CleanHeads()
        // A zero inside a value could make another head of it.
        let smuggled = OutgoingRequest(method: .get, url: "u", headers: [("a", "b\0c\0d")])
        heads.insert(CleanHeads.bytes(of: smuggled), of: smuggled)
        #expect(!heads.contains(bytes([("a", "b"), ("c", "d")])))
    }
}
