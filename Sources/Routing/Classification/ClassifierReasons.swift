/// The classifier's reasons in words: fixed sentences, never words of the task.
struct ClassifierReasons: Sendable {
    static let stays = "says that it must stay on this machine"
    static let looksPrivate = "holds what looks private"
    static let media = "comes with an image, audio or video"
    static let veryLong = "the material is very long"
    static let nothing = "no rule speaks for another kind"
    static let unsure = "it could as well be another kind"

    private let meanings: [String]
    /// The place of the meaning that says a task must stay.
    let stayMeaning: Int
    let quickMeaning: Int
    let careMeaning: Int

    init() {
        let names = ClassifierWeights.meanings.map { "\($0)" }
        meanings = names.map { "holds words of \($0)" }
        stayMeaning = (names.firstIndex(of: "staying here") ?? -1) + 1
        quickMeaning = (names.firstIndex(of: "haste") ?? -1) + 1
        careMeaning = (names.firstIndex(of: "care") ?? -1) + 1
    }

    /// Why a kind was chosen, the strongest reason first.
    func why(_ kind: TaskKind, shares: [Float], shape: TaskStructure, model: LinearModel, column: Int) -> [String] {
        var reasons: [(String, Float)] = []
        func add(_ reason: String, _ share: Float) {
            if share > 0.2 { reasons.append((reason, share)) }
        }
        for (place, share) in shares.enumerated() {
            add(place == 0 ? Self.wording(kind) : meanings[place - 1], share)
        }
        for (trait, reason) in Self.traits where shape.contains(trait) {
            // A diff is a reason for a review even where its words say the same already; so is a trace for a fault.
            let isPlain = (trait == .diff && kind == .codeReview) || (trait == .trace && kind == .debugging)
            add(reason, max(isPlain ? 10 : 0, model.share(ofTrait: trait.rawValue.trailingZeroBitCount, in: column)))
        }
        return reasons.sorted { $0.1 > $1.1 }.prefix(4).map(\.0)
    }

    private static let traits: [(TaskStructure, String)] = [
        (.diff, "holds a diff"), (.trace, "holds an error trace"), (.code, "holds code"), (.fence, "holds code"),
        (.codeAsks, "asks about code"), (.table, "holds a table"), (.list, "holds a list"), (.stamps, "holds a log"),
        (.json, "holds JSON"), (.mailHeader, "holds a letter"), (.endsAsking, "ends with a question"),
        (.leadAsks, "opens with a question"), (.tailAsks, "asks at the end"), (.shortAsk, "is a short question"),
        (.shortOrder, "is a short order"), (.materialAsks, "asks about material"),
        (.materialOrders, "orders something done with material"), (.leadEndsWithColon, "gives material after a colon"),
        (.quotes, "quotes something"), (.manyDigits, "is full of numbers"), (.someDigits, "holds numbers"),
        (.twoScripts, "mixes two scripts"), (.url, "names an address"), (.path, "names a path"),
        (.pdf, "comes with a PDF"), (.textFile, "comes with a file"), (.otherFile, "comes with a file"),
        (.noLetters, "holds no letters"),
    ]

    private static func wording(_ kind: TaskKind) -> String {
        switch kind {
        case .status: "is worded like a look at one thing or a note"
        case .classification: "is worded like a choice of a category"
        case .extraction: "is worded like picking data out of a text"
        case .quickAnswer: "is worded like a wish for a short answer at once"
        case .knowledge: "is worded like a question about the world"
        case .summarization: "is worded like a wish for a summary"
        case .translation: "is worded like a translation"
        case .contentCreation: "is worded like an order for a text"
        case .analysis: "is worded like a comparison or an evaluation"
        case .reasoning: "is worded like a problem to think through"
        case .codeReview: "is worded like a review of code"
        case .debugging: "is worded like the search for a fault"
        case .architecture: "is worded like a question of design"
        case .orchestration: "is worded like work to split and coordinate"
        case .codeGeneration: "is worded like an order for code"
        case .research: "is worded like a survey of sources"
        case .longDocument: "is worded like work on long material"
        case .multimodal: "is worded like a look at an image or a recording"
        case .general: "is worded like talk"
        }
    }
}
