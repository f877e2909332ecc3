import ArgumentParser
import Foundation

/// `workshop costs`: what thinking has cost.
struct Costs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what thinking has cost, what it has saved, and what may still be spent."
    )

    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("costs") { result in
            totals(result)
            budgets(result["budgets"] as? [[String: Any]] ?? [])
            savings(result)
        }
    }

    private func totals(_ result: [String: Any]) {
        let month = (result["month"] as? [String: Any])?["usd"]
        var rows = [["", "USD", "attempts", "answered", "tokens in", "tokens out", "unpriced", ""]]
        rows.append(row("today", result["today"], of: nil))
        rows.append(row("month", result["month"], of: nil))
        for (title, part, name) in [
            ("by backend", "by_backend", "backend"), ("by tier", "by_tier", "tier"), ("by kind", "by_kind", "kind"),
            ("by caller", "by_caller", "caller"),
        ] {
            let shares = result[part] as? [[String: Any]] ?? []
            if !shares.isEmpty { rows.append([title]) }
            for share in shares.prefix(Self.mostRows) {
                let label = share[name] as? String ?? ""
                rows.append(row("  " + (label.isEmpty ? "(not said)" : label), share, of: month))
            }
            if shares.count > Self.mostRows { rows.append(["  (more: --json)"]) }
        }
        Output.table(rows)
    }

    /// So many rows of a kind are enough for a screen.
    private static let mostRows = 20

    private func row(_ name: String, _ totals: Any?, of whole: Any?) -> [String] {
        let totals = totals as? [String: Any] ?? [:]
        return [name, Output.number(totals["usd"], digits: 6)]
            + ["attempts", "answered", "input_tokens", "output_tokens", "unpriced"].map {
                Output.number(totals[$0], digits: 0)
            } + [Output.bar(number(totals["usd"]), of: number(whole))]
    }

    private func budgets(_ budgets: [[String: Any]]) {
        guard !budgets.isEmpty else { return }
        let rows = budgets.map { budget in
            let name = budget["name"] as? String ?? ""
            let scope = budget["scope"] as? String ?? ""
            return [
                [scope, name, "a", budget["period"] as? String ?? ""].filter { !$0.isEmpty }.joined(separator: " "),
                Output.number(budget["limit_usd"], digits: 4), Output.number(budget["spent_usd"], digits: 4),
                Output.number(budget["left_usd"], digits: 4), Output.number(budget["percent"]) + " %",
                Output.bar(number(budget["percent"]), of: 100),
            ]
        }
        print("")
        Output.table([["budget", "USD", "spent", "left", "used", ""]] + rows)
    }

    private func savings(_ result: [String: Any]) {
        let cache = result["cache"] as? [String: Any] ?? [:]
        print("")
        print("answered out of the cache: \(whole(cache["today"])) today, \(whole(cache["month"])) this month")
        if let semantic = cache["semantic"] as? [String: Any] {
            let saved = (semantic["saved_usd"] as? NSNumber)?.doubleValue ?? 0
            print(
                "by meaning, since the daemon started: \(whole(semantic["hits"])) hits, \(whole(semantic["misses"])) misses, "
                    + "\(whole(semantic["failures"])) without a vector; saved $\(String(format: "%.4f", saved))"
            )
        }
        guard let savings = result["savings"] as? [String: Any] else { return }
        guard savings["saved_usd"] is NSNumber else {
            return print("saved: nothing to compare with (no API backend has prices, or no thought is priced)")
        }
        func usd(_ key: String) -> String { "$" + Output.number(savings[key], digits: 6) }
        print(
            "saved this month: \(usd("saved_usd")), \(Output.number(savings["percent"])) % of the \(usd("baseline_usd")) "
                + "that the same tokens cost at an API; spent \(usd("spent_usd")), "
                + "and \(usd("router_usd")) on judging, comparing, copies and vectors"
        )
        print("compared: \(whole(savings["compared"])) thoughts; not compared: \(whole(savings["not_compared"]))")
    }

    private func whole(_ value: Any?) -> String { Output.number(value, digits: 0) }

    private func number(_ value: Any?) -> Double { (value as? NSNumber)?.doubleValue ?? 0 }
}
