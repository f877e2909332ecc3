internal import Routing

extension LearningRequest {
    /// The parameters of `learning`.
    init(learning params: Params) throws(BridgeError) {
        try params.allow("kind")
        let kind: TaskKind? = try params.choice("kind")
        self = .known(kind)
    }

    /// The parameters of `preferences`.
    init(preferences params: Params) throws(BridgeError) {
        try params.allow("action", "caller", "prefer", "backend")
        let caller = try params.string("caller", count: 1...64)
        let word = try params.string("prefer", count: 1...64)
        let backend = try params.string("backend", count: 1...64)
        let action = try params.string("action", count: 1...64) ?? "list"
        if action != "set", word != nil { throw .invalidParams("prefer") }
        if action != "set", backend != nil { throw .invalidParams("backend") }
        switch action {
        case "list": self = .preferences(caller: caller)
        case "set":
            guard let caller else { throw .invalidParams("caller") }
            guard let word else { throw .invalidParams("prefer") }
            self = .prefer(caller: caller, word: word, backend: backend)
        case "clear":
            guard let caller else { throw .invalidParams("caller") }
            self = .clearPreference(caller: caller)
        default: throw .invalidParams("action")
        }
    }

    /// The parameters of `experiment`.
    init(experiment params: Params) throws(BridgeError) {
        try params.allow("action", "a", "b", "error_rate", "least", "most")
        let action = try params.string("action", count: 1...64) ?? "status"
        switch action {
        case "status", "stop":
            try params.allow("action")
            self = action == "stop" ? .stopExperiment : .experiment
        case "start":
            func strategy(_ field: String) throws(BridgeError) -> Experiment.Strategy {
                guard let strategy = try params.string(field, count: 1...80).flatMap(Experiment.Strategy.init) else {
                    throw .invalidParams(field)
                }
                return strategy
            }
            var experiment = Experiment(id: 0, a: try strategy("a"), b: try strategy("b"))
            experiment.errorRate = try params.decimal("error_rate", in: 0.001...0.2) ?? experiment.errorRate
            experiment.least = try params.integer("least", in: 30...1_000_000) ?? experiment.least
            experiment.most =
                try params.integer("most", in: 60...10_000_000) ?? max(experiment.most, 4 * experiment.least)
            guard experiment.most >= 2 * experiment.least else { throw .invalidParams("most") }
            self = .beginExperiment(experiment)
        default: throw .invalidParams("action")
        }
    }
}
