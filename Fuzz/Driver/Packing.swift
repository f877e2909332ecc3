#if DEBUG
    internal import Foundation
    internal import FuzzCore

    /// Between the corpus that is kept, one file for each target, and the folder of files that libFuzzer works on.
    enum Packing {
        /// How many bytes are kept of a target's corpus: the shortest inputs.
        private static let mostKept = 60_000

        /// The inputs that are kept; none before the first run.
        static func inputs(_ target: FuzzTarget) -> [[UInt8]] { (try? Corpus.kept(of: target, in: ".")) ?? [] }

        static func pack(_ target: FuzzTarget, _ folder: String) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let inputs = names.compactMap { FileManager.default.contents(atPath: "\(folder)/\($0)") }.map(Array.init)
            var room = mostKept
            let lines = inputs.filter { !$0.isEmpty }.map(Corpus.line).sorted {
                ($0.count, $0.seed) < ($1.count, $1.seed)
            }
            .prefix { line in
                room -= line.count + 1
                return room >= 0
            }
            let text = lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")]
            do { try Data(text).write(to: URL(fileURLWithPath: "Fuzz/Corpus/\(target.name).txt")) } catch { exit(74) }
        }

        static func unpack(_ target: FuzzTarget, _ folder: String) {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for input in inputs(target) {
                let name = String(input.seed, radix: 16)
                _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data(input))
            }
        }
    }
#endif
