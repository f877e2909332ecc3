/// The words of a task as hashes: what `training/features.py` computes, to the bit.
///
/// A text has three zones. What is asked for mostly stands first (the lead) or last (the tail); between them lies the
/// material. The words of lead and tail are the same features, those of the middle are others.
struct TaskWords {
    /// The classes of features; each seeds its hashes.
    enum Seed: UInt32 {
        case word = 1
        case prefix, suffix, pair, stems, gram, edge
    }

    /// Where the zones end, in bytes.
    struct Zones {
        static let leadBytes = 320
        static let tailBytes = 200
        static let middleBytes = 3_000
        static let shortestLead = 12

        let lead: Int
        let tail: Int

        init(_ bytes: UnsafeBufferPointer<UInt8>) {
            var end = bytes.count
            while end > 0, bytes[end - 1] <= 0x20 { end -= 1 }
            var start = 0
            while start < end, bytes[start] <= 0x20 { start += 1 }
            var lead = min(end, start + Self.leadBytes)
            let leadLine = min(end, start + Self.shortestLead)
            if leadLine < lead, let line = bytes[leadLine..<lead].firstIndex(of: 0x0A) {
                lead = line
            } else {
                while lead < end, bytes[lead] & 0xC0 == 0x80 { lead += 1 }
            }
            var tail = max(lead, end - Self.tailBytes)
            let tailLine = max(tail, end - Self.shortestLead)
            if tail < tailLine, let line = bytes[tail..<tailLine].lastIndex(of: 0x0A) {
                tail = line
            } else {
                while tail < end, bytes[tail] & 0xC0 == 0x80 { tail += 1 }
            }
            self.lead = lead
            self.tail = tail
        }

        /// Where the part of the middle ends that is read.
        func middleEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
            var stop = min(tail, lead + Self.middleBytes)
            while stop < tail, bytes[stop] & 0xC0 == 0x80 { stop += 1 }
            return stop
        }

