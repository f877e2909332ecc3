#if DEBUG
    internal import CFuzzer
    internal import Foundation
    internal import FuzzBridge
    internal import FuzzCore

    /// `fuzz list`, `fuzz TARGET [libFuzzer's arguments]`, `fuzz stretch TARGET`, `fuzz pack TARGET FOLDER`,
    /// `fuzz unpack TARGET FOLDER`: the packed corpora are in `Fuzz/Corpus`.
    @main
    enum Fuzz {
        static let targets = FuzzTarget.core + FuzzTarget.bridge
        /// The one that runs; set once, before anything runs.
        nonisolated(unsafe) static var target = targets[0]

        static func main() {
            let words = Array(CommandLine.arguments.dropFirst())
            switch words.first {
            case "list": for target in targets { print(target.name) }
            case "stretch": choose(words.dropFirst().first).forEach(Stretch.run)
            case "pack": if let target = choose(words.dropFirst().first).first { Packing.pack(target, words[2]) }
            case "unpack": if let target = choose(words.dropFirst().first).first { Packing.unpack(target, words[2]) }
            default:
                // libFuzzer starts itself anew for its larger works, with its own words alone.
                let isOwn = words.first?.hasPrefix("-") == true
                let name = isOwn ? ProcessInfo.processInfo.environment["FUZZ_TARGET"] : words.first
                guard let chosen = choose(name).first else { return }
                target = chosen
                setenv("FUZZ_TARGET", target.name, 1)
                fuzz(isOwn ? words : Array(words.dropFirst()))
            }
        }

        private static func choose(_ name: String?) -> [FuzzTarget] {
            let chosen = targets.filter { $0.name == name }
            if chosen.isEmpty {
                FileHandle.standardError.write(Data("no target \(name ?? ""): see `fuzz list`\n".utf8))
                exit(64)
            }
            return chosen
        }

        private static func fuzz(_ words: [String]) {
            let given = [CommandLine.arguments[0], "-max_len=\(target.longest)"] + words
            var arguments = given.map { strdup($0) } + [nil]
            var count = Int32(given.count)
            arguments.withUnsafeMutableBufferPointer { buffer in
                var base = buffer.baseAddress
                exit(
                    LLVMFuzzerRunDriver(&count, &base) { bytes, size in
                        Fuzz.check(Array(UnsafeBufferPointer(start: bytes, count: size)))
                        return 0
                    }
                )
            }
        }

        /// Runs one input, and ends the process when a promise is broken or far too much time goes.
        private static func check(_ input: [UInt8]) {
            do { try target.check(input) } catch {
                FileHandle.standardError.write(Data("BROKEN \(target.name): \(error)\n".utf8))
                abort()
            }
        }
    }
#endif
