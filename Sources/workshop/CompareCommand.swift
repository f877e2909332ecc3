import ArgumentParser
import Bridge
import Foundation

/// `workshop compare`: the same prompts to several backends.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Give the same prompts to several backends, and hold their answers against each other.",
        discussion: """
            workshop compare --backends local,gpt "Why is the sky blue?"
            workshop compare --backends local,gpt,grok --file prompts.txt --max-usd 0.50 --html report.html

            The first backend is the one that the others are held against. What it can cost at worst is told before
            anything is sent, and nothing is sent when that is more than --max-usd. Each answer goes through the guard,
            the ledger, the budgets and the judge like any other; none comes out of the cache.

            A file has one prompt a line; empty lines and lines that begin with # are passed over. In a file that ends in
            .jsonl each line is a JSON text, or an object with "prompt".
            """
    )

    @Argument(help: "One prompt.") var prompt: [String] = []
    @Option(help: "The backends, with commas between them; two to eight.") var backends: String
    @Option(help: "A file of prompts instead of one.", completion: .file()) var file: String?
    @Option(help: "What all of it may cost at worst, in dollars; 1 without it.") var maxUsd: Double?
    @Flag(help: "Only tell what it would cost at worst; nothing is sent.") var estimate = false
    @Option(help: "Write the report as a page, too.", completion: .file()) var html: String?
    @Flag(help: "Print the answers, too.") var answers = false
    @Option(help: "A system prompt for all of them.") var instructions: String?
    @Option(help: "The persona whose guard reads them; the configured one without it.") var persona: String?
    @Option(help: "The kind of task, instead of the classifier's choice.") var kind: String?
    @Option(help: "The longest answer, in tokens.") var maxTokens: Int?
    @Option(help: "From 0 to 2.") var temperature: Double?
    @Option(help: "How many prompts a backend is given at a time; more than one disturbs the times.") var perBackend = 1
    @OptionGroup var client: ClientOptions

    /// A file may be so large: its prompts go in one line of the protocol.
    static let mostBytes = 512 << 10

    func validate() throws {
        let names = Self.names(backends)
        if prompt.isEmpty == (file == nil) { throw ValidationError("Give a prompt or --file.") }
        if file == nil, prompt.joined().trimmed.isEmpty { throw ValidationError("The prompt is empty.") }
        if names.count < 2 { throw ValidationError("Name two backends at least, such as --backends local,gpt.") }
        if names.count > 8 { throw ValidationError("Eight backends are the most.") }
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw ValidationError("\(twice) is named twice.")
        }
        if let maxUsd, !(0...1_000_000).contains(maxUsd) { throw ValidationError("--max-usd is a sum of dollars.") }
        if !(1...8).contains(perBackend) { throw ValidationError("--per-backend is from 1 to 8.") }
    }

    func run() throws {
        let prompts = try file.map(Self.read) ?? [prompt.joined(separator: " ")]
        let names = Self.names(backends)
        guard prompts.count <= 500, prompts.count * names.count <= 1_000 else {
            throw ValidationError("\(prompts.count) prompts are too many: 500, and 1,000 answers in all, are the most.")
        }
        if !estimate && !client.json { try tellCost(prompts, names) }
        var answers: [[String: Any]] = []
        var result: [String: Any] = [:]
        var quiet = client
        quiet.json = false
        try (estimate ? client : quiet).run(
            "compare",
            params(prompts, names, isEstimate: estimate),
            onNotification: { _, params in
                var answer = params
                answer["id"] = nil
                answers.append(answer)
                if !client.json {
                    Output.progress("\(answers.count) of at most \(prompts.count * names.count) answers")
                }
            },
            show: { result = $0 }
        )
        if estimate {
            if !client.json { Self.showEstimate(result, prompts: prompts.count) }
            return
        }
        if !client.json { Output.progress(nil) }
        let report = try ComparisonReport(result: result, answers: answers, texts: prompts)
        if let html {
            let page = report.page(time: Date().formatted(.iso8601))
            do { try Data(page.utf8).write(to: URL(fileURLWithPath: html)) } catch {
                Output.error("\(html) cannot be written")
                throw ExitCode.failure
            }
        }
        if client.json {
            result["answers"] = answers
            try Output.json(result)
        } else {
            show(report)
        }
    }

    private func params(_ prompts: [String], _ names: [String], isEstimate: Bool) -> [String: Any] {
        var params: [String: Any] = ["prompts": prompts, "backends": names, "per_backend": perBackend]
        params["estimate"] = isEstimate
        params["max_usd"] = maxUsd
        params["instructions"] = instructions
        params["persona"] = persona
        params["kind"] = kind
        params["max_tokens"] = maxTokens
        params["temperature"] = temperature
        return params
    }

    /// Says what it can cost, before it is asked.
    private func tellCost(_ prompts: [String], _ names: [String]) throws {
        try client.run("compare", params(prompts, names, isEstimate: true)) {
            Self.showEstimate($0, prompts: prompts.count)
        }
    }

    private static func showEstimate(_ result: [String: Any], prompts: Int) {
        let parts = (result["worst"] as? [[String: Any]] ?? []).map { one in
            "\(one["backend"] as? String ?? "") $\(Output.number(one["usd"], digits: 6))"
        }
        let held = (result["held_back"] as? [Any])?.count ?? 0
        print(
            "at worst $\(Output.number(result["worst_usd"], digits: 6)) for \(prompts) prompts: "
                + Output.printable(parts.joined(separator: ", "), lines: false)
        )
        if held > 0 { print("the guard holds \(held) of them back") }
    }

    // MARK: Showing

    private func show(_ report: ComparisonReport) {
        let titles = [
            "backend", "model", "answered", "failed", "median ms", "95 % ms", "first token", "tokens", "USD", "quality",
        ]
        let rows = report.backends.map { one in
            [
                one.backend, one.model, "\(one.answered)", "\(one.failed)", Output.number(one.medianMs, digits: 0),
                Output.number(one.p95Ms, digits: 0), Output.number(one.medianFirstTokenMs, digits: 0),
                "\(one.outputTokens)", Output.number(one.costUsd, digits: 6), Output.number(one.meanQuality, digits: 2),
            ]
        }
        Output.table([titles] + rows)
        for held in report.heldBack { print("prompt \(held.prompt + 1): held back by the guard (\(held.status))") }
        print("")
        for place in 0..<report.prompts { showPrompt(place, report) }
        for pair in report.pairs {
            print(
                Output.printable("\(pair.second) against \(pair.first): \(pair.verdict). \(pair.words)", lines: false)
            )
        }
        print(
            "spent: $\(Output.number(report.spentUsd, digits: 6)) of $\(Output.number(report.worstUsd, digits: 6)) at worst"
        )
    }

    private func showPrompt(_ place: Int, _ report: ComparisonReport) {
        let cells = report.cells.filter { $0.prompt == place }
        let verdicts = report.pairs.compactMap { pair in
            pair.verdicts.first { $0.prompt == place }.map { "\(pair.second): \($0.words)" }
        }
        let isShown = answers || report.prompts == 1
        let failed = cells.filter { $0.status != "answered" }
        guard isShown || !failed.isEmpty || !verdicts.isEmpty else { return }
        print(Output.printable("\(place + 1). \(ComparisonReport.line(report.texts[place]))", lines: false))
        for cell in cells where isShown || cell.status != "answered" {
            let text = cell.text.map { ComparisonReport.line($0, most: 300) } ?? "(\(cell.status))"
            print(Output.printable("   \(cell.backend): \(text)", lines: false))
        }
        for verdict in verdicts { print(Output.printable("   \(verdict)", lines: false)) }
    }

    // MARK: Reading

    private static func names(_ list: String) -> [String] {
        list.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    /// The prompts of a file.
    static func read(_ path: String) throws -> [String] {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: mostBytes + 1) else {
            throw ValidationError("\(path) cannot be read, or is empty.")
        }
        guard data.count <= mostBytes else { throw ValidationError("\(path) is too large: 512 KiB are the most.") }
        guard let text = String(data: data, encoding: .utf8) else { throw ValidationError("\(path) is not UTF-8.") }
        let lines = text.split(whereSeparator: \.isNewline).map { String($0).trimmed }
        let isJSON = path.hasSuffix(".jsonl")
        var prompts: [String] = []
        for (place, line) in lines.enumerated() where !line.isEmpty && (isJSON || !line.hasPrefix("#")) {
            guard isJSON else {
                prompts.append(line)
                continue
            }
            let value = try? JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
            guard let prompt = value as? String ?? (value as? [String: Any])?["prompt"] as? String,
                !prompt.trimmed.isEmpty
            else { throw ValidationError("\(path), entry \(place + 1): neither a text nor an object with \"prompt\".") }
            prompts.append(prompt)
        }
        guard !prompts.isEmpty else { throw ValidationError("\(path) has no prompt.") }
        return prompts
    }
}

extension Output {
    /// Says on the terminal how far it is, in one line; nil to end it. Nothing where nobody looks on.
    static func progress(_ words: String?) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(words ?? "")".utf8))
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
