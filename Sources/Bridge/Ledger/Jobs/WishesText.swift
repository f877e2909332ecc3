internal import Foundation
internal import Routing

extension DecisionWishes {
    /// As the ledger keeps it; nil where there is nothing to keep. Only what differs from nothing stands in it.
    var json: String? {
        guard self != DecisionWishes() else { return nil }
        var json = JSONWriter()
        json.object { json in
            for (name, isSet) in flags where isSet {
                json.key(name)
                json.boolean(true)
            }
            for (name, text) in texts {
                guard let text else { continue }
                json.key(name)
                json.string(text)
            }
            if let prefersLocal = constraints.prefersLocal {
                json.key("prefer_local")
                json.boolean(prefersLocal)
            }
            if let maxCost = constraints.maxCost {
                json.key("max_cost_nanousd")
                json.integer(maxCost.value)
            }
            if let minQuality = constraints.minQuality {
                json.key("min_quality")
                json.number(minQuality)
            }
            if let answerTokens {
                json.key("max_tokens")
                json.integer(answerTokens)
            }
            if !modalities.isEmpty {
                json.key("modalities")
                json.array(modalities) { $0.string($1) }
            }
            if needs != Needs() {
                json.key("needs")
                json.array([needs.quality, needs.speed, needs.cost, needs.privacy]) {
                    $0.number($1.rounded(toPlaces: 3))
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private var flags: [(StaticString, Bool)] {
        [
            ("local_only", constraints.isLocalOnly), ("must_stay", isLocalOnly), ("tools", hasTools),
            ("affects_state", affectsState), ("visible", isVisible),
        ]
    }

    private var texts: [(StaticString, String?)] {
        [
            ("backend", constraints.backend?.rawValue), ("model", constraints.model),
            ("tier", constraints.tier?.rawValue), ("criterion", constraints.criterion?.rawValue),
        ]
    }

    /// As it was kept.
    init(json: String) throws {
        self.init()
        let kept = try JSONTree.decode(Kept.self, from: Array(json.utf8))
        constraints = Selector.Constraints(
            isLocalOnly: kept.local_only ?? false,
            backend: kept.backend.flatMap(BackendID.init),
            model: kept.model,
            tier: kept.tier.flatMap(Tier.init),
            criterion: kept.criterion.flatMap(RoutingPolicy.Criterion.init),
            prefersLocal: kept.prefer_local,
            maxCost: kept.max_cost_nanousd.map(NanoDollars.init),
            minQuality: kept.min_quality
        )
        isLocalOnly = kept.must_stay ?? false
        hasTools = kept.tools ?? false
        affectsState = kept.affects_state ?? false
        isVisible = kept.visible ?? false
        answerTokens = kept.max_tokens
        modalities = kept.modalities ?? []
        if let needs = kept.needs, needs.count == 4 {
            self.needs = Needs(quality: needs[0], speed: needs[1], cost: needs[2], privacy: needs[3])
        }
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Kept: Decodable {
        var local_only, must_stay, tools, affects_state, visible, prefer_local: Bool?
        var backend, model, tier, criterion: String?
        var max_cost_nanousd: Int64?
        var min_quality: Double?
        var max_tokens: Int?
        var modalities: [String]?
        var needs: [Double]?
    }
}
