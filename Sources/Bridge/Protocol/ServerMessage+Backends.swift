internal import Foundation
internal import Routing

extension ServerMessage {
    /// Everything that is known of each backend, without its key.
    static func backends(_ id: RequestID, _ rows: [BackendReport]) -> [UInt8] {
        result(id) { write(rows, &$0) }
    }

    /// The same as a document of its own.
    static func backends(_ rows: [BackendReport]) -> [UInt8] {
        var json = JSONWriter()
        json.object { write(rows, &$0) }
        return json.bytes
    }

    private static func write(_ rows: [BackendReport], _ json: inout JSONWriter) {
        json.key("backends")
        json.array(rows) { json, row in json.object { write(row, &$0) } }
    }

    static func models(_ id: RequestID, _ listing: ModelCatalogue.Listing) -> [UInt8] {
        result(id) { json in
            json.key("models")
            json.array(listing.models) { json, model in
                json.object { json in
                    json.key("model")
                    json.string(model.name)
                    json.key("backend")
                    json.string(model.backend.rawValue)
                    json.key("configured")
                    json.boolean(model.isConfigured)
                    json.key("listed")
                    json.boolean(model.isListed)
                }
            }
            json.key("sources")
            json.array(listing.sources) { json, source in
                json.object { json in
                    json.key("backend")
                    json.string(source.backend.rawValue)
                    json.key("outcome")
                    json.string(source.outcome.label)
                    json.key("age_s")
                    json.number(source.age.milliseconds / 1_000)
                }
            }
            json.key("cut")
            json.boolean(listing.isCut)
        }
    }

    static func reloaded(_ id: RequestID, _ report: Reloader.Report) -> [UInt8] {
        result(id) { json in
            json.key("reloaded")
            json.boolean(true)
            json.key("needs_restart")
            json.array(report.needsRestart) { $0.string($1) }
            json.key("warnings")
            write(report.warnings, &json)
        }
    }

    /// Problems of a configuration; they never hold a value.
    static func write(_ problems: [ConfigProblem], _ json: inout JSONWriter) {
        json.array(problems) { json, problem in
            json.object { json in
                json.key("file")
                json.string(problem.file)
                json.key("line")
                if let line = problem.line { json.integer(line) } else { json.null() }
                json.key("path")
                json.string(problem.path)
                json.key("message")
                json.string(problem.message)
                json.key("hint")
                if let hint = problem.hint { json.string(hint) } else { json.null() }
            }
        }
    }

    // MARK: One backend

    private static func write(_ row: BackendReport, _ json: inout JSONWriter) {
        let backend = row.entry.backend
        json.key("backend")
        json.string(backend.id.rawValue)
        json.key("source")
        json.string(row.entry.source.rawValue)
        json.key("service")
        json.string(backend.serviceLabel)
        json.key("why")
        if let reason = backend.disabledReason { json.string(reason) } else { json.null() }
        json.key("operator")
        if let word = row.word { json.string(word.rawValue) } else { json.null() }
        json.key("primary")
        json.boolean(row.isPrimary)
        json.key("configured_model")
        json.string(row.entry.configuredModel)
        writeSettings(backend, &json)
        json.key("health")
        json.object { writeHealth(row.lamp, &$0) }
        json.key("totals")
        json.object { write(row.totals, &$0) }
    }

    private static func writeSettings(_ backend: Backend, _ json: inout JSONWriter) {
        json.key("url")
        json.string(backend.url)
        json.key("wire")
        json.string(backend.wire.rawValue)
        json.key("provider")
        json.string(backend.provider)
        json.key("model")
        json.string(backend.model)
        json.key("models")
        json.array(backend.models) { $0.string($1) }
        json.key("role")
        json.string(backend.roleLabel)
        json.key("local")
        json.boolean(backend.isLocal)
        json.key("has_key")
        json.boolean(backend.key != nil)
        for (key, words) in [
            ("strengths", backend.strengths), ("weaknesses", backend.weaknesses),
            ("modalities", backend.modalities.sorted()),
        ] as [(StaticString, [String])] {
            json.key(key)
            json.array(words) { $0.string($1) }
        }
        for (key, number) in [
            ("max_context", backend.maxContext), ("max_output", backend.maxOutput),
            ("max_concurrent", backend.maxConcurrent), ("requests_per_minute", backend.requestsPerMinute),
            ("allowed_fails", backend.allowedFails),
        ] as [(StaticString, Int?)] {
            json.key(key)
            if let number { json.integer(number) } else { json.null() }
        }
        for (key, number) in [
            ("quality", backend.quality), ("speed", backend.speed), ("weight", backend.weight),
            ("cooldown_s", backend.cooldown.milliseconds / 1_000),
            ("health_interval_s", backend.healthInterval.milliseconds / 1_000),
        ] as [(StaticString, Double)] {
            json.key(key)
            json.number(number)
        }
        json.key("prices")
        if let prices = backend.prices { json.object { write(prices, &$0) } } else { json.null() }
    }

    private static func write(_ prices: PriceVector, _ json: inout JSONWriter) {
        json.key("input")
        json.number(prices.input)
        json.key("output")
        json.number(prices.output)
        for (key, price) in [("cache_read", prices.cacheRead), ("cache_write", prices.cacheWrite)]
            as [(StaticString, Double?)]
        {
            json.key(key)
            if let price { json.number(price) } else { json.null() }
        }
    }

    private static func writeHealth(_ lamp: BackendHealth?, _ json: inout JSONWriter) {
        json.key("state")
        json.string(lamp?.state.rawValue ?? HealthState.unknown.rawValue)
        json.key("breaker")
        json.string(lamp?.breaker.rawValue ?? CircuitBreaker.State.closed.rawValue)
        json.key("in_flight")
        json.integer(lamp?.inFlight ?? 0)
        json.key("latency_ms")
        if let latency = lamp?.typicalLatency ?? lamp?.latency {
            json.number(latency.milliseconds)
        } else {
            json.null()
        }
        json.key("reliability")
        json.number(lamp?.reliability ?? 1)
    }

    private static func write(_ totals: BackendTotals, _ json: inout JSONWriter) {
        for (key, number) in [
            ("attempts", totals.jobs), ("answered", totals.answered), ("failed", totals.failed),
            ("consecutive_failures", totals.consecutiveFailures),
        ] as [(StaticString, Int)] {
            json.key(key)
            json.integer(number)
        }
        json.key("usd")
        json.number(NanoDollars(totals.costNanoUSD).dollars)
        json.key("mean_ms")
        if let mean = totals.meanMilliseconds { json.number(mean) } else { json.null() }
        json.key("last_used")
        if let date = totals.lastUsed { json.string(date.formatted(.iso8601)) } else { json.null() }
    }
}

extension Backend {
    fileprivate var serviceLabel: String {
        switch service {
        case .enabled: "enabled"
        case .draining: "draining"
        case .disabled: "disabled"
        }
    }
}

extension ModelCatalogue.Source.Outcome {
    /// One word: `listed`, `no_list`, `held_back`, `skipped_` and a state, or a failure class.
    fileprivate var label: String {
        switch self {
        case .listed: "listed"
        case .noList: "no_list"
        case .heldBack: "held_back"
        case .skipped(let state): "skipped_\(state.rawValue)"
        case .failed(let failure): failure.rawValue
        }
    }
}