        /// How many hashes the text has at most: a sentence of one letter gives five for its two bytes.
        func capacity(_ count: Int) -> Int {
            3 * (lead + min(tail - lead, Self.middleBytes + 4) + count - tail) + 32
        }
    }

    static let basis: UInt32 = 0x811C_9DC5
    private static let middleSeed: UInt32 = 0x55
    private static let longestWord = 24
    private static let start: UInt32 = 0x51A97
    private static let end: UInt32 = 0xE4D

    /// FNV-1a over scalars. http://www.isthe.com/chongo/tech/comp/fnv/
    @inline(__always)
    static func step(_ hash: UInt32, _ code: UInt32) -> UInt32 { (hash ^ code) &* 0x0100_0193 }

    private let out: UnsafeMutableBufferPointer<UInt32>
    private let word: UnsafeMutableBufferPointer<UInt32>
    private let zone: UInt32
    private(set) var written = 0
    /// Whether a space would end the sentence.
    private var isStopped = false
    private var length = 0
    private var previous = Self.start
    private var previousStem = Self.start
    private var ideographs: (before: UInt32, last: UInt32, count: Int) = (0, 0, 0)

    private init(
        out: UnsafeMutableBufferPointer<UInt32>,
        word: UnsafeMutableBufferPointer<UInt32>,
        zone: UInt32
    ) {
        self.out = out
        self.word = word
        self.zone = zone
    }

    /// Writes the hashes of lead and tail, then those of the middle.
    /// - Returns: How many there are of each.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        zones: Zones,
        folding: UnsafeBufferPointer<UInt16>,
        into out: UnsafeMutableBufferPointer<UInt32>
    ) -> (edge: Int, middle: Int) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: longestWord) { word in
            var edge = TaskWords(out: out, word: word, zone: 0)
            edge.feed(bytes, 0..<zones.lead, folding)
            if zones.tail > zones.lead { edge.endSentence() }
            edge.feed(bytes, zones.tail..<bytes.count, folding)
            edge.finish()
            guard zones.tail > zones.lead else { return (edge.written, 0) }
            let rest = UnsafeMutableBufferPointer(rebasing: out[edge.written...])
            var middle = TaskWords(out: rest, word: word, zone: middleSeed)
            middle.feed(bytes, zones.lead..<zones.middleEnd(bytes), folding)
            middle.finish()
            return (edge.written, middle.written)
        }
    }

    private mutating func feed(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ folding: UnsafeBufferPointer<UInt16>
    ) {
        var index = range.lowerBound
        while index < range.upperBound {
            let first = UInt32(bytes[index])
            if first < 0x80 {
                index += 1
                takeASCII(first, folding)
                continue
            }
            let (code, size) = Self.scalar(bytes, at: index)
            index += size
            switch code {
            case 0x3002, 0xFF01, 0xFF1F, 0x964, 0x61F: endSentence()
            default:
                take(TaskFolding.fold(code, folding))
                isStopped = false
            }
        }
    }

    @inline(__always)
    private mutating func takeASCII(_ code: UInt32, _ folding: UnsafeBufferPointer<UInt16>) {
        if code > 0x20 {
            take(UInt32(folding[Int(code)]))
            switch UInt8(code) {
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ";"):
                isStopped = true
            default: isStopped = false
            }
        } else if code == 0x0A || isStopped {
            endSentence()
        } else {
            take(0)
        }
    }

    /// The scalar that begins there, and its bytes; any number where the text is not UTF-8.
    @inline(__always)
    static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (code: UInt32, size: Int) {
        let first = UInt32(bytes[index])
        if first < 0x80 { return (first, 1) }
        let size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var code = first & (0xFF >> UInt32(size + 1))
        for place in 1..<size where index + place < bytes.count {
            code = code << 6 | UInt32(bytes[index + place] & 0x3F)
        }
        return (code, size)
    }

    @inline(__always)
    private mutating func take(_ code: UInt32) {
        if code == TaskFolding.dropped { return }
        if code >= 0xE00, TaskFolding.isIdeographic(code) {
            endWord()
            takeIdeograph(code)
            return
        }
        ideographs.count = 0
        if code == 0 {
            endWord()
        } else if code == 0x30, length > 0, word[length - 1] == 0x30 {
            // Numbers are alike, whatever they count.
        } else if length < Self.longestWord {
            word[length] = code
            length += 1
        }
    }

    @inline(__always)
    private mutating func emit(_ hash: UInt32, _ seed: Seed) {
        guard written < out.count else { return }
        out[written] = Self.seal(hash, seed, zone)
        written += 1
    }

    @inline(__always)
    private static func seal(_ hash: UInt32, _ seed: Seed, _ zone: UInt32) -> UInt32 {
        var hash = (hash ^ ((seed.rawValue ^ zone) &* 0x9E37_79B9)) &* 0x85EB_CA6B
        hash ^= hash >> 15
        hash = hash &* 0xC2B2_AE35
        hash ^= hash >> 13
        return hash == 0 ? 1 : hash
    }

    private mutating func takeIdeograph(_ code: UInt32) {
        emit(Self.step(Self.basis, code), .gram)
        if ideographs.count > 0 { emit(Self.step(Self.step(Self.basis, ideographs.last), code), .gram) }
        if ideographs.count > 1 {
            let two = Self.step(Self.step(Self.basis, ideographs.before), ideographs.last)
            emit(Self.step(two, code), .gram)
        }
        ideographs = (ideographs.last, code, ideographs.count + 1)
        previous = code
        previousStem = code
    }

    private mutating func endWord() {
        guard length > 0 else { return }
        let count = length
        length = 0
        // Scripts with many letters to a sound need fewer of them to tell a stem.
        let isDense = word[0] >= TaskFolding.tableSize
        let (low, high, stemLength, ending) = isDense ? (2, 5, 2, 2) : (3, 7, 4, 3)
        var hash = Self.basis
        var stem: UInt32 = 0
        for index in 0..<count {
            hash = Self.step(hash, word[index])
            let size = index + 1
            if size >= low, size <= high, size < count { emit(hash, .prefix) }
            if size == stemLength || (size == count && count < stemLength) { stem = hash }
        }
        emit(hash, .word)
        if count >= ending + 2 { emit(gram(count - ending, ending), .suffix) }
        if isDense, count > 3 {
            for index in 1..<(count - 2) { emit(gram(index, 3), .gram) }
        }
        emit(Self.step(previous, hash & 0xFF_FFFF), .pair)
        emit(Self.step(previousStem, stem & 0xFF_FFFF), .stems)
        if previous == Self.start { emit(stem, .edge) }
        previous = hash
        previousStem = stem
    }

    private func gram(_ from: Int, _ count: Int) -> UInt32 {
        var hash = Self.basis
        for index in from..<(from + count) { hash = Self.step(hash, word[index]) }
        return hash
    }

    private mutating func endSentence() {
        finish()
        previous = Self.start
        previousStem = Self.start
        isStopped = false
    }

    private mutating func finish() {
        ideographs.count = 0
        endWord()
        if previous != Self.start { emit(Self.step(previous, Self.end), .pair) }
    }
}

/// Letters without case and diacritics, for the classifier only: one scalar for one scalar, by a table that comes with
/// the weights, so that both sides fold alike.
enum TaskFolding {
    /// How many scalars from 0 the table holds; Vietnamese follows in it.
    static let tableSize: UInt32 = 0x530
    /// What is read over.
    static let dropped: UInt32 = 0xFFFF

    /// The folded scalar; 0 where words end.
    static func fold(_ code: UInt32, _ table: UnsafeBufferPointer<UInt16>) -> UInt32 {
        switch code {
        case 0..<tableSize: return UInt32(table[Int(code)])
        case 0x1E00..<0x1F00: return UInt32(table[Int(tableSize + code - 0x1E00)])
        case 0xFF10...0xFF5A: return UInt32(table[Int(code - 0xFEE0)])
        case 0xE00..<0xE80, 0x3040..<0x3100, 0x3400..<0xA000, 0x2_0000..<0x3_0000: return code == 0x30FB ? 0 : code
        case 0x589, 0x58A, 0x5BE, 0x5C0, 0x5C3, 0x60C, 0x61B, 0x61F, 0x66A...0x66D, 0x6D4, 0x964, 0x965, 0x970: return 0
        case 0x660...0x669, 0x6F0...0x6F9, 0x966...0x96F: return 0x30
        case 0x64B...0x65F, 0x640: return dropped
        case 0x530..<0xE00, 0x10A0..<0x1200, 0xAC00..<0xD7A4: return code
        default: return 0
        }
    }

    /// Whether words of this script are not spaced: Thai, kana, Han.
    @inline(__always)
    static func isIdeographic(_ code: UInt32) -> Bool {
        (0xE00..<0xE80).contains(code) || (0x3040..<0x3100).contains(code) || (0x3400..<0xA000).contains(code)
            || (0x2_0000..<0x3_0000).contains(code)
    }
}
