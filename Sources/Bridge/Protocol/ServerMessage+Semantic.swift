internal import Routing

extension ServerMessage {
    /// The members of what has come of looking questions up by meaning.
    static func write(_ figures: SemanticFigures, _ json: inout JSONWriter) {
        json.key("hits")
        json.integer(figures.hits)
        json.key("misses")
        json.integer(figures.misses)
        json.key("kept_apart")
        json.integer(figures.gated)
        json.key("failures")
        json.integer(figures.failures)
        json.key("saved_usd")
        json.number(figures.saved.dollars)
        json.key("spent_usd")
        json.number(figures.spent.dollars)
        json.key("entries")
        json.integer(figures.entries)
        json.key("bytes")
        json.integer(figures.bytes)
    }
}
