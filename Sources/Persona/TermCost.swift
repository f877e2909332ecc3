/// What one term of an identity costs in false alarms.
public struct TermCost: Sendable {
    /// What it is.
    public let identityClass: IdentityClass
    /// How bad it would be if it left.
    public let severity: Severity
    /// How it is matched.
    public let rule: String
    /// How many clean texts hold it, as it is or in a disguise.
    public let stops: Int
    /// How many clean texts would wait for the owner.
    public let quarantines: Int
    /// How many clean texts there were.
    public let texts: Int
    /// What the owner should think about.
    public let warning: String?
    /// What to do about it.
    public let advice: String?

    /// Stops in ten thousand texts.
    public var stopsPerTenThousand: Double { Double(stops) * 10_000 / Double(max(1, texts)) }
    /// Quarantines in ten thousand texts.
    public var quarantinesPerTenThousand: Double { Double(quarantines) * 10_000 / Double(max(1, texts)) }

    /// Measures a term alone on clean texts.
    public init(kind: IdentityClass, text: String, on texts: [String]) {
        let index = IdentityIndex([Identity(terms: [(kind, text)])])
        let term = GuardedTerm(kind, text, isWhole: true)
        let alarms = Alarms(index, kind, on: texts)
        let problem = Self.problemOfPart(index, text) ?? Self.problem(term, alarms, of: texts.count)
        self.init(kind, rule: Self.rule(term), alarms, texts.count, problem)
    }

    /// Measures the passages of a document alone on clean texts.
    public init(passages: PassageIndex, on texts: [String]) {
        let alarms = Alarms(IdentityIndex([Identity(terms: [], passages: passages)]), .soul, on: texts)
        let problem =
            alarms.stops == 0
            ? nil
            : Problem(
                "holds what stands in clean texts",
                "say it in other words: proverbs, quotations and licence texts are no secrets"
            )
        self.init(.soul, rule: "runs of \(PassageIndex.runLength) letters", alarms, texts.count, problem)
    }

    private init(_ kind: IdentityClass, rule: String, _ alarms: Alarms, _ texts: Int, _ problem: Problem?) {
        identityClass = kind
        severity = Finding(Trace(identityClass: kind, certainty: .plain, isWhole: true, field: 0)).severity
        self.rule = rule
        stops = alarms.stops
        quarantines = alarms.quarantines
        self.texts = texts
        warning = problem?.warning
        advice = problem?.advice
    }

    private struct Alarms {
        var stops = 0
        var quarantines = 0

        init(_ index: IdentityIndex, _ kind: IdentityClass, on texts: [String]) {
            for text in texts {
                let traces = index.traces(in: [text]).filter { $0.identityClass == kind }
                if traces.contains(where: { $0.certainty >= .disguised }) {
                    stops += 1
                } else if !traces.isEmpty {
                    quarantines += 1
                }
            }
        }
    }

    private struct Problem {
        let warning: String
        let advice: String

        init(_ warning: String, _ advice: String) {
            self.warning = warning
            self.advice = advice
        }
    }

    private static func rule(_ term: GuardedTerm?) -> String {
        guard let term, !term.isShort else { return "as a word" }
        return term.isWord && term.wordStarts.isEmpty && term.letters.count >= 6 ? "anywhere, one slip" : "anywhere"
    }

    /// A part of a name is looked for as well.
    private static func problemOfPart(_ index: IdentityIndex, _ text: String) -> Problem? {
        for part in index.terms.map(\.text) where part != text {
            guard let term = GuardedTerm(.term, part, isWhole: false), !term.isShort else { continue }
            let advice = "list the whole name under terms, where its parts do not count"
            if CommonWords.standard.contains(term.letters) {
                return Problem("its part \"\(part)\" is an ordinary word", advice)
            }
            if let word = CommonWords.standard.word(holding: term.letters) {
                return Problem("its part \"\(part)\" stands inside \"\(word)\"", advice)
            }
        }
        return nil
    }

    private static func problem(_ term: GuardedTerm?, _ alarms: Alarms, of total: Int) -> Problem? {
        guard let term else { return nil }
        let longer = "list a longer form of it, or leave it out"
        if term.isASCII, CommonWords.standard.contains(term.letters) { return Problem("an ordinary word", longer) }
        if !term.isShort, let word = CommonWords.standard.word(holding: term.letters) {
            return Problem("stands inside \"\(word)\"", longer)
        }
        if term.letters.count < 3 { return Problem("so short that it will stop much", longer) }
        if alarms.stops * 1_000 > total { return Problem("stops more than one clean text in a thousand", longer) }
        guard alarms.quarantines * 200 > total else { return nil }
        return Problem(
            "quarantines more than one clean text in two hundred",
            "list a longer form of it, or let its class pass: guard.policy.s3"
        )
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

/// What a persona's identity costs in false alarms, term by term.
public struct IdentityCost: Sendable {
    /// The terms, as they are written, and what each costs, the dearest first.
    public let terms: [(text: String, cost: TermCost)]
    /// What the documents cost, whose text is never shown; nil without any.
    public let soul: TermCost?
    /// How many fingerprints the documents have.
    public let fingerprints: Int

    /// Measures an identity on clean texts.
    public init(_ identity: Identity, on texts: [String]) {
        terms = identity.terms.map { (text: $0.text, cost: TermCost(kind: $0.class, text: $0.text, on: texts)) }
            .sorted { one, other in
                (other.cost.stops, other.cost.quarantines) < (one.cost.stops, one.cost.quarantines)
            }
        fingerprints = identity.passages.count
        soul = fingerprints == 0 ? nil : TermCost(passages: identity.passages, on: texts)
    }

    /// How many of them the owner should think about.
    public var warnings: Int { (terms.map(\.cost) + [soul].compactMap(\.self)).count { $0.warning != nil } }
}
