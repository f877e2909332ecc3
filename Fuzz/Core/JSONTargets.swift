#if DEBUG
    internal import Foundation
    internal import Routing

    extension FuzzTarget {
        /// JSON: what Foundation reads is read, and as the same value; what it refuses is refused; a value written out is the
        /// same value.
        public static let json = FuzzTarget("json", longest: 1_024) { bytes in
            let ours = try? bytes.withUnsafeBytes { try JSONParser.parse($0) }
            if let ours {
                let text = ours.text
                let again = try? Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0) }
                try promise(again?.text == text, "written out it is another value: \(text)")
            }
            // Foundation takes UTF-16 and UTF-32 for JSON as well, by the zeros in them.
            guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return }
            let mine = ours.flatMap { try? JSONTree.decode(Anything.self, from: $0) }
            let theirs = try? JSONDecoder().decode(Anything.self, from: Data(bytes))
            if mine == nil && (bytes.closesBehindComma || bytes.holdsControl || bytes.holdsOddEscape) { return }
            try promise((mine == nil) == (theirs == nil), "taken by \(theirs == nil ? "us" : "Foundation") alone")
            try promise(mine == theirs, "another value than Foundation's")
        }
    }

    extension [UInt8] {
        /// Whether a control character stands there as it is: Foundation takes some in a string, RFC 8259 none.
        fileprivate var holdsControl: Bool { contains { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) } }

        /// Whether a backslash stands before what makes no escape with it: Foundation takes `\e`, RFC 8259 does not.
        fileprivate var holdsOddEscape: Bool {
            zip(self, dropFirst()).contains { $0 == UInt8(ascii: "\\") && !#""\/bfnrtu"#.utf8.contains($1) }
        }

        /// Whether a bracket closes behind a comma: Foundation takes that (`{"a":1,}`), RFC 8259 does not.
        fileprivate var closesBehindComma: Bool {
            let marks = filter { $0 > 0x20 }
            return zip(marks, marks.dropFirst()).contains { $0 == UInt8(ascii: ",") && ($1 == 0x7D || $1 == 0x5D) }
        }
    }

    /// Any JSON, taken apart by whichever decoder there is.
    private indirect enum Anything: Decodable, Equatable {
        case null, boolean(Bool), number(String), string([UInt8])
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
            // Foundation rounds what has more digits than a number can hold another way, in the last place; that whole numbers
            // are exact is for the ordinary tests.
            // And its zero has no sign.
            if let number = try? value.decode(Double.self) {
                return .number(String(format: "%.12g", number == 0 ? 0 : number))
            }
            return .string(Array(try value.decode(String.self).utf8))
        }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
#endif
