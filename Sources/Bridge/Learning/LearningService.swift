internal import Routing

/// What a client may ask of learning.
enum LearningRequest: Sendable {
    /// What is known, of one kind of task or of all.
    case known(TaskKind?)
    case preferences(caller: String?)
    case prefer(caller: String, word: String, backend: String?)
    case clearPreference(caller: String)
    case experiment
    case beginExperiment(Experiment)
    case stopExperiment
}

/// Answers clients about learning.
struct LearningService: Sendable {
    let learning: Learning
    let live: LiveRouting

    /// Does what is asked, and gives the answer's line.
    func answer(_ id: RequestID, _ request: LearningRequest) async throws(BridgeError) -> [UInt8] {
        let preferences = learning.preferences
        switch request {
        case .known(let kind): return ServerMessage.learned(id, learning.policy, learning.experience, kind)
        case .preferences(let caller):
            return ServerMessage.preferences(id, caller.map { preferences[$0].map { [$0] } ?? [] } ?? preferences.all)
        case .prefer(let caller, let word, let name):
            let preference = try preference(word, name)
            guard preferences.takes(caller) else { throw .invalidParams("caller") }
            do { try await learning.ledger.keep(preference, of: caller) } catch {
                throw BridgeError(.ledgerUnavailable)
            }
            preferences.tell(preference, of: caller)
            return ServerMessage.preferences(id, preferences[caller].map { [$0] } ?? [])
        case .clearPreference(let caller):
            do { try await learning.ledger.keep(nil, of: caller) } catch { throw BridgeError(.ledgerUnavailable) }
            preferences.forget(caller)
            return ServerMessage.preferences(id, [])
        case .experiment: return ServerMessage.experiment(id, learning.standing)
        case .beginExperiment(let experiment):
            try check(experiment)
            return ServerMessage.experiment(id, try await learning.begin(experiment))
        case .stopExperiment: return ServerMessage.experiment(id, try await learning.stop())
        }
    }

    private func preference(_ word: String, _ name: String?) throws(BridgeError) -> Preference {
        let backend = try name.map { name throws(BridgeError) in try known(name) }
        guard let preference = Preference(word: word, backend: backend) else {
            throw .invalidParams(word == "backend" || backend != nil ? "backend" : "prefer")
        }
        return preference
    }

    private func known(_ name: String) throws(BridgeError) -> BackendID {
        guard let id = BackendID(name), live.current.registry[id] != nil else { throw BridgeError(.unknownBackend) }
        return id
    }

    private func check(_ experiment: Experiment) throws(BridgeError) {
        guard experiment.a != experiment.b else { throw .invalidParams("b") }
        for (field, strategy) in [("a", experiment.a), ("b", experiment.b)] {
            if case .preference(.backend(let id)) = strategy { _ = try known(id.rawValue) }
            if strategy == .learning, learning.policy.mode == .off {
                throw BridgeError(.invalidParams, .init(field: field, why: "routing.learning is off"))
            }
        }
    }
}
