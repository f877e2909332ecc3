import ArgumentParser

/// What `route` and `think` take.
struct TaskOptions: ParsableArguments {
    @Argument(help: "The task.")
    var task: [String]

    @Option(help: "The persona that asks; the configured one without it.")
    var persona: String?

    @Option(help: "The kind of task, instead of the classifier's choice.")
    var kind: String?

    @Option(help: "Only this backend.")
    var backend: String?

    @Flag(help: "Only backends on this machine.")
    var localOnly = false

    func validate() throws {
        if task.joined().isEmpty { throw ValidationError("The task is empty.") }
    }

    var params: [String: Any] {
        var params: [String: Any] = ["task": task.joined(separator: " ")]
        params["persona"] = persona
        params["kind"] = kind
        params["backend"] = backend
        if localOnly { params["local_only"] = true }
        return params
    }
}

/// `workshop route`: who would be asked, and why.
struct Route: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show which backend a task would go to, and why.")

    @OptionGroup var task: TaskOptions
    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("route", task.params) { result in
            let why = (result["why"] as? [String] ?? []).joined(separator: "; ")
            let kind = result["kind"] as? String ?? ""
            let complexity = result["complexity"] as? String ?? ""
            let confidence = Output.number(result["confidence"], digits: 2)
            print("\(kind), \(complexity), confidence \(confidence): \(why)")
            var rows: [[String]] = []
            for (index, candidate) in (result["candidates"] as? [[String: Any]] ?? []).enumerated() {
                rows.append(
                    ["\(index + 1)."] + ["backend", "model", "state", "why"].map { candidate[$0] as? String ?? "" }
                )
            }
            for rejection in result["rejected"] as? [[String: Any]] ?? [] {
                rows.append([
                    "-", rejection["backend"] as? String ?? "", "", rejection["rule"] as? String ?? "",
                    rejection["why"] as? String ?? "",
                ])
            }
            Output.table(rows)
        }
    }
}
