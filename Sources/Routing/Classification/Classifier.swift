public import Persona

/// Decides what a blind task is about. Pure, and a few microseconds: a small linear model over the task's words and its
/// shape, and the few rules that need no learning.
///
/// `training/README.md` describes the model, its training and its scores.
public struct Classifier: Sendable {
    /// Longer material is a long document, whatever is asked of it.
    static let longBytes = 12_000
    /// The log odds above which a task stays: one that may have to is better kept than sent.
    static let stayThreshold: Float = -0.4
    /// Below this confidence the task goes to the safer tier.
    static let unsure = 0.5

    /// What words must give a kind, in log odds, so that it is more than a guess; and how sure a guess is.
    static let leastWords: Float = 0.8
    static let guess = 0.4

    /// Every classifier reads the same weights.
    private static let learnt = LinearModel()
    private static let reasons = ClassifierReasons()
    private static let cues = learnt.folding.withUnsafeBufferPointer { StayCues(folding: $0) }

    private let model: LinearModel
    private let reasons: ClassifierReasons
    private let stayCues: StayCues

    /// The classifier; build it once.
    public init() {
        model = Self.learnt
        reasons = Self.reasons
        stayCues = Self.cues
    }

    /// What the task is about.
    /// - Parameter isExplained: whether anybody will read why.
    public func classify(_ prompt: BlindPrompt, isExplained: Bool = true) -> Classification {
        var task = prompt.task
        let hasStayed = prompt.history.contains(where: stays)
        let attachments = prompt.attachments.map(\.mediaType)
        return task.withUTF8 { task in
            classify(task, attachments: attachments, hasStayed: hasStayed, isExplained: isExplained)
        }
    }

    /// Whether a turn says that what is talked of stays: so does all that comes after it.
    private func stays(_ turn: Turn) -> Bool {
        guard turn.speaker == .user else { return false }
        var text = turn.text
        return text.withUTF8 { text in
            model.folding.withUnsafeBufferPointer { stayCues.speak(in: text, folding: $0) }
        }
    }

    private func classify(
        _ bytes: UnsafeBufferPointer<UInt8>,
        attachments: [String],
        hasStayed: Bool,
        isExplained: Bool
    ) -> Classification {
        let zones = TaskWords.Zones(bytes)
        let shape = TaskStructure(bytes, zones: zones, attachments: attachments)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: zones.capacity(bytes.count)) { hashes in
            let (read, isKept) = model.folding.withUnsafeBufferPointer { folding in
                (
                    TaskWords.read(bytes, zones: zones, folding: folding, into: hashes),
                    hasStayed || stayCues.speak(in: bytes, folding: folding)
                )
            }
            let known = model.look(up: hashes, edge: read.edge, middle: read.middle)
            let scores = model.scores(known, shape)
            return verdict(scores, known, shape, length: bytes.count, isKept: isKept, isExplained: isExplained)
        }
    }

    private func verdict(
        _ scores: LinearModel.Scores,
        _ known: LinearModel.Known,
        _ shape: TaskStructure,
        length: Int,
        isKept: Bool,
        isExplained: Bool
    ) -> Classification {
        let chances = Chances(scores, sharpness: model.sharpness)
        var kind = chances.kind
        var confidence = Double(chances.best)
        var why: [String] = []
        let shares = model.shares(known, of: chances.column)
        if !shape.isDisjoint(with: [.image, .audio, .video]) {
            (kind, confidence, why) = (.multimodal, 0.97, [ClassifierReasons.media])
        } else if length > Self.longBytes {
            (kind, confidence, why) = (.longDocument, 0.95, [ClassifierReasons.veryLong])
        } else {
            if isExplained {
                why = reasons.why(kind, shares: shares, shape: shape, model: model, column: chances.column)
                if why.isEmpty { why = [ClassifierReasons.nothing] }
            }
            // A shape alone is a guess.
            if shares.reduce(0, +) < Self.leastWords { confidence = min(confidence, Self.guess) }
            if confidence < Self.unsure { why.append(ClassifierReasons.unsure) }
        }
        let looksPrivate = scores[LinearModel.stayColumn] > Self.stayThreshold
        if isKept || (looksPrivate && Self.holds(reasons.stayMeaning, known)) {
            why.append(ClassifierReasons.stays)
        } else if looksPrivate {
            why.append(ClassifierReasons.looksPrivate)
        }
        let complexity = Self.complexity(scores)
        return Classification(
            kind: kind,
            complexity: complexity,
            confidence: (confidence * 100).rounded() / 100,
            isLocalOnly: isKept || looksPrivate,
            needs: needs(kind, complexity, confidence: confidence, isKept: isKept || looksPrivate, known),
            why: why
        )
    }

    private static func holds(_ meaning: Int, _ known: LinearModel.Known) -> Bool {
        (known.edgeMeanings | known.middleMeanings) >> UInt64(meaning) & 1 == 1
    }

    private static func complexity(_ scores: LinearModel.Scores) -> Complexity {
        let column = LinearModel.complexityColumn
        let (simple, moderate, complex) = (scores[column], scores[column + 1], scores[column + 2])
        if simple >= moderate { return simple >= complex ? .simple : .complex }
        return moderate >= complex ? .moderate : .complex
    }

    private func needs(
        _ kind: TaskKind,
        _ complexity: Complexity,
        confidence: Double,
        isKept: Bool,
        _ known: LinearModel.Known
    ) -> Needs {
        var needs = Needs()
        switch complexity {
        case .simple: (needs.quality, needs.speed, needs.cost) = (0.3, 0.7, 0.7)
        case .moderate: (needs.quality, needs.speed, needs.cost) = (0.55, 0.5, 0.5)
        case .complex: (needs.quality, needs.speed, needs.cost) = (0.85, 0.2, 0.3)
        }
        if kind == .quickAnswer || Self.holds(reasons.quickMeaning, known) { needs.speed = max(needs.speed, 0.85) }
        if Self.holds(reasons.careMeaning, known) { needs.quality = max(needs.quality, 0.9) }
        // Who does not know what is asked should not send the weakest to answer it.
        if confidence < Self.unsure { needs.quality = min(1, needs.quality + 0.5 * (Self.unsure - confidence) + 0.1) }
        needs.privacy = isKept ? 1 : 0
        return needs
    }

    /// The kinds' scores as chances.
    private struct Chances {
        let column: Int
        let best: Float

        init(_ scores: LinearModel.Scores, sharpness: Float) {
            var column = 0
            for other in 1..<LinearModel.complexityColumn where scores[other] > scores[column] { column = other }
            var sum: Float = 0
            for other in 0..<LinearModel.complexityColumn {
                sum += Exponential.of((scores[other] - scores[column]) * sharpness)
            }
            self.column = column
            best = 1 / sum
        }

        /// The columns stand in the order of ``TaskKind``.
        var kind: TaskKind {
            TaskKind.allCases[TaskKind.allCases.index(TaskKind.allCases.startIndex, offsetBy: column)]
        }
    }
}

/// e to the power of what is not above 0; good to 0.1 %, which is plenty for a chance.
private enum Exponential {
    static func of(_ power: Float) -> Float {
        guard power > -20 else { return 0 }
        // (1 + x / 4096) to the 4096th.
        var value = 1 + power / 4_096
        for _ in 0..<12 { value *= value }
        return value
    }
}
