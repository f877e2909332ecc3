/// Rewrites what stands inside words, and gives out the words that it changed with what stands around them: most of a
/// text has nothing to rewrite, and need not be read again.
struct Rewriting {
    /// What takes the place of some bytes.
    enum Value {
        case byte(UInt8)
        case scalar(Unicode.Scalar)
        case nothing
    }

    /// So many bytes on either side go with what was rewritten, to the edges of words: a term, or a run of the soul, may
    /// be written half and half.
    private static let context = 128

    /// - Parameters:
    ///   - starts: for each byte whether something may begin with it.
    ///   - rewrite: what takes the place of the bytes that begin at an offset, and how many they are.
    static func run(
        _ bytes: UnsafeBufferPointer<UInt8>,
        starts: [Bool],
        into out: inout DecodedText,
        _ rewrite: (Int) -> (Value, Int)?
    ) {
        var window = Window(bytes)
        starts.withUnsafeBufferPointer { starts in
            var index = 0
            while index < bytes.count {
                guard starts[Int(bytes[index])], let (value, length) = rewrite(index) else {
                    index += 1
                    continue
                }
                window.replace(index..<(index + length), by: value, into: &out)
                index += length
            }
        }
        window.close(before: bytes.count, into: &out)
    }

    /// The stretch of text that is being rewritten.
    private struct Window {
        private let bytes: UnsafeBufferPointer<UInt8>
        private var text: [UInt8] = []
        /// The text is copied up to here.
        private var copied = 0
        private var isOpen = false

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func replace(_ range: Range<Int>, by value: Value, into out: inout DecodedText) {
            if isOpen && range.lowerBound - copied > 2 * Rewriting.context {
                close(before: range.lowerBound, into: &out)
            }
            if !isOpen {
                var start = max(copied, range.lowerBound - Rewriting.context)
                while start > copied, bytes[start - 1] > 0x20 { start -= 1 }
                copied = start
                isOpen = true
            }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<range.lowerBound]))
            switch value {
            case .byte(let byte): text.append(byte)
            case .scalar(let scalar): if let encoded = UTF8.encode(scalar) { text.append(contentsOf: encoded) }
            case .nothing: break
            }
            copied = range.upperBound
        }

        mutating func close(before limit: Int, into out: inout DecodedText) {
            guard isOpen else { return }
            var end = min(limit, copied + Rewriting.context)
            while end < limit, bytes[end] > 0x20 { end += 1 }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<end]))
            copied = end
            if text.contains(where: { $0 > 0x40 || ($0 >= 0x30 && $0 < 0x3A) }) { out.take(text) }
            text.removeAll(keepingCapacity: true)
            isOpen = false
        }
    }
}
