/// What the decoders read out of a text: stretches of text, each with a wall behind it that no match crosses.
struct DecodedText {
    /// The wall: a byte that never stands in UTF-8.
    static let wall: UInt8 = 0xFF
    /// In binary data a stretch of text that is shorter says nothing.
    private static let shortestStretch = 8

    private(set) var bytes: [UInt8] = []
    /// How much more may be written; decoding stops there, and the request is odd.
    var room: Int
    /// Whether something was compressed, or did not fit.
    var isOdd = false

    init(room: Int) { self.room = room }

    var isEmpty: Bool { bytes.isEmpty }

    /// Takes a text that was surely meant as one.
    mutating func take(_ text: some Collection<UInt8>) {
        guard text.count < room else {
            isOdd = true
            return
        }
        room -= text.count + 1
        bytes.append(contentsOf: text)
        bytes.append(Self.wall)
    }

    /// Takes what came out of decoding something that may be no code at all: text as a whole, or what of it is text.
    mutating func takeText(of decoded: UnsafeBufferPointer<UInt8>) {
        if decoded.count >= 4, decoded.count(where: { $0 == 0 }) * 3 >= decoded.count {
            // UTF-16, or UTF-32.
            let text = decoded.filter { $0 != 0 }
            if text.count < decoded.count && !text.isEmpty {
                return text.withUnsafeBufferPointer { takeText(of: $0) }
            }
        }
        var start = 0
        var index = 0
        while index <= decoded.count {
            while index < decoded.count, Self.isPlain(decoded[index]) { index += 1 }
            if index < decoded.count, let (_, length) = TextFolding.decode(decoded, at: index) {
                index += length
                continue
            }
            let isWhole = start == 0 && index >= decoded.count - 1
            if index - start >= Self.shortestStretch || isWhole && index >= 3 {
                take(UnsafeBufferPointer(rebasing: decoded[start..<index]))
            }
            index += 1
            start = index
        }
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte < 0x7F : byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
