/// Words in the order of the alphabet, so that the one that stands at a place of a text is found letter by letter, however
/// many there are.
struct PrefixTable: Sendable {
    /// What stands at a place.
    enum Find: Equatable {
        case none
        /// The longest word that does, by its place in the list that the table was made of.
        case word(Int, length: Int)
        /// The text ends before it is seen which.
        case open
    }

    private let words: [(letters: [UInt8], place: Int)]

    /// A table of words in small letters, none of them empty.
    init(_ words: [[UInt8]]) {
        self.words = words.enumerated().map { (letters: $1, place: $0) }
            .sorted { $0.letters.lexicographicallyPrecedes($1.letters) }
    }

    /// The longest word at the front of a text, in any case.
    /// - Parameter work: how many words were looked at is added to it.
    func find(in text: ArraySlice<UInt8>, work: inout Int) -> Find {
        var found = Find.none
        var range = words.indices
        var depth = 0
        while true {
            // A word comes before those that go on from it.
            while let first = range.first, words[first].letters.count == depth {
                found = .word(words[first].place, length: depth)
                range = range.dropFirst()
            }
            guard !range.isEmpty else { return found }
            guard depth < text.count else { return .open }
            let letter = text[text.startIndex + depth].small
            let start = firstIndex(in: range, work: &work) { $0[depth] >= letter }
            let end = firstIndex(in: start..<range.upperBound, work: &work) { $0[depth] > letter }
            range = start..<end
            depth += 1
        }
    }

    /// The first word of a range of which something is true that is true of all behind it.
    private func firstIndex(in range: Range<Int>, work: inout Int, where isSo: ([UInt8]) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            work += 1
            if isSo(words[middle].letters) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
