/// Vectors by direction: which rows of a scope are nearest to another one. Exact in its order for the same insertions;
/// nothing in it is left to chance.
///
/// A row is kept as one byte a dimension with its own scale, and as the signs alone. A search counts, for all rows, how
/// many signs differ, and compares the ``shortlist`` with the fewest by their bytes: two directions of cosine 0.9 differ
/// in about a seventh of their signs, unrelated ones in a third to a half (Charikar 2002, "Similarity estimation
/// techniques from rounding algorithms").
struct VectorIndex {
    let dimensions: Int
    private let words: Int
    private var signs: [UInt64] = []
    private var codes: [Int8] = []
    /// One over the length of each row's codes.
    private var scales: [Float] = []
    /// Of each row; below zero for none.
    private var scopes: [Int32] = []
    private var free: [Int] = []

    /// How many rows are compared by their bytes.
    static let shortlist = 128

    init(dimensions: Int) {
        self.dimensions = dimensions
        words = (dimensions + 63) / 64
    }

    /// How many rows it has room for without growing; the rows in use and those that are free.
    var rows: Int { scopes.count }

    /// Bytes that a row takes.
    static func bytes(dimensions: Int) -> Int { dimensions + (dimensions + 63) / 64 * 8 + 8 }

    /// A row that was found.
    struct Match: Equatable {
        let row: Int
        let cosine: Float
    }

    // MARK: Rows

    /// Takes a vector; gives its row. Nil for one of other dimensions, without a direction, or with what is no number.
    mutating func insert(_ vector: [Float], scope: Int32) -> Int? {
        guard let unit = Self.unit(vector, dimensions) else { return nil }
        let largest = unit.reduce(Float(0)) { max($0, abs($1)) }
        let row = free.popLast() ?? scopes.count
        if row == scopes.count {
            signs.append(contentsOf: repeatElement(0, count: words))
            codes.append(contentsOf: repeatElement(0, count: dimensions))
            scales.append(0)
            scopes.append(-1)
        }
        var length: Float = 0
        for (index, value) in unit.enumerated() {
            let code = (value / largest * 127).rounded()
            codes[row * dimensions + index] = Int8(code)
            length += code * code
        }
        let bits = Self.signs(of: unit, words)
        for word in 0..<words { signs[row * words + word] = bits[word] }
        scales[row] = 1 / length.squareRoot()
        scopes[row] = scope
        return row
    }

    /// Lets go of a row; the next vector takes it.
    mutating func remove(_ row: Int) {
        guard scopes.indices.contains(row), scopes[row] >= 0 else { return }
        scopes[row] = -1
        free.append(row)
    }

    // MARK: Search

    /// The rows of the scope that are at least that near, the nearest first; of equally near ones the lower row.
    func nearest(to vector: [Float], scope: Int32, atLeast least: Float, most: Int) -> [Match] {
        guard !scopes.isEmpty, let unit = Self.unit(vector, dimensions) else { return [] }
        var found: [Match] = []
        for row in shortlisted(Self.signs(of: unit, words), scope) {
            let cosine = cosine(unit, row)
            if cosine >= least { found.append(Match(row: row, cosine: cosine)) }
        }
        found.sort { ($1.cosine, $0.row) < ($0.cosine, $1.row) }
        return Array(found.prefix(most))
    }

    /// The rows of the scope whose signs differ least, in order of their rows.
    private func shortlisted(_ bits: [UInt64], _ scope: Int32) -> [Int] {
        let none = UInt16.max
        var counts = [Int](repeating: 0, count: dimensions + 65)
        let distances = [UInt16](unsafeUninitializedCapacity: scopes.count) { distances, count in
            signs.withUnsafeBufferPointer { signs in
                bits.withUnsafeBufferPointer { bits in
                    scopes.withUnsafeBufferPointer { scopes in
                        for row in 0..<scopes.count {
                            guard scopes[row] == scope else {
                                distances[row] = none
                                continue
                            }
                            var differing = 0
                            let start = row &* words
                            for word in 0..<words {
                                differing &+= (signs[start &+ word] ^ bits[word]).nonzeroBitCount
                            }
                            distances[row] = UInt16(truncatingIfNeeded: differing)
                            counts[differing] &+= 1
                        }
                    }
                }
            }
            count = scopes.count
        }
        var room = Self.shortlist
        var bound = 0
        while bound < counts.count, counts[bound] <= room {
            room -= counts[bound]
            bound += 1
        }
        // All of fewer differing signs than the bound, and of those at the bound as many as there is room for.
        var rows: [Int] = []
        for row in distances.indices where distances[row] != none {
            if distances[row] < bound {
                rows.append(row)
            } else if distances[row] == bound, room > 0 {
                room -= 1
                rows.append(row)
            }
        }
        return rows
    }

    private func cosine(_ unit: [Float], _ row: Int) -> Float {
        codes.withUnsafeBufferPointer { codes in
            unit.withUnsafeBufferPointer { unit in
                var sum = SIMD8<Float>()
                let start = row &* dimensions
                var index = 0
                while index &+ 8 <= dimensions {
                    var code = SIMD8<Float>()
                    var part = SIMD8<Float>()
                    for lane in 0..<8 {
                        code[lane] = Float(codes[start &+ index &+ lane])
                        part[lane] = unit[index &+ lane]
                    }
                    sum += code * part
                    index &+= 8
                }
                var rest: Float = 0
                while index < dimensions {
                    rest += Float(codes[start &+ index]) * unit[index]
                    index &+= 1
                }
                return (sum.sum() + rest) * scales[row]
            }
        }
    }

    // MARK: Forms of a vector

    private static func unit(_ vector: [Float], _ dimensions: Int) -> [Float]? {
        guard vector.count == dimensions, !vector.isEmpty else { return nil }
        let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite, length > 0 else { return nil }
        return vector.map { $0 / length }
    }

    private static func signs(of unit: [Float], _ words: Int) -> [UInt64] {
        var bits = [UInt64](repeating: 0, count: words)
        for (index, value) in unit.enumerated() where value < 0 { bits[index >> 6] |= 1 << UInt64(index & 63) }
        return bits
    }
}
