internal import Persona

extension Selector {
    /// What the caller insists on or prefers, for one request: the override of an action.
    public struct Constraints: Sendable, Equatable {
        /// No backend off this machine may see the task.
        public var isLocalOnly: Bool
        /// Only this backend, also when the configured strategy leaves it out.
        public var backend: BackendID?
        /// Only backends that offer this model.
        public var model: String?
        /// The tier to begin with, whatever the task looks like; the better ones follow, then the others.
        public var tier: Tier?
        /// What counts most, instead of the policy's criterion.
        public var criterion: RoutingPolicy.Criterion?
        /// Whether a local backend goes before a remote one, instead of the policy's word.
        public var prefersLocal: Bool?
        /// What one answer may cost, as estimated; a remote backend without prices is then left out.
        public var maxCost: NanoDollars?
        /// No backend below this quality, also when nobody else is left.
        public var minQuality: Double?

        /// Constraints; none by default.
        public init(
            isLocalOnly: Bool = false,
            backend: BackendID? = nil,
            model: String? = nil,
            tier: Tier? = nil,
            criterion: RoutingPolicy.Criterion? = nil,
            prefersLocal: Bool? = nil,
            maxCost: NanoDollars? = nil,
            minQuality: Double? = nil
        ) {
            self.isLocalOnly = isLocalOnly
            self.backend = backend
            self.model = model
            self.tier = tier
            self.criterion = criterion
            self.prefersLocal = prefersLocal
            self.maxCost = maxCost
            self.minQuality = minQuality
        }
    }

    /// What a selection looks at besides the backends, the policy and the backends' health.
    public struct Facts: Sendable {
        /// What the task is about.
        public var classification: Classification
        /// The estimated tokens of everything that is sent.
        public var promptTokens: Int
        /// How many tokens the answer may have; nil when nobody said.
        public var answerTokens: Int?
        /// The main types of what comes with it, such as `image`, without `text`; sorted, each once.
        public var modalities: [String]
        /// Whether the task brings tools.
        public var hasTools: Bool
        /// Who asked.
        public var caller: String?
        /// The conversation that it belongs to; nil where it stands alone.
        public var conversation: String?
        /// What the caller insists on.
        public var constraints: Constraints
        /// A counter: the place in a round robin and the seed of a weighted choice. The same turn decides the same.
        public var turn: UInt64
        /// What the budgets leave.
        public var allowance: Allowance
        /// Whether the answer changes the state of a system.
        public var affectsState: Bool
        /// Whether users see the answer as it is.
        public var isVisible: Bool

        /// Facts.
        /// - Parameter attachments: media types, such as `image/png`.
        public init(
            classification: Classification,
            promptTokens: Int,
            answerTokens: Int? = nil,
            attachments: [String] = [],
            hasTools: Bool = false,
            caller: String? = nil,
            conversation: String? = nil,
            constraints: Constraints = Constraints(),
            turn: UInt64 = 0,
            allowance: Allowance = Allowance(),
            affectsState: Bool = false,
            isVisible: Bool = false
        ) {
            self.classification = classification
            self.promptTokens = promptTokens
            self.answerTokens = answerTokens
            self.modalities = attachments.isEmpty ? [] : Self.modalities(of: attachments)
            self.hasTools = hasTools
            self.caller = caller
            self.conversation = conversation
            self.constraints = constraints
            self.turn = turn
            self.allowance = allowance
            self.affectsState = affectsState
            self.isVisible = isVisible
        }

        /// What comes with a prompt, by its main types; sorted, each once.
        static func modalities(of prompt: BlindPrompt) -> [String] {
            modalities(of: prompt.attachments.map(\.mediaType))
        }

        private static func modalities(of mediaTypes: [String]) -> [String] {
            Set(mediaTypes.compactMap(modality)).sorted()
        }

        /// The main type of a media type that needs more than reading; nil for text.
        private static func modality(_ mediaType: String) -> String? {
            let main = mediaType.prefix { $0 != "/" }.lowercased()
            return main == "text" ? nil : main
        }

        /// How many tokens the answer is expected to have: what was said, or a guess by complexity.
        var expectedAnswer: Int {
            if let answerTokens { return answerTokens }
            return switch classification.complexity {
            case .simple: 256
            case .moderate: 1_024
            case .complex: 2_048
            }
        }
    }
}
