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

/// `workshop audit`: what left the machine.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what left the machine and what was held back, from the ledger."
    )

    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("audit") { result in
            let verdicts = result["guard"] as? [String: Any] ?? [:]
            var rows = ["records", "first_seq", "last_seq", "gaps", "unsettled", "probes"].map {
                [$0, Output.number(result[$0], digits: 0)]
            }
            rows += [
                "allowed", "refused", "egress_blocked", "pseudonymised", "quarantined", "released", "denied",
                "replies_caught",
            ].map { [$0, Output.number(verdicts[$0], digits: 0)] }
            for (name, count) in (result["blocked_by_class"] as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
                rows.append(["  blocked: \(name)", Output.number(count, digits: 0)])
            }
            for backend in result["by_backend"] as? [[String: Any]] ?? [] {
                let name = backend["backend"] as? String ?? ""
                rows.append([
                    "  \(name)",
                    "\(Output.number(backend["records"], digits: 0)) records, "
                        + "\(Output.number(backend["bytes_sent"], digits: 0)) bytes sent",
                ])
            }
            Output.table(rows)
        }
    }
}
