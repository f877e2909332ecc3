/// What one term of an identity costs in false alarms.
public struct TermCost: Sendable {
    /// How it is matched.
    public let rule: String
    /// How many clean texts hold it, as it is or in a disguise.
    public let stops: Int
    /// How many clean texts would wait for the owner.
    public let quarantines: Int
    /// What the owner should think about.
    public let warning: String?

    /// Measures a term alone on clean texts.
    public init(kind: IdentityClass, text: String, on texts: [String]) {
        let index = IdentityIndex([Identity(terms: [(kind, text)])])
        let term = GuardedTerm(kind, text, isWhole: true)
        let length = term?.letters.count ?? 0
        if term?.isShort ?? true {
            rule = "as a word"
        } else {
            rule = length >= 6 ? "anywhere, one slip" : "anywhere"
        }
        var stops = 0
        var quarantines = 0
        for text in texts {
            let traces = index.traces(in: [text]).filter { $0.identityClass == kind }
            if traces.contains(where: { $0.certainty >= .disguised }) {
                stops += 1
            } else if !traces.isEmpty {
                quarantines += 1
            }
        }
        self.stops = stops
        self.quarantines = quarantines
        warning =
            Self.warningOfPart(index, text)
            ?? Self.warning(term, stops: stops, quarantines: quarantines, of: texts.count)
    }

    /// A part of a name is looked for as well.
    private static func warningOfPart(_ index: IdentityIndex, _ text: String) -> String? {
        for part in index.terms.map(\.text) where part != text {
            guard let term = GuardedTerm(.term, part, isWhole: false), !term.isShort else { continue }
            if CommonWords.standard.contains(term.letters) { return "its part \"\(part)\" is an ordinary word" }
            if let word = CommonWords.standard.word(holding: term.letters) {
                return "its part \"\(part)\" stands inside \"\(word)\""
            }
        }
        return nil
    }

    private static func warning(_ term: GuardedTerm?, stops: Int, quarantines: Int, of total: Int) -> String? {
        guard let term else { return nil }
        if term.isASCII, CommonWords.standard.contains(term.letters) { return "an ordinary word" }
        if !term.isShort, let word = CommonWords.standard.word(holding: term.letters) {
            return "stands inside \"\(word)\""
        }
        if term.letters.count < 3 { return "so short that it will stop much" }
        if stops * 1_000 > total { return "stops more than one clean text in a thousand" }
        return quarantines * 200 > total ? "quarantines more than one clean text in two hundred" : nil
    }
}

extension CommonWords {
    /// A longer ordinary word that the letters stand in.
    func word(holding letters: [UInt8]) -> String? {
        commonWordsTable.withUTF8Buffer { buffer in
            buffer.split(separator: UInt8(ascii: " ")).first { word in
                word.count > letters.count
                    && word.indices.contains { word[$0...].starts(with: letters) }
            }.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
