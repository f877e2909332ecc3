/// Finds names in lists of numbers whatever the numbers stand for: they rise and fall as the letters of the name do, or
/// differ from each other in the same bits. So no shift and no key needs to be known.
///
/// Hex numbers of two or four digits are read as bytes wherever they stand, so that the offsets of a dump do not tear it.
struct NumberShapes: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    /// How a written form of a term goes from letter to letter.
    private struct Pattern: Sendable {
        let term: Int
        let steps: [Int]
    }

    private let sums: [Pattern]
    private let bits: [Pattern]
    /// The first step of each.
    private let sumFronts: [Int]
    private let bitFronts: [Int]
    private let dots: TermAutomaton
    private let spelled: [GuardedTerm]

    private static let shortest = 4
    private static let widestGap = 24
    private static let most = 1 << 16

    init(_ all: [GuardedTerm]) {
        let terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest }
        self.terms = terms
        var sums: [Pattern] = []
        var bits: [Pattern] = []
        for (index, term) in terms.enumerated() {
            for form in Self.forms(of: term) {
                let pairs = Array(zip(form, form.dropFirst()))
                sums.append(Pattern(term: index, steps: pairs.map { $1 - $0 }))
                bits.append(Pattern(term: index, steps: pairs.map { $1 ^ $0 }))
            }
        }
        self.sums = sums
        self.bits = bits
        sumFronts = sums.map { $0.steps[0] }
        bitFronts = bits.map { $0.steps[0] }
        spelled = terms.filter { $0.letters.count > 4 }
        dots = TermAutomaton(spelled.map { .init(folded: $0.letters.map(TextFolding.alike), isWholeWord: false) })
    }

    /// In small letters, with capitals, and with spaces between words or without.
    private static func forms(of term: GuardedTerm) -> [[Int]] {
        let small = term.letters.map { Int($0) }
        let titled = small.indices.map { $0 == 0 || term.wordStarts.contains($0) ? small[$0] - 0x20 : small[$0] }
        var forms = [small, titled]
        if !term.wordStarts.isEmpty {
            forms += [small, titled].map { form in
                form.indices.flatMap { term.wordStarts.contains($0) ? [0x20, form[$0]] : [form[$0]] }
            }
        }
        return forms
    }

    /// Whether there are so many digits that a list can be there; most texts hold a date or a price at the most.
    private static func holdsNumbers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var count = 0
        for byte in bytes { count &+= byte &- 0x30 < 10 ? 1 : 0 }
        return count >= shortest
    }

    /// The text of all short hex numbers.
    static func readHex(_ runs: Runs, into decoded: inout DecodedText) {
        guard holdsNumbers(runs.bytes) else { return }
        var reader = Reader()
        reader.read(runs)
        guard reader.hex.count >= shortest else { return }
        reader.hex.withUnsafeBufferPointer { decoded.takeText(of: $0) }
        if reader.swapped != reader.hex { reader.swapped.withUnsafeBufferPointer { decoded.takeText(of: $0) } }
    }

    func detect(_ runs: Runs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, Self.holdsNumbers(runs.bytes) else { return }
        var reader = Reader()
        reader.read(runs)
        for list in reader.decimals where list.count >= Self.shortest {
            match(list, found)
            for width in 2...4 where list.count >= width * (Self.shortest - 1) + 1 {
                for phase in 0..<width {
                    match(stride(from: phase, to: list.count, by: width).map { list[$0] }, found)
                }
            }
            readDots(list, found)
        }
        guard reader.hex.count >= Self.shortest else { return }
        match(reader.hex.map { Int($0) }, found)
    }

    /// - Parameter list: numbers as they follow each other.
    private func match(_ list: [Int], _ found: (Trace) -> Void) {
        sumFronts.withUnsafeBufferPointer { sumFronts in
            bitFronts.withUnsafeBufferPointer { bitFronts in
                for start in 0..<max(0, list.count - Self.shortest + 1) {
                    let step = list[start + 1] - list[start]
                    let change = list[start + 1] ^ list[start]
                    for index in sumFronts.indices {
                        if sumFronts[index] == step, Self.stands(sums[index].steps, list, start, -) {
                            found(terms[sums[index].term].guess)
                        }
                    }
                    for index in bitFronts.indices {
                        if bitFronts[index] == change, Self.stands(bits[index].steps, list, start, ^) {
                            found(terms[bits[index].term].guess)
                        }
                    }
                }
            }
        }
    }

    private static func stands(_ steps: [Int], _ list: [Int], _ start: Int, _ step: (Int, Int) -> Int) -> Bool {
        guard start + steps.count < list.count else { return false }
        var largest = list[start]
        for place in steps.indices {
            guard step(list[start + place + 1], list[start + place]) == steps[place] else { return false }
            largest = max(largest, list[start + place + 1])
        }
        // Among small numbers chance finds short names.
        if steps.count == 3 { return largest > 26 && (list.count <= 5 || largest > 96) }
        return largest > 26 || steps.count >= 7
    }

    /// Braille by the numbers of its dots: 2345 is t.
    private func readDots(_ list: [Int], _ found: (Trace) -> Void) {
        let letters = list.map { Self.letters[$0] ?? DecodedText.wall }
        if let match = dots.firstMatch(in: letters.map(TextFolding.alike)) { found(spelled[match.term].guess) }
    }

    private static let letters: [Int: UInt8] = {
        let cells = [
            1, 12, 14, 145, 15, 124, 1245, 125, 24, 245, 13, 123, 134, 1345, 135, 1234, 12345, 1235, 234, 2345, 136,
            1236,
            2456, 1346, 13456, 1356,
        ]
        return Dictionary(uniqueKeysWithValues: zip(cells, UInt8(ascii: "a")...UInt8(ascii: "z")))
    }()

    /// The numbers of a text.
    private struct Reader {
        /// Lists of decimal numbers.
        var decimals: [[Int]] = []
        /// All short hex numbers as bytes.
        var hex: [UInt8] = []
        /// The same, the bytes of each number from its end.
        var swapped: [UInt8] = []
        private var list: [Int] = []

        mutating func read(_ runs: Runs) {
            var lastEnd = 0
            for run in runs.list {
                if run.count % 2 == 0 {
                    // The x of `0x5a` is no digit.
                    let isLong = run.count == 4 || run.count == 10
                    if run.kinds & Runs.Kind.beyondHex == 0 || isLong && run.kinds & Runs.Kind.digit != 0 {
                        takeHex(runs.bytes, run.start, run.end)
                    }
                }
                guard run.kinds == Runs.Kind.digit else { continue }
                if run.start - lastEnd > NumberShapes.widestGap || run.count > 6 { close() }
                lastEnd = run.end
                guard run.count <= 6, list.count < NumberShapes.most else { continue }
                list.append(runs.bytes[run.start..<run.end].reduce(0) { $0 * 10 + Int($1 - 0x30) })
            }
            close()
        }

        private mutating func close() {
            if list.count >= NumberShapes.shortest { decimals.append(list) }
            list.removeAll(keepingCapacity: true)
        }

        /// `5a`, `0x5a` and `5a5b`.
        private mutating func takeHex(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) {
            var start = start
            if end - start > 2, bytes[start] == 0x30, bytes[start + 1] | 0x20 == 0x78 { start += 2 }
            // Zeros in front are a place in a dump.
            guard [2, 4, 8, 12].contains(end - start), hex.count < NumberShapes.most,
                end - start < 8 || bytes[start] != 0x30
            else { return }
            let first = hex.count
            var place = start
            while place < end {
                guard let high = Escapes.hexDigit(bytes[place]), let low = Escapes.hexDigit(bytes[place + 1]) else {
                    hex.removeLast(hex.count - first)
                    return
                }
                hex.append(high << 4 | low)
                place += 2
            }
            while place > start {
                place -= 2
                swapped.append(hex[first + (place - start) / 2])
            }
        }
    }
}
