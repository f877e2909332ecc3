/// Joins codes that are written in groups: Base64 in fours, hex in pairs of bytes, the parts of a UUID.
enum GroupedRuns {
    private static let fewest = 3
    private static let longestGroup = 8
    private static let longest = 4_096

    /// Runs of groups of the same length, the last one perhaps shorter, as one word each.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        var first = 0
        var end = 0
        var length = 0
        var groups = 0
        var isCode = false
        func close() {
            if groups >= fewest, isCode { out.take(bytes[first..<end].filter { $0 != 0x20 }) }
            groups = 0
            isCode = false
        }
        var index = 0
        while index < bytes.count {
            guard isCodeByte(bytes[index]) else {
                if bytes[index] != 0x20 { close() }
                index += 1
                continue
            }
            let start = index
            var hasCode = false
            while index < bytes.count, isCodeByte(bytes[index]) {
                if bytes[index] < 0x61, index > start || bytes[index] < 0x41 { hasCode = true }
                index += 1
            }
            let count = index - start
            guard count <= longestGroup else {
                close()
                continue
            }
            // A shorter group can only be the last one.
            if groups > 0, count > length || count < length && groups < fewest - 1 { close() }
            if groups == 0 { (first, length) = (start, count) }
            if index - first > longest {
                close()
                continue
            }
            end = index
            groups += 1
            if hasCode { isCode = true }
            if count < length { close() }
        }
        close()
    }

    private static func isCodeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F, 0x3D: true
        default: false
        }
    }
}
