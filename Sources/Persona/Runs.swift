/// What one walk over a text finds for all that read it afterwards: its words as white space parts them, the runs of ASCII
/// letters and digits inside them, and which kinds of bytes there are at all.
struct Runs {
    /// What stands in a run, one bit each.
    enum Kind {
        static let lower: UInt8 = 1
        static let upper: UInt8 = 2
        static let digit: UInt8 = 4
        /// A letter that is no digit of hex.
        static let beyondHex: UInt8 = 8
        /// A capital that does not begin the run.
        static let inner: UInt8 = 16
        /// A capital right behind a small letter.
        static let rise: UInt8 = 32

        static let letter = lower | upper
    }

    struct Run {
        private let first: UInt32
        private let behind: UInt32
        let kinds: UInt8

        fileprivate init(_ start: Int, _ end: Int, _ kinds: UInt8) {
            first = UInt32(truncatingIfNeeded: start)
            behind = UInt32(truncatingIfNeeded: end)
            self.kinds = kinds
        }

        var start: Int { Int(first) }
        var end: Int { Int(behind) }
        var count: Int { end - start }
    }

    /// A word, with the marks at it.
    struct Word {
        private let first: UInt32
        private let behind: UInt32
        /// How often a capital stands right behind a small letter.
        let rises: UInt32
        /// What stands in it: ``Tokens/Kind``.
        let kinds: UInt16
        private let more: UInt16

        /// Whether a mark is among them that mostly closes a sentence or a part of it.
        var hasClosing: Bool { more & 1 != 0 }
        /// Whether more than once a letter stands behind itself.
        var isDrawnOut: Bool { more & 2 != 0 }

        fileprivate init(_ start: Int, _ end: Int, rises: UInt32, kinds: UInt16, hasClosing: Bool, isDrawnOut: Bool) {
            first = UInt32(truncatingIfNeeded: start)
            behind = UInt32(truncatingIfNeeded: end)
            self.rises = rises
            self.kinds = kinds
            more = (hasClosing ? 1 : 0) | (isDrawnOut ? 2 : 0)
        }

        var start: Int { Int(first) }
        var end: Int { Int(behind) }
        var count: Int { end - start }
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let list: [Run]
    let words: [Word]
    let signs: Signs
    let isASCII: Bool

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var words: [Word] = []
        var all: UInt32 = 0
        list = [Run](unsafeUninitializedCapacity: bytes.count / 2 + 1) { runs, runCount in
            words = [Word](unsafeUninitializedCapacity: bytes.count / 2 + 1) { words, wordCount in
                Entry.table.withUnsafeBufferPointer { table in
                    var walk = Walk(bytes: bytes, table: table, runs: runs)
                    while let word = walk.next() {
                        words.initializeElement(at: wordCount, to: word)
                        wordCount += 1
                    }
                    runCount = walk.count
                    all = walk.all
                }
            }
        }
        self.words = words
        signs = Signs(rawValue: UInt16(all >> Entry.signs))
        isASCII = all & UInt32(Tokens.Kind.beyond) == 0
    }

    /// The runs of letters alone, in their order.
    @inline(__always)
    func forEachWord(_ take: (_ start: Int, _ end: Int) -> Void) {
        list.withUnsafeBufferPointer { list in
            for run in list {
                guard run.kinds & Kind.digit != 0 else {
                    take(run.start, run.end)
                    continue
                }
                var start = run.start
                for index in run.start...run.end where index == run.end || bytes[index] < 0x3A {
                    if index > start { take(start, index) }
                    start = index + 1
                }
            }
        }
    }
}

extension Runs {
    /// What a byte is to all that ask: ``Tokens/Kind`` in the lowest bits, ``Signs`` in the upper half.
    private enum Entry {
        static let closing: UInt32 = 1 << 11
        static let beyondHex: UInt32 = 1 << 12
        static let signs: UInt32 = 16
        static let run = UInt32(Tokens.Kind.letter | Tokens.Kind.digit)
        static let upper = UInt32(Tokens.Kind.upper)

