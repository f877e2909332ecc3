#if DEBUG
    internal import Foundation

    /// Inputs as text, one on each line: printable ASCII as it is, a backslash twice, any other byte as `\xNN`.
    public enum Corpus {
        /// The inputs in a text.
        public static func inputs(in text: [UInt8]) -> [[UInt8]] {
            text.split(separator: UInt8(ascii: "\n")).map(bytes)
        }

        /// An input's line, without its end.
        public static func line(_ input: [UInt8]) -> [UInt8] {
            let digits = Array("0123456789abcdef".utf8)
            return input.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "\\"): [byte, byte]
                case 0x20..<0x7F: [byte]
                default: Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
        }

        /// The inputs that are kept of a target.
        /// - Parameter folder: the repository; the one that this was built from unless it is named.
        public static func kept(of target: FuzzTarget, in folder: String? = nil) throws -> [[UInt8]] {
            let built = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let corpora = folder.map { URL(fileURLWithPath: $0 + "/Fuzz") } ?? built
            return inputs(in: Array(try Data(contentsOf: corpora.appendingPathComponent("Corpus/\(target.name).txt"))))
        }

        private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8] {
            var out: [UInt8] = []
            var rest = line
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                    out.append(byte)
                    continue
                }
                guard next == UInt8(ascii: "x"), rest.count >= 2 else {
                    out.append(next)
                    continue
                }
                out.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest.removeFirst(2)
            }
            return out
        }
    }

    extension FuzzTarget {
        /// Those of guard and routing.
        public static let core: [FuzzTarget] =
            [json, events, lines] + replies + [
                modelServers, headers, prompts, egress, restorer, replyGuard, batch, judgement, tasks, comparison,
            ]
    }
#endif
