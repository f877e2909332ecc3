/// Joins codes that are written in groups: Base64 in fours, hex in pairs of bytes, the parts of a UUID.
enum GroupedRuns {
    private static let fewest = 3
    private static let longestGroup = 8
    private static let longest = 4_096

    /// Runs of groups of the same length, the last one perhaps shorter, as one word each. They are a code by one digit or mark,
    /// or by capitals inside half of them: of groups of Base64 nineteen in twenty have one or the other.
    static func decode(_ runs: Runs, into out: inout DecodedText) {
        runs.list.withUnsafeBufferPointer { decode(runs.bytes, $0, into: &out) }
    }

    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ runs: UnsafeBufferPointer<Runs.Run>,
        into out: inout DecodedText
    ) {
        var next = 0
        var first = 0
        var end = 0
        var length = 0
        var groups = 0
        var isCode = false
        var capitals = 0
        func close() {
            if groups >= fewest, isCode || capitals * 2 >= groups {
                out.take(bytes[first..<end].filter { $0 != 0x20 })
            }
            groups = 0
            isCode = false
            capitals = 0
        }
        var index = 0
        while index < bytes.count {
            let start = index
            var hasCode = false
            var hasCapital = false
            while index < bytes.count {
                if next < runs.count, runs[next].start == index {
                    let run = runs[next]
                    if run.kinds & Runs.Kind.digit != 0 { hasCode = true }
                    // A capital inside, or behind a mark.
                    let inside = index > start ? Runs.Kind.upper | Runs.Kind.inner : Runs.Kind.inner
                    if run.kinds & inside != 0 { hasCapital = true }
                    index = run.end
                    next += 1
                } else if isMark(bytes[index]) {
                    hasCode = true
                    index += 1
                } else {
                    break
                }
            }
            let count = index - start
            guard count > 0 else {
                if bytes[index] != 0x20 { close() }
                index += 1
                continue
            }
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
            if hasCapital { capitals += 1 }
            if count < length { close() }
        }
        close()
    }

    private static func isMark(_ byte: UInt8) -> Bool { byte == 0x2B || byte == 0x2F || byte == 0x3D }
}
