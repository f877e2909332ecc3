#if DEBUG

    /// A parser that meets foreign bytes, and what it promises whatever they are.
    ///
    /// One function for the fuzzer and for the ordinary tests, which give it the kept corpus.
    public struct FuzzTarget: Sendable {
        /// Its name on the command line, and of its corpus.
        public let name: String
        /// How many bytes an input may have.
        public let longest: Int
        /// Holds the parser to its promises.
        /// - Throws: ``Broken``.
        public let check: @Sendable ([UInt8]) throws -> Void

        /// A target of the given parts.
        public init(_ name: String, longest: Int = 4_096, check: @escaping @Sendable ([UInt8]) throws -> Void) {
            self.name = name
            self.longest = longest
            self.check = check
        }
    }

    /// A promise that was not kept.
    public struct Broken: Error, CustomStringConvertible {
        /// Which one, and what was seen. The texts are the fuzzer's own: nobody's prompt is in them.
        public let description: String

        /// A promise in words.
        public init(_ promise: String) { description = promise }
    }

    /// Throws unless the promise is kept.
    public func promise(_ isKept: Bool, _ words: @autoclosure () -> String) throws(Broken) {
        guard isKept else { throw Broken(words()) }
    }

    /// Ways of cutting an input into pieces; the same ones for the same input, so that a find can be run again.
    public enum Tears {
        /// One way with pieces of up to so many elements, which hangs on the input.
        public static func some<Element>(_ input: [Element], seed: UInt64, upTo most: Int) -> [ArraySlice<Element>] {
            var state = seed | 1
            var pieces: [ArraySlice<Element>] = []
            var place = 0
            while place < input.count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let end = min(input.count, place + 1 + Int(state >> 33) % most)
                pieces.append(input[place..<end])
                place = end
            }
            return pieces
        }

        /// The ways in which everything is torn: each element by itself, and two of larger pieces.
        public static func all<Element>(_ input: [Element], seed: UInt64) -> [[ArraySlice<Element>]] {
            [
                some(input, seed: seed, upTo: 1), some(input, seed: seed, upTo: 7),
                some(input, seed: seed ^ 0x5555, upTo: 60),
            ]
        }
    }

    extension [UInt8] {
        /// FNV-1a, for what has to hang on the input alone.
        public var seed: UInt64 { reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } }

        /// The parts between zero bytes, as text.
        public var texts: [String] {
            split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
    }

#endif
