/// Rewrites what stands inside words, and gives out the words that it changed: most of a text has nothing to rewrite, and
/// need not be read again.
struct Rewriting {
    /// What takes the place of some bytes.
    enum Value {
        case byte(UInt8)
        case scalar(Unicode.Scalar)
        case nothing
    }

    /// - Parameters:
    ///   - starts: for each byte whether something may begin with it.
    ///   - rewrite: what takes the place of the bytes that begin at an offset, and how many they are.
    static func run(
        _ bytes: UnsafeBufferPointer<UInt8>,
        starts: [Bool],
        into out: inout DecodedText,
        _ rewrite: (Int) -> (Value, Int)?
    ) {
        var window: [UInt8] = []
        var copied = 0
        var wordStart = 0
        // The end of the last word of the window; the word behind it goes on with it.
        var nextStart = -1
        var isOpen = false
        func close() {
            if isOpen, window.contains(where: { $0 > 0x40 || ($0 >= 0x30 && $0 < 0x3A) }) { out.take(window) }
            window.removeAll(keepingCapacity: true)
            isOpen = false
        }
        starts.withUnsafeBufferPointer { starts in
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if starts[Int(byte)], let (value, length) = rewrite(index) {
                    if !isOpen || copied < wordStart && nextStart != wordStart {
                        close()
                        copied = wordStart
                    }
                    isOpen = true
                    window.append(contentsOf: bytes[copied..<index])
                    switch value {
                    case .byte(let byte): window.append(byte)
                    case .scalar(let scalar): window.append(contentsOf: String(scalar).utf8)
                    case .nothing: break
                    }
                    index += length
                    copied = index
                    nextStart = -1
                } else {
                    index += 1
                    guard byte <= 0x20 else { continue }
                    if isOpen && copied >= wordStart {
                        window.append(contentsOf: bytes[copied..<index])
                        copied = index
                        nextStart = index
                    }
                    wordStart = index
                }
            }
            if isOpen && copied >= wordStart { window.append(contentsOf: bytes[copied...]) }
        }
        close()
    }
}
