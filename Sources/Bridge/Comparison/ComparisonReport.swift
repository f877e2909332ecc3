internal import Foundation

/// A comparison as the daemon told it, for the command line: the end of `compare`, and the answers on the way.
public struct ComparisonReport: Decodable, Sendable {
    /// One backend over all prompts.
    public struct Figures: Decodable, Sendable {
        /// Its name.
        public let backend: String
        /// The model that it is asked for.
        public let model: String
        /// How many prompts it answered.
        public let answered: Int
        /// How many it did not.
        public let failed: Int
        /// Milliseconds to the whole answer, at the median; nil without an answer.
        public let medianMs: Double?
        /// Of twenty answers the slowest but one.
        public let p95Ms: Double?
        /// Milliseconds to the first token, at the median.
        public let medianFirstTokenMs: Double?
        /// The tokens of all answers.
        public let outputTokens: Int
        /// What all of it cost, in dollars.
        public let costUsd: Double
        /// How good the answers look, from 0 to 1.
        public let meanQuality: Double?
    }

    /// A backend held against the first.
    public struct Pair: Decodable, Sendable {
        /// The difference in quality, second minus first.
        public struct Quality: Decodable, Sendable {
            /// How many prompts both answered.
            public let pairs: Int
            /// The mean difference.
            public let mean: Double
            /// The lower end of the interval.
            public let low: Double
            /// The upper end.
            public let high: Double
            /// The verdict in one word.
            public let verdict: String
        }

        /// Of one prompt.
        public struct Verdict: Decodable, Sendable {
            /// The place of the prompt, from 0.
            public let prompt: Int
            /// How the two answers stand to each other, in one word.
            public let level: String
            /// How much of their content is the same, from 0 to 1.
            public let overlap: Double?
            /// The same in words.
            public let words: String
        }

        /// The backend that it is held against.
        public let first: String
        /// The backend.
        public let second: String
        /// The verdict in one word.
        public let verdict: String
        /// The same in words.
        public let words: String
        /// How many answers stand how.
        public let levels: [String: Int]
        /// How good the answers look; nil where nobody knows.
        public let quality: Quality?
        /// Prompt by prompt.
        public let verdicts: [Verdict]
    }

    /// A prompt that the guard held back.
    public struct HeldBack: Decodable, Sendable {
        /// The place of the prompt, from 0.
        public let prompt: Int
        /// How it ended.
        public let status: String
    }

    /// One answer.
    public struct Cell: Decodable, Sendable {
        /// The place of the prompt, from 0.
        public let prompt: Int
        /// Its name.
        public let backend: String
        /// How it ended.
        public let status: String
        /// Milliseconds to the whole answer.
        public let ms: Double?
        /// Milliseconds to the first token.
        public let firstTokenMs: Double?
        /// The tokens of the prompt.
        public let inputTokens: Int?
        /// The tokens of all answers.
        public let outputTokens: Int?
        /// What all of it cost, in dollars.
        public let costUsd: Double?
        /// How good the answers look; nil where nobody knows.
        public let quality: Double?
        /// The answer; nil where there is none.
        public let text: String?
    }

    /// How many prompts there were.
    public let prompts: Int
    /// What it could have cost at worst, in dollars.
    public let worstUsd: Double
    /// What it cost, in dollars.
    public let spentUsd: Double
    /// A smaller difference in quality does not matter.
    public let margin: Double
    /// Each backend, in the order asked.
    public let backends: [Figures]
    /// How many prompts both answered.
    public let pairs: [Pair]
    /// What the guard held back.
    public let heldBack: [HeldBack]
    /// The prompts themselves, as the command has them.
    public var texts: [String] = []
    /// By prompt, then by backend.
    public var cells: [Cell] = []

    private enum CodingKeys: String, CodingKey {
        case prompts, worstUsd, spentUsd, margin, backends, pairs, heldBack
    }

    /// Reads what the daemon said.
    /// - Parameters:
    ///   - result: the result of `compare`.
    ///   - answers: the parameters of its notifications.
    ///   - texts: the prompts.
    public init(result: [String: Any], answers: [[String: Any]], texts: [String]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: JSONSerialization.data(withJSONObject: result))
        self.texts = texts
        let order = Dictionary(backends.enumerated().map { ($1.backend, $0) }) { first, _ in first }
        cells = try decoder.decode([Cell].self, from: JSONSerialization.data(withJSONObject: answers))
            .sorted { ($0.prompt, order[$0.backend] ?? 0) < ($1.prompt, order[$1.backend] ?? 0) }
    }

    /// A text as one short line.
    public static func line(_ text: String, most: Int = 60) -> String {
        let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return flat.count > most ? flat.prefix(most - 1) + "\u{2026}" : flat
    }
}
