import Foundation

/// Jobs and decisions for people.
enum JobText {
    static func table(_ jobs: [[String: Any]]) {
        let rows = jobs.map { job in
            [
                Output.number(job["job"], digits: 0), job["state"] as? String ?? "",
                Output.number(job["priority"], digits: 0), job["caller"] as? String ?? "",
                (job["after"] as? [NSNumber] ?? []).map(\.stringValue).joined(separator: ","),
                Output.number(job["attempts"], digits: 0), job["submitted"] as? String ?? "",
                job["finished"] as? String ?? "", job["error"] as? String ?? "",
            ]
        }
        let head = ["job", "state", "priority", "caller", "after", "attempts", "submitted", "finished", "error"]
        Output.table([head] + rows)
    }

    /// A job that has no result, in one line.
    static func line(_ job: [String: Any]) -> String {
        let error = (job["error"] as? String).map { ": \($0)" } ?? ""
        return "job \(Output.number(job["job"], digits: 0)) \(job["state"] as? String ?? "")\(error)"
    }

    static func show(_ job: [String: Any]) {
        table([job])
        let parts = job["parts"] as? [String: Any] ?? [:]
        print("\nparts done  \(Output.number(parts["done"], digits: 0)) of \(Output.number(parts["total"], digits: 0))")
        if let ahead = job["ahead"] as? NSNumber { print("before it   \(ahead)") }
        if let characters = job["characters"] as? NSNumber { print("so far      \(characters) characters") }
        if let notBefore = job["not_before"] as? String { print("not before  \(notBefore)") }
        for attempt in job["tries"] as? [[String: Any]] ?? [] {
            let outcome = attempt["outcome"] as? String ?? "under way"
            print(
                "attempt     \(attempt["thought"] as? String ?? "")  \(outcome)  \(Output.number(attempt["ms"], digits: 0)) ms"
            )
        }
        if let task = job["task"] as? String { print("\n\(Output.printable(task))") }
        if let result = job["result"] as? [String: Any] {
            print("\n\(Output.printable(result["text"] as? String ?? ""))")
        }
    }

    static func show(decision: [String: Any]) {
        let text = { (name: String) in Output.printable(decision[name] as? String ?? "-", lines: false) }
        print("\nthought     \(text("thought"))  \(text("time"))")
        print(
            "task        \(text("kind")), \(text("complexity")), sure to \(Output.number(decision["confidence"], digits: 2))"
        )
        print("criterion   \(text("criterion"))")
        print("chosen      \(text("reason"))")
        let fallback = decision["fallback"] as? Bool == true ? ", not the first choice" : ""
        let cached = decision["cached"] as? Bool == true ? ", out of the cache" : ""
        print("outcome     \(text("outcome")) by \(text("backend")) (\(text("model")))\(fallback)\(cached)")
        print(
            "it took     \(Output.number(decision["ms"])) ms, \(Output.number(decision["cost_usd"], digits: 6)) USD, "
                + "quality \(Output.number(decision["quality"], digits: 2)), stars \(Output.number(decision["stars"], digits: 0))\n"
        )
        candidates(decision)
        let requests = decision["requests"] as? [[String: Any]] ?? []
        guard !requests.isEmpty else { return }
        print()
        Output.table(
            [["asked", "model", "outcome", "ms", "USD", "quality", "purpose"]]
                + requests.map { one in
                    [
                        one["backend"] as? String ?? "", one["model"] as? String ?? "",
                        one["outcome"] as? String ?? "unknown",
                        Output.number(one["ms"]), Output.number(one["cost_usd"], digits: 6),
                        Output.number(one["quality"], digits: 2), one["purpose"] as? String ?? "",
                    ]
                }
        )
    }

    /// Who could take it, with scores, and who could not.
    static func candidates(_ decision: [String: Any]) {
        let considered = (decision["considered"] as? [[String: Any]] ?? []).map { one in
            [
                one["backend"] as? String ?? "", "considered", Output.number(one["score"], digits: 3),
                one["why"] as? String ?? "",
            ]
        }
        let rejected = (decision["rejected"] as? [[String: Any]] ?? []).map { one in
            [one["backend"] as? String ?? "", "left out", one["rule"] as? String ?? "", one["why"] as? String ?? ""]
        }
        Output.table([["backend", "", "score or rule", "why"]] + considered + rejected)
    }
}
