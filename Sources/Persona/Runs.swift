/// The runs of ASCII letters and digits in a text, found once for all that read them.
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
        let start: Int
        let end: Int
        let kinds: UInt8

        var count: Int { end - start }
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let list: [Run]

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        list = [Run](unsafeUninitializedCapacity: bytes.count / 2 + 1) { list, count in
            Self.table.withUnsafeBufferPointer { table in
                var index = 0
                while index < bytes.count {
                    let first = table[Int(bytes[index])]
                    guard first != 0 else {
                        index += 1
                        continue
                    }
                    let start = index
                    var last = first
                    var rest: UInt8 = 0
                    var rises: UInt8 = 0
                    index += 1
                    while index < bytes.count {
                        let kind = table[Int(bytes[index])]
                        if kind == 0 { break }
                        rest |= kind
                        // A small letter's bit, moved, meets a capital's.
                        rises |= last << 1 & kind
                        last = kind
                        index += 1
                    }
                    var kinds = first | rest
                    if rest & Kind.upper != 0 { kinds |= Kind.inner }
                    if rises & Kind.upper != 0 { kinds |= Kind.rise }
                    list.initializeElement(at: count, to: Run(start: start, end: index, kinds: kinds))
                    count += 1
                }
            }
        }
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

    private static let table: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Kind.digit
        case 0x41...0x46: Kind.upper
        case 0x47...0x5A: Kind.upper | Kind.beyondHex
        case 0x61...0x66: Kind.lower
        case 0x67...0x7A: Kind.lower | Kind.beyondHex
        default: 0
        }
    }
}
