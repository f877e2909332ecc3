internal import Routing

extension Metrics {
    /// What has come of looking questions up by meaning; zeros while that is off.
    static func addSemantic(_ figures: SemanticFigures, _ text: inout MetricsText) {
        text.add(
            "workshop_semantic_cache_total",
            .counter,
            "Questions that were looked up by meaning, by result (hit, miss, failed).",
            [
                ([("result", "hit")], Double(figures.hits)), ([("result", "miss")], Double(figures.misses)),
                ([("result", "failed")], Double(figures.failures)),
            ]
        )
        text.add(
            "workshop_semantic_cache_saved_usd_total",
            .counter,
            "What those answers had cost the first time, in US dollars.",
            figures.saved.dollars
        )
        text.add(
            "workshop_semantic_cache_entries",
            .gauge,
            "Answers that are kept by meaning.",
            Double(figures.entries)
        )
    }
}
