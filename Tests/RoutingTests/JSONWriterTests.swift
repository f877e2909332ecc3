import FoundationEssentials
import TestSupport
import Testing

@testable import Routing

@Suite("JSON is written to the byte as promised")
struct JSONWriterTests {
    private func write(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(
        "strings escape what JSON asks for and nothing else",
        arguments: [
            ("", #""""#), ("a\"b\\c", #""a\"b\\c""#), ("a/b", #""a/b""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{0}\u{1}\u{8}\u{C}\u{1F}", #""\u0000\u0001\u0008\u000c\u001f""#), ("\u{7F}", "\"\u{7F}\""),
            ("\u{2028}\u{E9}\u{1F600}", "\"\u{2028}\u{E9}\u{1F600}\""), ("e\u{301}", "\"e\u{301}\""),
            ("\r\n", #""\r\n""#),
        ]
    )
    func strings(_ text: String, _ expected: String) {
        #expect(write { $0.string(text) } == expected)
        #expect(write { $0.key(escaping: text) } == expected + ":")
    }

    @Test(
        "numbers are as short as they can be",
        arguments: [
            (0, "0"), (-0.0, "0"), (1.5, "1.5"), (3, "3"), (-2, "-2"), (0.1, "0.1"), (1e20, "1e+20"), (1e-7, "1e-07"),
            (123_456_789_012_345, "123456789012345"), (0.0000125, "1.25e-05"),
        ]
    )
    func numbers(_ value: Double, _ expected: String) {
        #expect(write { $0.number(value) } == expected)
    }

    @Test("integers keep every digit", arguments: [Int64.min, -1, 0, Int64.max])
    func integers(_ value: Int64) {
        #expect(write { $0.integer(value) } == String(value))
    }

    @Test("objects and arrays nest, with commas where they belong")
    func nesting() {
        let text = write { json in
            json.object { json in
                json.key("a")
                json.array([1, 2]) { $0.integer($1) }
                json.key("b")
                json.object { _ in }
                json.key(escaping: "c\"")
                json.array([[], [3]] as [[Int]]) { $0.array($1) { $0.integer($1) } }
                json.key("d")
                json.null()
                json.key("e")
                json.boolean(true)
                json.key("f")
                json.boolean(false)
                json.key("g")
                json.raw(Array("{\"x\":1}".utf8))
                json.key("h")
                json.constant("i")
            }
        }
        #expect(text == #"{"a":[1,2],"b":{},"c\"":[[],[3]],"d":null,"e":true,"f":false,"g":{"x":1},"h":"i"}"#)
    }

    private struct Note: Codable, Equatable {
        var text: String
        var number: Double
        var list: [String]
        var next: [Note]
    }

    private func write(_ note: Note, _ json: inout JSONWriter) {
        json.object { json in
            json.key("text")
            json.string(note.text)
            json.key("number")
            json.number(note.number)
            json.key("list")
            json.array(note.list) { $0.string($1) }
            json.key("next")
            json.array(note.next) { write($1, &$0) }
        }
    }

    @Test("what is written is read back the same", arguments: UInt64(1)...100)
    func readsBack(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func text() -> String {
            let ranges: [ClosedRange<UInt32>] = [
                0...0x1F, 0x20...0x7E, 0x22...0x22, 0x5C...0x5C, 0x80...0x2FFF, 0x1F600...0x1F64F,
            ]
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.append(scalar) }
            }
            return String(text)
        }
        func note(depth: Int) -> Note {
            let count = depth == 0 ? 0 : Int.random(in: 0...3, using: &generator)
            let exponent = Double.random(in: -20...20, using: &generator)
            return Note(
                text: text(),
                number: Double.random(in: -1...1, using: &generator) * exponent * exponent * exponent,
                list: (0..<count).map { _ in text() },
                next: (0..<count).map { _ in note(depth: depth - 1) }
            )
        }
        let original = note(depth: 3)
        var json = JSONWriter()
        write(original, &json)
        let read = try JSONDecoder().decode(Note.self, from: Data(json.bytes))
        #expect(read == original, "seed \(seed)")
        #expect(Array(read.text.utf8) == Array(original.text.utf8), "seed \(seed)")
    }
}
