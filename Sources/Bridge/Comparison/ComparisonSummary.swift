internal import Routing

/// What a comparison comes to: each backend's figures, and each held against the first.
struct ComparisonSummary: Sendable {
    /// One backend over all prompts.
    struct Figures: Sendable {
        let backend: BackendID
        let model: String
        let isLocal: Bool
        var answered = 0
        var failed = 0
        var medianMilliseconds: Double?
        /// Of twenty answers the slowest but one.
        var slowMilliseconds: Double?
        var medianFirstToken: Double?
        var outputTokens = 0
        var cost = NanoDollars(0)
        /// Answered, with a cost that nobody knows.
        var unpriced = 0
        var meanQuality: Double?
    }

    /// One prompt's answer held against the first backend's.
    struct Verdict: Sendable {
        let prompt: Int
        let equivalence: Equivalence
    }

    /// A backend held against the first over all prompts.
    struct Pair: Sendable {
        let first: BackendID
        let second: BackendID
        let verdicts: [Verdict]
        let difference: PairedDifference?
        /// In words.
        let words: String
        let verdict: String

        /// How many prompts have that verdict.
        func count(_ level: Equivalence.Level) -> Int { verdicts.count { $0.equivalence.level == level } }
    }

    let backends: [Figures]
    let pairs: [Pair]

    /// A smaller difference in quality does not matter.
    static let margin = 0.05

    init(_ report: Comparer.Report) {
        let cells = Dictionary(grouping: report.cells, by: \.backend)
        backends = report.backends.map { Figures($0, cells[$0.id] ?? []) }
        guard let first = report.backends.first, !report.cells.isEmpty else {
            pairs = []
            return
        }
        let base = Self.byPrompt(cells[first.id] ?? [])
        pairs = report.backends.dropFirst().map { Pair(first.id, base, $0.id, Self.byPrompt(cells[$0.id] ?? [])) }
    }

    private static func byPrompt(_ cells: [Comparer.Cell]) -> [Int: Comparer.Cell] {
        Dictionary(cells.map { ($0.prompt, $0) }) { first, _ in first }
    }
}

extension ComparisonSummary.Figures {
    fileprivate init(_ backend: Backend, _ cells: [Comparer.Cell]) {
        self.init(backend: backend.id, model: backend.model, isLocal: backend.isLocal)
        let answers = cells.filter { $0.status == .answered }
        answered = answers.count
        failed = cells.count - answers.count
        let times = answers.compactMap(\.milliseconds).sorted()
        medianMilliseconds = Self.quantile(0.5, times)
        slowMilliseconds = Self.quantile(0.95, times)
        medianFirstToken = Self.quantile(0.5, answers.compactMap(\.firstTokenMilliseconds).sorted())
        outputTokens = answers.reduce(0) { $0 + min($1.outputTokens ?? 0, 1_000_000_000) }
        cost = NanoDollars(answers.reduce(0) { $0 + ($1.cost?.value ?? 0) })
        unpriced = answers.count { $0.cost == nil }
        let scores = answers.compactMap(\.quality)
        meanQuality = scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }

    private static func quantile(_ share: Double, _ sorted: [Double]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return sorted[min(sorted.count - 1, Int((share * Double(sorted.count - 1)).rounded()))]
    }
}

extension ComparisonSummary.Pair {
    fileprivate init(
        _ first: BackendID,
        _ base: [Int: Comparer.Cell],
        _ second: BackendID,
        _ cells: [Int: Comparer.Cell]
    ) {
        let judge = EquivalenceJudge()
        let verdicts = base.keys.sorted().compactMap { prompt -> ComparisonSummary.Verdict? in
            guard let one = base[prompt], let other = cells[prompt] else { return nil }
            let found = judge.verdict(one.compared, other.compared, first: first.rawValue, second: second.rawValue)
            return ComparisonSummary.Verdict(prompt: prompt, equivalence: found)
        }
        let pairs = base.keys.sorted().compactMap { prompt -> (first: Double, second: Double)? in
            guard let one = base[prompt]?.quality, let other = cells[prompt]?.quality else { return nil }
            return (one, other)
        }
        let difference = PairedDifference(pairs)
        let count = { (level: Equivalence.Level) in verdicts.count { $0.equivalence.level == level } }
        let alike = verdicts.count { $0.equivalence.level.isAlike }
        let conflicts = verdicts.count { $0.equivalence.level.isConflict }
        var parts = ["\(alike) of \(verdicts.count) answers say the same"]
        for (level, words) in [
            (Equivalence.Level.contradiction, "contradict each other"), (.otherForm, "have another form"),
            (.oneDeclined, "are given by one alone"),
        ] where count(level) > 0 { parts.append("\(count(level)) \(words)") }
        if let difference {
            parts.append(
                difference.words(first.rawValue, second.rawValue, margin: ComparisonSummary.margin)
            )
        }
        self.init(
            first: first,
            second: second,
            verdicts: verdicts,
            difference: difference,
            words: parts.joined(separator: "; "),
            verdict: Self.verdict(alike: alike, conflicts: conflicts, of: verdicts.count, difference)
        )
    }

    /// `equivalent`, `different`, or `open` where it cannot be told.
    private static func verdict(alike: Int, conflicts: Int, of count: Int, _ difference: PairedDifference?) -> String {
        let quality = difference?.verdict(margin: ComparisonSummary.margin)
        if conflicts * 10 > count || quality == .worse { return "different" }
        if alike * 10 >= count * 8, quality == .asGood || quality == .better || count == 1 { return "equivalent" }
        return "open"
    }
}
