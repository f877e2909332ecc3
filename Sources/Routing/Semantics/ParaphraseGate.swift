/// Whether two questions whose vectors are near to each other are the same question. Pure.
///
/// No threshold tells "turn on" from "turn off" (vllm-project/semantic-router's issue 2691), nor a question from its
/// reversal (zilliztech/GPTCache's issue 694): their vectors are nearer to each other than those of many paraphrases. So
/// what differs must be something that is known to make no difference; see ``QuestionForm``.
enum ParaphraseGate {
    /// What two questions differ in, the first of these that is true.
    enum Difference: String, Sendable, CaseIterable {
        /// What is spoken of: a quotation, code, lines below the question.
        case material
        case numbers, units, dates, polarity, comparatives, quantifiers, names
        /// The same words in another order: who does what to whom.
        case order
        case words
    }

    /// What keeps the two apart; nil when they are one question.
    static func difference(_ one: QuestionForm, _ other: QuestionForm) -> Difference? {
        guard one != other else { return nil }
        guard one.material == other.material else { return .material }
        var counts: [String: Int] = [:]
        for word in one.words { counts[word, default: 0] += 1 }
        for word in other.words { counts[word, default: 0] -= 1 }
        let odd = counts.filter { $0.value != 0 }.keys
        guard !odd.isEmpty else { return .order }
        let tests: [(Difference, (String) -> Bool)] = [
            (.numbers, { $0.contains(where: \.isNumber) }), (.units, { QuestionWords.units.contains($0.lowercased()) }),
            (.dates, { QuestionWords.dates.contains($0.lowercased()) }), (.polarity, QuestionWords.polarity.contains),
            (.comparatives, QuestionWords.comparatives.contains), (.quantifiers, QuestionWords.quantifiers.contains),
            (.names, { $0.first?.isUppercase == true || QuestionWords.names.contains($0) }),
        ]
        return tests.first { odd.contains(where: $0.1) }?.0 ?? .words
    }
}
