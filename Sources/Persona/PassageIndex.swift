/// Knows every run of twenty letters of the documents that may not leave, and holds none of them.
///
/// A run is kept as a keyed hash of 64 bits (cyclic polynomials, Cohen 1997) whose key is drawn anew in each process: the
/// index is no copy of the documents, and no guess can be checked against it elsewhere.
public struct PassageIndex: Sendable, Undisclosed {
    /// The length of a run, in letters and digits.
    public static let runLength = 20

    /// A random number for each letter, drawn anew in each process.
    private static let numbers: [UInt64] = {
        var numbers = (0..<256).map { _ in UInt64.random(in: .min ... .max) }
        for letter in UInt8.min ... .max { numbers[Int(letter)] = numbers[Int(TextFolding.alike(letter))] }
        return numbers
    }()
    private let runs: Set<UInt64>
    /// Those of them that are of keys.
    private let keys: Set<UInt64>
    /// One bit for each run's lowest bits, so that most texts cost one look-up a letter.
    private let filter: [UInt64]
    private static let filterBits = 1 << 18

    /// An index of nothing.
    public static let empty = PassageIndex([])

    /// The index of some documents.
    public init(_ documents: [String]) {
        var runs: Set<UInt64> = []
        for document in documents {
            var glyphs = Glyphs(reserving: 0)
            glyphs.append(Array(document.utf8))
            for letters in Self.disguises(of: glyphs.letters) {
                Self.scan(letters) { hash, _ in
                    runs.insert(hash)
                    return true
                }
            }
        }
        self.init(runs: runs)
    }

    /// The letters as they are, turned by half the alphabet, mirrored in it, and all of it backwards.
    private static func disguises(of letters: [UInt8]) -> [[UInt8]] {
        func exchanged(_ letter: (UInt8) -> UInt8) -> [UInt8] {
            letters.map { (0x61...0x7A).contains($0) ? letter($0 - 0x61) + 0x61 : $0 }
        }
        let forms = [letters, exchanged { ($0 + 13) % 26 }, exchanged { 25 - $0 }]
        return forms + forms.map { $0.reversed() }
    }

    /// One index of several.
    /// - Parameter keys: those of keys, which are told from documents.
    init(joining indexes: [PassageIndex], keys: [PassageIndex] = []) {
        func joined(_ indexes: [PassageIndex]) -> Set<UInt64> { indexes.reduce(into: []) { $0.formUnion($1.runs) } }
        self.init(runs: joined(indexes + keys), keys: joined(keys))
    }

    private init(runs: Set<UInt64>, keys: Set<UInt64> = []) {
        var filter = [UInt64](repeating: 0, count: runs.isEmpty ? 0 : Self.filterBits / 64)
        for hash in runs {
            let bit = Int(truncatingIfNeeded: hash) & (Self.filterBits - 1)
            filter[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        self.runs = runs
        self.keys = keys
        self.filter = filter
    }

    /// How many runs there are.
    public var count: Int { runs.count }

    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !runs.isEmpty, glyphs.count >= Self.runLength else { return }
        Self.scan(glyphs.letters) { hash, start in
            let bit = Int(truncatingIfNeeded: hash) & (Self.filterBits - 1)
            guard filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0, runs.contains(hash) else { return true }
            let kind = keys.contains(hash) ? IdentityClass.key : .soul
            found(Trace(identityClass: kind, certainty: .plain, isWhole: true, field: glyphs.field(at: start)))
            return false
        }
    }

    /// Calls for each run with its hash and where it starts, until the closure says no.
    private static func scan(_ letters: [UInt8], _ found: (UInt64, Int) -> Bool) {
        guard letters.count >= runLength else { return }
        letters.withUnsafeBufferPointer { letters in
            numbers.withUnsafeBufferPointer { numbers in
                var hash: UInt64 = 0
                for index in 0..<letters.count {
                    hash = turned(hash, 1) ^ numbers[Int(letters[index])]
                    guard index >= runLength - 1 else { continue }
                    let start = index + 1 - runLength
                    if !found(hash, start) { return }
                    hash ^= turned(numbers[Int(letters[start])], UInt64(runLength - 1))
                }
            }
        }
    }

    @inline(__always)
    private static func turned(_ number: UInt64, _ places: UInt64) -> UInt64 {
        number << places | number >> (64 - places)
    }
}
