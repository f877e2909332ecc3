import Foundation
import TestSupport
import Testing

@testable import Routing

@Suite("JSON is read as Foundation reads it")
struct JSONParserTests {
    /// Any JSON, taken apart by whichever decoder there is.
    private indirect enum Anything: Decodable, Equatable {
        case null, boolean(Bool), integer(Int64), unsigned(UInt64), number(Double), string(String)
        case array([Anything])
        case object([String: Anything])

        init(from decoder: any Decoder) throws {
            if let fields = try? decoder.container(keyedBy: Key.self) {
                var object: [String: Anything] = [:]
                for key in fields.allKeys {
                    object[key.stringValue] = try fields.decodeIfPresent(Anything.self, forKey: key) ?? .null
                }
                self = .object(object)
            } else if var elements = try? decoder.unkeyedContainer() {
                var array: [Anything] = []
                while !elements.isAtEnd { array.append(try elements.decode(Anything.self)) }
                self = .array(array)
            } else {
                self = try Self.single(try decoder.singleValueContainer())
            }
        }

        private static func single(_ value: any SingleValueDecodingContainer) throws -> Anything {
            if value.decodeNil() { return .null }
            if let boolean = try? value.decode(Bool.self) { return .boolean(boolean) }
            if let integer = try? value.decode(Int64.self) { return .integer(integer) }
            if let unsigned = try? value.decode(UInt64.self) { return .unsigned(unsigned) }
            if let number = try? value.decode(Double.self) { return .number(number) }
            return .string(try value.decode(String.self))
        }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }

    private static func ours(_ bytes: [UInt8]) -> Anything? { try? JSONTree.decode(Anything.self, from: bytes) }

    private static func theirs(_ bytes: [UInt8]) -> Anything? {
        try? JSONDecoder().decode(Anything.self, from: Data(bytes))
    }

    @Test(
        "values of every kind",
        arguments: [
            "null", "true", "false", "0", "-0", "-0.0", "1.0", "1e2", "1.5E-3", "12.25", "9223372036854775807",
            "-9223372036854775808", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e18",
            "123456789012345678901234567890", #""""#, #""a b""#, #""\"\\\/\b\f\n\r\t\u0041\u00e9\u0000""#,
            #""\ud83d\ude00 \uD83D\uDE00 😀 é""#, "[]", "[ ]", "{}", "{ }", " [1 , 2 ]\n", #"{"a":1,"b":[{"c":null}]}"#,
            #"{"a":1,"a":2}"#, #"{"a":null,"a":2}"#, "\u{FEFF}[1]", "\t\r\n 1 \t\r\n",
        ]
    )
    func values(text: String) {
        #expect(Self.ours(Array(text.utf8)) != nil)
        #expect(Self.ours(Array(text.utf8)) == Self.theirs(Array(text.utf8)))
    }

    @Test(
        "what is no JSON",
        arguments: [
            "", " ", "nul", "nulll", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity",
            "1e999",
            "[,1]", "[1 2]", "[1", "]", "{\"a\"}", "{\"a\":}", "{a:1}", "{1:1}", "{'a':1}",
            "{\"a\" 1}",
            "\"", "\"a", "\"\n\"", "\"\t\"", "\"\u{1}\"", #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#,
            #""\ude00""#,
            #""\ud83dA""#, #""\ud83d\u0041""#, #""\""#, "1 1", "{} {}", "// 1", "[1] x", "\u{A0}1",
        ]
    )
    func broken(text: String) {
        #expect(throws: (any Error).self) { try JSONTree.decode(Anything.self, from: Array(text.utf8)) }
        #expect(Self.theirs(Array(text.utf8)) == nil)
    }

    @Test(
        "bytes that are not UTF-8",
        arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]]
    )
    func notUTF8(bytes: [UInt8]) {
        #expect(Self.ours([0x22] + bytes + [0x22]) == nil)
        #expect(Self.ours([0x22, 0x5C, 0x6E] + bytes + [0x22]) == nil)
    }

    @Test("brackets nest as deep as they may, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try nested(64).withUnsafeBytes { try JSONParser.parse($0, deepest: 64) } }
        #expect(throws: JSONParser.Malformed.self) {
            try nested(65).withUnsafeBytes { try JSONParser.parse($0, deepest: 64) }
        }
        #expect(Self.ours(nested(100_000)) == nil)
    }

    @Test("generated texts, whole and with a slip", arguments: 0..<8)
    func generated(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            var bytes = Array(Self.text(&random, depth: 4).utf8)
            #expect(Self.ours(bytes) == Self.theirs(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(Self.slips[Int.random(in: Self.slips.indices, using: &random)], at: place)
            default: bytes.swapAt(place, Int.random(in: bytes.indices, using: &random))
            }
            guard !Self.endsInComma(bytes) else { continue }
            #expect(Self.ours(bytes) == Self.theirs(bytes), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// Foundation passes over a comma behind the last element; RFC 8259 has none there.
    private static func endsInComma(_ bytes: [UInt8]) -> Bool {
        let marks = bytes.filter { $0 > 0x20 }
        return zip(marks, marks.dropFirst()).contains { $0 == 0x2C && ($1 == 0x5D || $1 == 0x7D) }
    }

    @Test("a comma behind the last element", arguments: ["[1,]", "[1 , ]", #"{"a":1,}"#])
    func lastComma(text: String) {
        #expect(Self.ours(Array(text.utf8)) == nil)
    }

    private static let slips = Array(#"{}[]":,\ 019-+.eEntu/x"#.utf8)

    private static func text(_ random: inout SeededGenerator, depth: Int) -> String {
        func some(_ most: Int, _ one: (inout SeededGenerator) -> String) -> String {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in one(&random) }
                .joined(separator: [",", " , ", ",\n"][Int.random(in: 0..<3, using: &random)])
        }
        switch Int.random(in: depth > 0 ? 0..<8 : 0..<5, using: &random) {
        case 0: return ["null", "true", "false"][Int.random(in: 0..<3, using: &random)]
        case 1: return "\(Int.random(in: -1_000...1_000, using: &random))"
        case 2: return "\(Double.random(in: -1_000...1_000, using: &random))"
        case 3: return "\(Int.random(in: 0...1_000_000_000_000, using: &random))"
        case 4: return string(&random)
        case 5: return "[" + some(3) { text(&$0, depth: depth - 1) } + "]"
        default: return "{" + some(3) { string(&$0) + ": " + text(&$0, depth: depth - 1) } + "}"
        }
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        let pieces = ["a", "b", "key", "é", "😀", #"\""#, #"\\"#, #"\n"#, #"\u0061"#, #"\ud83d\ude00"#, "/", " "]
        let count = Int.random(in: 0...3, using: &random)
        return "\"" + (0..<count).map { _ in pieces[Int.random(in: pieces.indices, using: &random)] }.joined() + "\""
    }
}
