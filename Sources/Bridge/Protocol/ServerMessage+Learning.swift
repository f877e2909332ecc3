internal import Foundation
internal import Routing

extension ServerMessage {
    /// What is known, by kind and backend.
    static func learned(
        _ id: RequestID,
        _ policy: LearningPolicy,
        _ experience: Experience,
        _ kind: TaskKind?
    ) -> [UInt8] {
        let kinds = TaskKind.allCases.filter { kind == nil || kind == $0 }
        let known = kinds.flatMap { kind in experience.arms(kind).map { (kind, $0) } }
        return result(id) { json in
            json.key("mode")
            json.string(policy.mode.rawValue)
            json.key("known")
            // A line has its limit; those of whom most is known.
            json.array(known.sorted { $0.1.evidence.count > $1.1.evidence.count }.prefix(1_000)) { json, one in
                let (kind, arm) = one
                json.object { json in
                    json.key("kind")
                    json.string(kind.rawValue)
                    json.key("backend")
                    json.string(arm.backend.rawValue)
                    json.key("outcomes")
                    json.integer(arm.seen)
                    json.key("weight")
                    json.number(arm.evidence.count.rounded(toPlaces: 1))
                    let shares: [(StaticString, Double?)] = [
                        ("answered", arm.evidence.answeredShare), ("quality", arm.evidence.meanQuality),
                        ("speed", arm.evidence.meanSpeed), ("cheapness", arm.evidence.meanCheapness),
                    ]
                    for (key, share) in shares {
                        json.key(key)
                        if let share { json.number(share.rounded(toPlaces: 3)) } else { json.null() }
                    }
                }
            }
        }
    }

    static func preferences(_ id: RequestID, _ entries: [Preferences.Entry]) -> [UInt8] {
        result(id) { json in
            json.key("preferences")
            json.array(entries.prefix(5_000)) { json, entry in
                json.object { json in
                    json.key("caller")
                    json.string(entry.caller)
                    json.key("prefer")
                    json.string(entry.preference.word)
                    if let backend = entry.preference.backend {
                        json.key("backend")
                        json.string(backend.rawValue)
                    }
                    json.key("source")
                    json.string(entry.source.rawValue)
                }
            }
        }
    }

    /// How an experiment stands; null when there never was one.
    static func experiment(_ id: RequestID, _ standing: ExperimentStanding?) -> [UInt8] {
        result(id) { json in
            json.key("experiment")
            guard let standing else { return json.null() }
            json.object { write(standing, &$0) }
        }
    }

    private static func write(_ standing: ExperimentStanding, _ json: inout JSONWriter) {
        let (experiment, test) = (standing.experiment, standing.test)
        json.key("id")
        json.integer(experiment.id)
        json.key("running")
        json.boolean(standing.isRunning)
        json.key("verdict")
        json.string(test.verdict.rawValue)
        json.key("say")
        json.string(standing.words)
        json.key("started")
        json.string(standing.started.formatted(.iso8601))
        json.key("stopped")
        if let stopped = standing.stopped { json.string(stopped.formatted(.iso8601)) } else { json.null() }
        for (key, strategy, side) in [("a", experiment.a, test.a), ("b", experiment.b, test.b)] {
            json.key(escaping: key)
            json.object { json in
                json.key("strategy")
                json.string(strategy.word)
                json.key("thoughts")
                json.integer(side.count)
                json.key("reward")
                if let mean = side.mean { json.number(mean.rounded(toPlaces: 4)) } else { json.null() }
            }
        }
        json.key("difference")
        if let difference = test.difference { json.number(difference.rounded(toPlaces: 4)) } else { json.null() }
        json.key("p")
        json.number(test.p.rounded(toPlaces: 4))
        json.key("error_rate")
        json.number(experiment.errorRate)
        json.key("least")
        json.integer(experiment.least)
        json.key("most")
        json.integer(experiment.most)
    }
}

extension ExperimentStanding {
    /// The result in words.
    var words: String {
        let (a, b) = (experiment.a.word, experiment.b.word)
        let thoughts = "\(test.a.count) and \(test.b.count) thoughts"
        let apart = abs(test.difference ?? 0).rounded(toPlaces: 3)
        switch test.verdict {
        case .a: return "\(a) is better than \(b), by \(apart) of a reward, after \(thoughts)"
        case .b: return "\(b) is better than \(a), by \(apart) of a reward, after \(thoughts)"
        case .undecided: return "\(thoughts) show no difference between \(a) and \(b)"
        case .running:
            return stopped == nil
                ? "nothing is decided yet, after \(thoughts)" : "it was stopped undecided, after \(thoughts)"
        }
    }
}
