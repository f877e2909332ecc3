import ArgumentParser
import Bridge
import Foundation
import Persona

/// `workshop guard`: the guard as a filter.
struct Guard: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the text parts of requests, one JSON object a line.",
        discussion: """
            Reads {"fields": [..]} or {"text": ".."} and answers each with {"verdict", "findings", "out"}: out is what \
            would leave, empty when nothing may. A line that is neither is answered with {"error"}, and the exit code \
            is 1 at the end.

            With --bench it reads clean texts instead, such lines or plain ones, at least 64 KiB, and prints what \
            reading costs on the processor: p50 and p99 over different pieces of 1 KB to 1 MB (each read five times, \
            its least time counts), and us/KB on the worst texts at three sizes, which shows that it is linear.
            """
    )

    @Option(help: "The folder of the persona: persona.yaml and SOUL.md.")
    var persona: String

    @Flag(help: "Lines of JSON; the only form there is.")
    var jsonl = false

    @Flag(help: "Measure what reading costs, on the clean texts of standard input and on the worst texts.")
    var bench = false

    @Option(help: "Judge each line so many times, to measure what that takes.")
    var times = 1

    func run() throws {
        let card = try PersonaCommand.load(persona)
        let index = IdentityIndex([card.identity], rule: OddityRule(scripts: card.guardWishes.scripts))
        let policy = GuardPolicy.standard.with(card.guardWishes.policy)
        let gate = PromptGuard(persona: card, index: index, policy: policy)
        if bench { return GuardBench(index: index, gate: gate).run() }
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        try JSONLines.filter { object in
            guard let fields = object["fields"] as? [String] ?? (object["text"] as? String).map({ [$0] }) else {
                return nil
            }
            func judge() -> (verdict: Verdict, findings: [Finding], out: [String]) {
                gate.judge(fields: fields, pseudonyms: Pseudonyms(key: key, conversation: ""))
            }
            for _ in 1..<max(1, times) { _ = judge() }
            let judged = judge()
            return [
                "verdict": judged.verdict.rawValue,
                "findings": judged.findings.map { finding -> [String: Any] in
                    [
                        "class": finding.identityClass.rawValue, "severity": finding.severity.rawValue,
                        "field": finding.field,
                    ]
                },
                "out": judged.out,
            ]
        }
    }
}

/// `workshop reply-guard`: the guard of replies as a filter.
struct ReplyGuardFilter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply-guard",
        abstract: "Take a backend's own naming out of replies, one JSON object a line.",
        discussion: """
            Reads {"text": ".."} and answers {"text", "caught"}: the text without the sentences that name a model or \
            its maker as the speaker, and how many those were.
            """
    )

    @Flag(help: "Lines of JSON; the only form there is.")
    var jsonl = false

    func run() throws {
        try JSONLines.filter { object in
            guard let text = object["text"] as? String else { return nil }
            var reply = ReplyGuard()
            let kept = reply.feed(text) + reply.finish()
            return ["text": kept, "caught": reply.caught]
        }
    }
}

/// Objects in, objects out, a line each.
enum JSONLines {
    /// - Parameter answer: the answer to an object, or nil when it is not of the right form.
    static func filter(_ answer: ([String: Any]) -> [String: Any]?) throws {
        var isBad = false
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            if let answered = object.flatMap(answer) {
                try Output.json(answered)
            } else {
                isBad = true
                try Output.json(["error": "The line is not an object of the right form."])
            }
        }
        if isBad { throw ExitCode.refused }
    }
}
