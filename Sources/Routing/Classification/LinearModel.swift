/// What was learnt: 8-bit weights by the hash of a feature, and how to look them up.
///
/// A feature that was not learnt has no weight: unlike in a table by hash alone, it adds no noise.
struct LinearModel: Sendable {
    /// 19 kinds, 3 complexities, whether the task stays, and one that is free.
    static let columns = 24
    static let complexityColumn = 19
    static let stayColumn = 22

    /// One number for each column.
    typealias Scores = InlineArray<24, Float>

    /// What was known of a text: rows of the table, those of lead and tail first.
    struct Known {
        var rows: UnsafeMutableBufferPointer<UInt32>
        var edge: Int
        var middle: Int
        /// The meanings that occur, a bit each; 0 stands for words without one.
        var edgeMeanings: UInt64 = 0
        var middleMeanings: UInt64 = 0
    }

    /// By which scores are multiplied before they become chances.
    let sharpness: Float
    /// The scalars' folding; see ``TaskFolding``.
    let folding: [UInt16]
    private let scales: [Float]
    private let structure: [Float]
    private let cells: [Int8]
    private let meanings: [UInt8]
    private let keys: [UInt32]
    private let rowOfKey: [UInt16]
    private let sieve: [UInt64]
    private let mask: Int

    private static let sieveBits = 18

    /// Reads the weights; about a millisecond.
    init() {
        let bytes = Base64.decode(ClassifierWeights.base64)
        var reader = ByteReader(bytes: bytes)
        let words = Int(reader.next(UInt32.self))
        let shapes = Int(reader.next(UInt32.self))
        let folded = Int(reader.next(UInt32.self))
        sharpness = reader.next(Float.self)
        scales = reader.list(Float.self, Self.columns)
        structure = reader.list(Float.self, shapes * Self.columns)
        folding = reader.list(UInt16.self, folded)
        let hashes = reader.list(UInt32.self, words)
        meanings = reader.list(UInt8.self, words)
        cells = reader.list(Int8.self, words * Self.columns)
        let named = ClassifierWeights.meanings.count
        precondition(
            shapes == TaskStructure.count + 2 * named && named < 64 && words < Int(UInt16.max),
            "the weights are of another version"
        )
        var size = 1
        while size < 2 * words { size *= 2 }
        var keys = [UInt32](repeating: 0, count: size)
        var rows = [UInt16](repeating: 0, count: size)
        var sieve = [UInt64](repeating: 0, count: 1 << (Self.sieveBits - 6))
        for (row, hash) in hashes.enumerated() {
            var slot = Int(hash >> 8) & (size - 1)
            while keys[slot] != 0 { slot = (slot + 1) & (size - 1) }
            keys[slot] = hash
            rows[slot] = UInt16(row)
            let bit = hash & (1 << UInt32(Self.sieveBits) - 1)
            sieve[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        }
        mask = size - 1
        self.keys = keys
        rowOfKey = rows
        self.sieve = sieve
    }

    /// Puts the rows of the known hashes in their place, and forgets the others.
    func look(up hashes: UnsafeMutableBufferPointer<UInt32>, edge: Int, middle: Int) -> Known {
        let knownOfEdge = find(hashes, 0..<edge, at: 0)
        let all = find(hashes, edge..<(edge + middle), at: knownOfEdge)
        var known = Known(rows: hashes, edge: knownOfEdge, middle: all - knownOfEdge)
        for index in 0..<all {
            let bit: UInt64 = 1 << UInt64(meanings[Int(hashes[index])])
            if index < knownOfEdge { known.edgeMeanings |= bit } else { known.middleMeanings |= bit }
        }
        return known
    }

    private func find(_ hashes: UnsafeMutableBufferPointer<UInt32>, _ range: Range<Int>, at start: Int) -> Int {
        var found = start
        sieve.withUnsafeBufferPointer { sieve in
            keys.withUnsafeBufferPointer { keys in
                for index in range {
                    let hash = hashes[index]
                    let bit = hash & (1 << UInt32(Self.sieveBits) - 1)
                    guard sieve[Int(bit >> 6)] >> UInt64(bit & 63) & 1 == 1 else { continue }
                    var slot = Int(hash >> 8) & mask
                    while keys[slot] != hash, keys[slot] != 0 { slot = (slot + 1) & mask }
                    if keys[slot] == hash {
                        hashes[found] = UInt32(rowOfKey[slot])
                        found += 1
                    }
                }
            }
        }
        return found
    }

    /// The scores of all columns.
    func scores(_ known: Known, _ shape: TaskStructure) -> Scores {
        var scores = Scores(repeating: 0)
        add(known.rows[0..<known.edge], times: edgeScale(known), to: &scores)
        add(known.rows[known.edge..<(known.edge + known.middle)], times: middleScale(known), to: &scores)
        let named = ClassifierWeights.meanings.count
        addTraits(shape.rawValue, from: 0, to: &scores)
        addTraits(known.edgeMeanings >> 1, from: TaskStructure.count, to: &scores)
        addTraits(known.middleMeanings >> 1, from: TaskStructure.count + named, to: &scores)
        return scores
    }

    private func addTraits(_ traits: UInt64, from first: Int, to scores: inout Scores) {
        var bits = traits
        while bits != 0 {
            let row = first + bits.trailingZeroBitCount
            bits &= bits - 1
            for column in 0..<Self.columns { scores[column] += structure[row * Self.columns + column] }
        }
    }

    private func edgeScale(_ known: Known) -> Float { 1 / Float(max(known.edge, 4)).squareRoot() }
    private func middleScale(_ known: Known) -> Float { 2 / Float(max(known.middle, 16)) }

    private func add(_ rows: Slice<UnsafeMutableBufferPointer<UInt32>>, times scale: Float, to scores: inout Scores) {
        var low = SIMD8<Int32>()
        var middle = SIMD8<Int32>()
        var high = SIMD8<Int32>()
        cells.withUnsafeBytes { cells in
            for row in rows {
                let place = Int(row) * Self.columns
                low &+= SIMD8<Int32>(
                    truncatingIfNeeded: cells.loadUnaligned(fromByteOffset: place, as: SIMD8<Int8>.self)
                )
                middle &+= SIMD8<Int32>(
                    truncatingIfNeeded: cells.loadUnaligned(fromByteOffset: place + 8, as: SIMD8<Int8>.self)
                )
                high &+= SIMD8<Int32>(
                    truncatingIfNeeded: cells.loadUnaligned(fromByteOffset: place + 16, as: SIMD8<Int8>.self)
                )
            }
        }
        for lane in 0..<8 {
            scores[lane] += Float(low[lane]) * scale * scales[lane]
            scores[lane + 8] += Float(middle[lane]) * scale * scales[lane + 8]
            scores[lane + 16] += Float(high[lane]) * scale * scales[lane + 16]
        }
    }

    /// What each meaning gave to a column; under 0 the words without one.
    func shares(_ known: Known, of column: Int) -> [Float] {
        var shares = [Float](repeating: 0, count: ClassifierWeights.meanings.count + 1)
        let edge = edgeScale(known) * scales[column]
        let middle = middleScale(known) * scales[column]
        for index in 0..<(known.edge + known.middle) {
            let row = Int(known.rows[index])
            let weight = Float(cells[row * Self.columns + column])
            shares[Int(meanings[row])] += weight * (index < known.edge ? edge : middle)
        }
        for meaning in 1..<shares.count where known.edgeMeanings >> UInt64(meaning) & 1 == 1 {
            shares[meaning] += structure[(TaskStructure.count + meaning - 1) * Self.columns + column]
        }
        return shares
    }

    /// What a trait of the structure gives to a column.
    func share(ofTrait trait: Int, in column: Int) -> Float { structure[trait * Self.columns + column] }
}

/// Takes values out of bytes, one after the other, as a machine with the low byte first wrote them.
private struct ByteReader {
    let bytes: [UInt8]
    var place = 0

