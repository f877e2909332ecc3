import ArgumentParser

/// `workshop health`: the lamps.
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the health of every backend.")

    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("health") { result in
            let backends = result["backends"] as? [[String: Any]] ?? []
            let rows = backends.map { lamp in
                ["backend", "state", "breaker", "model"].map { lamp[$0] as? String ?? "" }
                    + [Output.number(lamp["latency_ms"]) + " ms", lamp["why"] as? String ?? ""]
            }
            Output.table([["backend", "state", "breaker", "model", "latency", "why"]] + rows)
        }
    }
}
