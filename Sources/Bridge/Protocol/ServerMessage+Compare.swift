internal import Persona
internal import Routing

extension ServerMessage {
    /// One answer of a comparison, as it comes.
    static func comparisonAnswer(_ id: RequestID, _ cell: Comparer.Cell) -> [UInt8] {
        notification("compare.answer") { json in
            json.key("id")
            write(id, &json)
            json.key("prompt")
            json.integer(cell.prompt)
            json.key("backend")
            json.string(cell.backend.rawValue)
            json.key("status")
            json.string(cell.status.label)
            json.key("model")
            if let model = cell.model { json.string(model) } else { json.null() }
            json.key("ms")
            number(cell.milliseconds, &json)
            json.key("first_token_ms")
            number(cell.firstTokenMilliseconds, &json)
            json.key("input_tokens")
            if let count = cell.inputTokens { json.integer(count) } else { json.null() }
            json.key("output_tokens")
            if let count = cell.outputTokens { json.integer(count) } else { json.null() }
            json.key("cost_usd")
            number(cell.cost?.dollars, &json)
            json.key("quality")
            number(cell.quality?.rounded(toPlaces: 4), &json)
            json.key("text")
            if let text = cell.text { json.string(text) } else { json.null() }
            json.key("cut_from")
            if let length = cell.cutFrom { json.integer(length) } else { json.null() }
            json.key("thought")
            if let thought = cell.thought { json.string(thought) } else { json.null() }
        }
    }

    /// The end of a comparison.
    static func compared(_ id: RequestID, _ report: Comparer.Report, _ summary: ComparisonSummary) -> [UInt8] {
        result(id) { json in
            json.key("estimate")
            json.boolean(report.isEstimate)
            json.key("prompts")
            json.integer(report.promptCount)
            write(report.estimate, &json)
            json.key("spent_usd")
            json.number(NanoDollars(summary.backends.reduce(0) { $0 + $1.cost.value }).dollars)
            json.key("margin")
            json.number(ComparisonSummary.margin)
            json.key("backends")
            json.array(summary.backends) { json, figures in json.object { write(figures, &$0) } }
            json.key("pairs")
            json.array(summary.pairs) { json, pair in json.object { write(pair, &$0) } }
        }
    }

    private static func write(_ estimate: Comparer.Estimate, _ json: inout JSONWriter) {
        json.key("worst_usd")
        json.number(estimate.total.dollars)
        json.key("worst")
        json.array(estimate.worst) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                json.key("usd")
                number(one.cost?.dollars, &json)
            }
        }
        json.key("held_back")
        json.array(estimate.refused.sorted { $0.key < $1.key }) { json, one in
            json.object { json in
                json.key("prompt")
                json.integer(one.key)
                json.key("status")
                json.constant(one.value.code.name)
                if let kind = one.value.details.identityClass {
                    json.key("class")
                    json.string(kind.rawValue)
                }
            }
        }
    }

    private static func write(_ figures: ComparisonSummary.Figures, _ json: inout JSONWriter) {
        json.key("backend")
        json.string(figures.backend.rawValue)
        json.key("model")
        json.string(figures.model)
        json.key("local")
        json.boolean(figures.isLocal)
        json.key("answered")
        json.integer(figures.answered)
        json.key("failed")
        json.integer(figures.failed)
        json.key("median_ms")
        number(figures.medianMilliseconds, &json)
        json.key("p95_ms")
        number(figures.slowMilliseconds, &json)
        json.key("median_first_token_ms")
        number(figures.medianFirstToken, &json)
        json.key("output_tokens")
        json.integer(figures.outputTokens)
        json.key("cost_usd")
        json.number(figures.cost.dollars)
        json.key("unpriced")
        json.integer(figures.unpriced)
        json.key("mean_quality")
        number(figures.meanQuality?.rounded(toPlaces: 4), &json)
    }

    private static func write(_ pair: ComparisonSummary.Pair, _ json: inout JSONWriter) {
        json.key("first")
        json.string(pair.first.rawValue)
        json.key("second")
        json.string(pair.second.rawValue)
        json.key("verdict")
        json.string(pair.verdict)
        json.key("words")
        json.string(pair.words)
        json.key("levels")
        json.object { json in
            for level in Equivalence.Level.allCases where pair.count(level) > 0 {
                json.key(escaping: level.rawValue)
                json.integer(pair.count(level))
            }
        }
        json.key("quality")
        if let difference = pair.difference {
            json.object { json in
                json.key("pairs")
                json.integer(difference.count)
                json.key("mean")
                json.number(difference.mean.rounded(toPlaces: 4))
                json.key("low")
                json.number(difference.low.rounded(toPlaces: 4))
                json.key("high")
                json.number(difference.high.rounded(toPlaces: 4))
                json.key("verdict")
                json.string(difference.verdict(margin: ComparisonSummary.margin).rawValue)
            }
        } else {
            json.null()
        }
        json.key("verdicts")
        json.array(pair.verdicts) { json, one in
            json.object { json in
                json.key("prompt")
                json.integer(one.prompt)
                json.key("level")
                json.string(one.equivalence.level.rawValue)
                json.key("overlap")
                number(one.equivalence.overlap?.rounded(toPlaces: 4), &json)
                json.key("words")
                json.string(one.equivalence.words)
            }
        }
    }

    private static func number(_ value: Double?, _ json: inout JSONWriter) {
        if let value { json.number(value) } else { json.null() }
    }
}
