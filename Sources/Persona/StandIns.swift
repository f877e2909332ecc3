/// Made-up words of the kinds that terms are of: a name for a name, a town for a town, a brand for a thing.
///
/// Each is put together from syllables, of which there are thousands of combinations: two terms of one conversation hardly
/// ever want the same one. All begin with a consonant and say nothing of sex, so that the sentence stays grammatical.
struct StandIns: Sendable {
    private let fronts: [String]
    private let middles: [String]
    private let ends: [String]

    /// How many there are.
    var count: Int { fronts.count * middles.count * ends.count }

    subscript(_ index: Int) -> String {
        let (rest, end) = index.quotientAndRemainder(dividingBy: ends.count)
        let (front, middle) = rest.quotientAndRemainder(dividingBy: middles.count)
        return fronts[front] + middles[middle] + ends[end]
    }

    /// Those that stand for terms of a class.
    static func of(_ kind: IdentityClass) -> StandIns {
        switch kind {
        case .name, .alias, .owner, .person: people
        case .place: places
        default: things
        }
    }

    private init(_ middles: String, _ ends: String) {
        fronts = Self.syllables
        self.middles = Self.words(middles)
        self.ends = Self.words(ends)
    }

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static let syllables = words(
        """
        Bel Bren Cal Cor Dar Del Dov Fal Fen Gal Gor Hal Hes Jor Kal Kel Lor Lun Mar Mel Mor Nal Nev Nor Pel Per Quen Ral Ros \
        Sel Sor Tal Tes Tor Val Vel Vor Wen Yor Zel
        """
    )
    private static let people = StandIns(
        "a e i o u an en in on ar er or",
        "bric dane dric finn lan lis lyn mar mir nock rin rook sen shan thor vane vin wick wyn zen"
    )
    private static let places = StandIns(
        "a e i o en in er ing",
        "barrow combe dale fell fold ford garth gate haven holt marsh mere minster moor stead stowe thorpe well worth wyke"
    )
    private static let things = StandIns(
        "a e i o u an en ex ix or",
        "bix brax dex drix lex lux meon mix nex nova rion rix trix vexa vion von xa xel xis zor"
    )
}