        static let table: [UInt32] = (0..<256).map { value in
            var entry = UInt32(Tokens.kinds[value]) | UInt32(Signs(ofByte: UInt8(value)).rawValue) << signs
            if [0x22, 0x27, 0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x3F, 0x5D, 0x7D].contains(value) { entry |= closing }
            if (0x47...0x5A).contains(value) || (0x67...0x7A).contains(value) { entry |= beyondHex }
            return entry
        }
    }

    private struct Walk {
        let bytes: UnsafeBufferPointer<UInt8>
        let table: UnsafeBufferPointer<UInt32>
        let runs: UnsafeMutableBufferPointer<Run>
        /// How many runs there are so far.
        var count = 0
        /// What stands in the text so far.
        var all: UInt32 = 0
        private var index = 0

        init(
            bytes: UnsafeBufferPointer<UInt8>,
            table: UnsafeBufferPointer<UInt32>,
            runs: UnsafeMutableBufferPointer<Run>
        ) {
            self.bytes = bytes
            self.table = table
            self.runs = runs
        }

        /// The next word; its runs are added.
        @inline(__always)
        mutating func next() -> Word? {
            while index < bytes.count, bytes[index] <= 0x20 {
                all |= table[Int(bytes[index])]
                index += 1
            }
            guard index < bytes.count else { return nil }
            let start = index
            var kinds: UInt32 = 0
            var rises: UInt32 = 0
            var doubles = 0
            var small: UInt8 = 0
            while index < bytes.count, bytes[index] > 0x20 {
                let first = table[Int(bytes[index])]
                kinds |= first
                if first & Entry.run == 0 {
                    doubles &+= bytes[index] | 0x20 == small ? 1 : 0
                    small = bytes[index] | 0x20
                    index += 1
                } else {
                    kinds |= addRun(first, &rises, &doubles, &small)
                }
            }
            all |= kinds
            var own = UInt16(truncatingIfNeeded: kinds & (1 << 9 - 1))
            if kinds & UInt32(Tokens.Kind.inner) != 0 { own |= Tokens.Kind.inner }
            if doubles > 0, isDouble(start) { own |= Tokens.Kind.double }
            return Word(
                start,
                index,
                rises: rises,
                kinds: own,
                hasClosing: kinds & Entry.closing != 0,
                isDrawnOut: doubles > 1
            )
        }

        /// Adds the run that begins here, and says what stands in it.
        @inline(__always)
        private mutating func addRun(
            _ first: UInt32,
            _ rises: inout UInt32,
            _ doubles: inout Int,
            _ small: inout UInt8
        ) -> UInt32 {
            let start = index
            let risesBefore = rises
            var rest: UInt32 = 0
            var entry = first
            while true {
                let byte = bytes[index] | 0x20
                doubles &+= byte == small ? 1 : 0
                small = byte
                index += 1
                guard index < bytes.count else { break }
                let next = table[Int(bytes[index])]
                if next & Entry.run == 0 { break }
                rest |= next
                // A small letter's bit, moved, meets a capital's.
                rises &+= (entry << 1 & next & Entry.upper) >> 1
                entry = next
            }
            let all = first | rest
            var kinds = UInt8(truncatingIfNeeded: all & Entry.run)
            if all & Entry.beyondHex != 0 { kinds |= Kind.beyondHex }
            if rest & Entry.upper != 0 { kinds |= Kind.inner }
            if rises != risesBefore { kinds |= Kind.rise }
            runs.initializeElement(at: count, to: Run(start, index, kinds))
            count += 1
            return rest & Entry.upper == 0 ? rest : rest | UInt32(Tokens.Kind.inner)
        }

        /// Of three equal letters in a row two stand at an even place and behind it; of letters that are all doubled, the
        /// first.
        private func isDouble(_ start: Int) -> Bool {
            stride(from: start, to: index - 1, by: 2).contains { bytes[$0] | 0x20 == bytes[$0 + 1] | 0x20 }
        }
    }
}