    mutating func next<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
        defer { place += MemoryLayout<Value>.size }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) }
    }

    mutating func list<Value: BitwiseCopyable>(_ type: Value.Type, _ count: Int) -> [Value] {
        let size = MemoryLayout<Value>.size
        defer { place += count * size }
        return bytes.withUnsafeBytes { bytes in
            precondition(place + count * size <= bytes.count, "the weights are cut off")
            return [Value](unsafeUninitializedCapacity: count) { list, filled in
                UnsafeMutableRawBufferPointer(list).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[place..<(place + count * size)])
                )
                filled = count
            }
        }
    }
}

/// RFC 4648, section 4; for text of our own only.
private enum Base64 {
    static func decode(_ text: StaticString) -> [UInt8] {
        var values = [UInt8](repeating: 0, count: 256)
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for index in 0..<64 { values[Int(alphabet.utf8Start[index])] = UInt8(index) }
        let count = text.utf8CodeUnitCount / 4 * 3
        return text.withUTF8Buffer { text in
            [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
                for group in 0..<(text.count / 4) {
                    var bits: UInt32 = 0
                    for place in 0..<4 { bits = bits << 6 | UInt32(values[Int(text[group * 4 + place])]) }
                    bytes[group * 3] = UInt8(truncatingIfNeeded: bits >> 16)
                    bytes[group * 3 + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                    bytes[group * 3 + 2] = UInt8(truncatingIfNeeded: bits)
                }
                // Up to two bytes of padding stay at the end; nobody reads so far.
                filled = count
            }
        }
    }
}
