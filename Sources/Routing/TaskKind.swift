/// What a task is about; `docs/configuration.md` describes each.
public enum TaskKind: String, Sendable, CaseIterable {
    case status, classification, extraction
    case quickAnswer = "quick_answer"
    case knowledge, summarization, translation
    case contentCreation = "content_creation"
    case analysis, reasoning
    case codeReview = "code_review"
    case debugging, architecture, orchestration
    case codeGeneration = "code_generation"
    case research
    case longDocument = "long_document"
    case multimodal, general

    /// The role whose backends are asked first.
    public var home: Role {
        switch self {
        case .status, .classification, .extraction, .general: .local
        case .quickAnswer: .speed
        case .knowledge, .summarization, .translation, .contentCreation: .breadth
        case .analysis, .reasoning, .codeReview, .debugging, .architecture, .orchestration: .reasoning
        case .codeGeneration: .code
        case .research, .longDocument: .longContext
        case .multimodal: .multimodal
        }
    }

    /// The task-scoped system prompt.
    ///
    /// A `StaticString`: it is fixed when the daemon is compiled, so nothing of a persona can ever be in it.
    public var instruction: StaticString {
        switch self {
        case .status, .general: "Answer the request briefly and plainly."
        case .classification: "Decide, and answer with the category alone."
        case .extraction: "Extract what is asked for from the given text. Add nothing."
        case .quickAnswer: "Answer at once and as briefly as possible."
        case .knowledge: "Answer accurately and explain. Say when you are not sure."
        case .summarization: "Summarise the given text. Keep its meaning; add nothing."
        case .translation: "Translate the given text. Keep its meaning and tone."
        case .contentCreation: "Write what is asked for."
        case .analysis: "Analyse carefully, weigh the alternatives, and give a conclusion."
        case .reasoning: "Reason step by step, check the result, and state it clearly."
        case .codeReview: "Review the given code. Name defects, where they are, and how to mend them."
        case .debugging: "Find the cause of the fault and give the smallest correct fix."
        case .architecture: "Design a solution. Name the parts, their boundaries, and the trade-offs."
        case .orchestration: "Split the goal into ordered steps with their dependencies."
        case .codeGeneration: "Write correct, complete code for the request."
        case .research: "Survey the subject. Separate what is established from what is disputed."
        case .longDocument: "Work through the whole given text and answer the request."
        case .multimodal: "Look at the given material and answer the request."
        }
    }
}

/// How much thought a task needs.
public enum Complexity: String, Sendable, CaseIterable {
    case simple, moderate, complex
}

/// What a task needs of a backend, each from 0 to 1: how much it matters.
public struct Needs: Sendable, Equatable {
    /// That the answer is good.
    public var quality: Double
    /// That it comes soon.
    public var speed: Double
    /// That it is cheap.
    public var cost: Double
    /// That the task stays on this machine.
    public var privacy: Double

    /// Needs; the middle by default.
    public init(quality: Double = 0.5, speed: Double = 0.5, cost: Double = 0.5, privacy: Double = 0) {
        self.quality = quality
        self.speed = speed
        self.cost = cost
        self.privacy = privacy
    }
}

/// What the classifier made of a task, with its reasons in words.
public struct Classification: Sendable, Equatable {
    /// What it is about.
    public var kind: TaskKind
    /// How much thought it needs.
    public var complexity: Complexity
    /// From 0 to 1: how sure the rules are of the kind.
    public var confidence: Double
    /// Whether the task itself says that it must stay on this machine.
    public var isLocalOnly: Bool
    /// What it needs of a backend.
    public var needs = Needs()
    /// The reasons, the strongest first. They name rules, never words of the task.
    public var why: [String]
}
