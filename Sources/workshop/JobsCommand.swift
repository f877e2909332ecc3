import ArgumentParser
import Bridge
import Foundation

/// `workshop jobs`: thoughts that nobody waits for.
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Queue thoughts, follow them, and ask why a thought went where it went.",
        discussion: """
            A job is a thought that needs no waiting client: it outlives the daemon, waits for other jobs, and is tried \
            again. {{job:12}} in a task stands for the result of job 12.
            """,
        subcommands: [
            Submit.self, List.self, Show.self, Cancel.self, Retry.self, Replay.self, Wait.self,
        ],
        defaultSubcommand: List.self
    )

    /// Asks about jobs, as whom.
    struct Asking: ParsableArguments {
        @Option(help: "Only if it is this caller's.") var caller: String?
        @OptionGroup var client: ClientOptions

        func params(_ action: String, _ rest: [String: Any] = [:]) -> [String: Any] {
            var params = rest
            params["action"] = action
            params["caller"] = caller
            return params
        }
    }

    /// What a job is shown by: its number, or the name of any thought.
    struct Subject: ParsableArguments {
        @Argument(help: "The number of a job, or the name of a thought as think shows it.") var subject: String

        var params: [String: Any] {
            // Names of thoughts are up to 16 digits of base 16.
            if subject.count <= 12, let job = Int(subject) { return ["job": job] }
            return ["thought": subject]
        }
    }
}

extension JobsCommand {
    /// `submit`.
    struct Submit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Queue a task, or the jobs of a file; prints their numbers.",
            discussion: """
                A file is a JSON array of jobs: {"name": "a", "think": {"task": "..."}, "after": ["b"], "priority": 5, \
                "attempts": 3, "backoff_s": 30, "idempotent": false}. Names hold within the file.
                """
        )

        @Argument(help: "The task; {{job:12}} in it stands for the result of job 12.") var task: String?
        @Option(help: "A file of jobs, as JSON; - for standard input.", completion: .file()) var file: String?
        @Option(help: "The number of a job that must be done before; may be given again.") var after: [Int] = []
        @Option(help: "From 0 to 9; a higher one goes first.") var priority = 5
        @Option(help: "How many attempts it has; the configuration's number without it.") var attempts: Int?
        @Option(help: "The pause after its first failure, in seconds; each next one is twice as long.")
        var backoff: Double?
        @Flag(help: "It may be asked again when the daemon died while it was under way.") var idempotent = false
        @Option(help: "Who asks: the job is that caller's.") var caller: String?
        @Option(help: "The persona that thinks.") var persona: String?
        @Option(help: "The kind of task, instead of the classifier's.") var kind: String?
        @Option(help: "Only this backend.") var backend: String?
        @Flag(help: "No backend off this machine may see the task.") var localOnly = false
        @OptionGroup var client: ClientOptions

        func validate() throws {
            guard (task == nil) != (file == nil) else { throw ValidationError("Give a task, or --file.") }
            guard (0...9).contains(priority) else { throw ValidationError("A priority is from 0 to 9.") }
        }

        func run() throws {
            try client.run("jobs", ["action": "submit", "jobs": try file.map(Self.read) ?? [job]]) { result in
                for job in result["jobs"] as? [[String: Any]] ?? [] {
                    print(
                        [Output.number(job["job"], digits: 0), job["name"] as? String].compactMap(\.self)
                            .joined(separator: "  ")
                    )
                }
            }
        }

        private var job: [String: Any] {
            var think: [String: Any] = ["task": task ?? ""]
            think["caller"] = caller
            think["persona"] = persona
            think["kind"] = kind
            think["backend"] = backend
            if localOnly { think["local_only"] = true }
            var job: [String: Any] = ["think": think, "priority": priority, "after": after, "idempotent": idempotent]
            job["attempts"] = attempts
            job["backoff_s"] = backoff
            return job
        }

        private static func read(_ path: String) throws -> [Any] {
            let data =
                path == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
            guard let jobs = try? JSONSerialization.jsonObject(with: data) as? [Any], !jobs.isEmpty else {
                throw ValidationError("\(path) holds no JSON array of jobs.")
            }
            return jobs
        }
    }

    /// `list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the jobs, the newest first.")

        @Option(help: "Only those: queued, running, done, failed, cancelled or interrupted.") var state: String?
        @Option(help: "At most so many.") var limit = 100
        @OptionGroup var asking: Asking

        func run() throws {
            var params: [String: Any] = ["limit": limit]
            params["state"] = state
            try asking.client.run("jobs", asking.params("list", params)) { result in
                JobText.table(result["jobs"] as? [[String: Any]] ?? [])
            }
        }
    }

    /// `show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a job with its result, and why it went where it went; a thought works too."
        )

        @OptionGroup var subject: Subject
        @OptionGroup var asking: Asking

        func run() throws {
            try asking.client.run("jobs", asking.params("show", subject.params)) { result in
                if let job = result["job"] as? [String: Any] { JobText.show(job) }
                if let decision = result["decision"] as? [String: Any] { JobText.show(decision: decision) }
            }
        }
    }

    /// `cancel`.
    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a job; those that need its result fail."
        )

        @Argument(help: "Its number.") var job: Int
        @OptionGroup var asking: Asking

        func run() throws {
            try asking.client.run("jobs", asking.params("cancel", ["job": job])) { result in
                let isCancelled = result["cancelled"] as? Bool ?? false
                print(isCancelled ? "job \(job) is cancelled" : "job \(job) had ended already")
            }
        }
    }

    /// `retry`.
    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Queue a job again that came to nothing, and those that failed because of it."
        )

        @Argument(help: "Its number.") var job: Int
        @OptionGroup var asking: Asking

        func run() throws {
            try asking.client.run("jobs", asking.params("retry", ["job": job])) { result in
                JobText.table(result["jobs"] as? [[String: Any]] ?? [])
            }
        }
    }

    /// `replay`.
    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide again with what is on record, and say what would be otherwise today. Nothing is sent."
        )

        @OptionGroup var subject: Subject
        @OptionGroup var asking: Asking

        func run() throws {
            try asking.client.run("jobs", asking.params("replay", subject.params)) { result in
                if let decision = result["decision"] as? [String: Any] { JobText.show(decision: decision) }
                print("\ntoday")
                for words in result["differences"] as? [String] ?? [] { print("  \(Output.printable(words))") }
                if let today = result["today"] as? [String: Any] {
                    print()
                    JobText.candidates(today)
                }
                print("\nnot decided again")
                for words in result["not_replayed"] as? [String] ?? [] { print("  \(Output.printable(words))") }
            }
        }
    }

    /// `wait`.
    struct Wait: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wait until jobs have ended, and print what came of them.",
            discussion: "Exit code 1 when any of them came to nothing, or when the time ran out."
        )

        @Argument(help: "Their numbers.") var jobs: [Int]
        @Option(help: "At most so many seconds.") var timeout: Double = 3_600
        @OptionGroup var asking: Asking

        func run() throws {
            let deadline = Date(timeIntervalSinceNow: timeout)
            var pause = 0.05
            while try count(of: "ended") < jobs.count {
                guard Date() < deadline else {
                    Output.error("the time ran out")
                    throw ExitCode.refused
                }
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 1.5, 1)
            }
            for job in jobs {
                try asking.client.run("jobs", asking.params("show", ["job": job])) { result in
                    guard let job = result["job"] as? [String: Any] else { return }
                    let text = (job["result"] as? [String: Any])?["text"] as? String
                    print(Output.printable(text ?? JobText.line(job)))
                }
            }
            if try count(of: "done") < jobs.count { throw ExitCode.refused }
        }

        private func count(of name: String) throws -> Int {
            var count = 0
            var quiet = asking.client
            quiet.json = false
            try quiet.run("jobs", asking.params("list", ["jobs": jobs, "limit": max(jobs.count, 1)])) { result in
                count = (result[name] as? NSNumber)?.intValue ?? 0
                // One that is gone never ends.
                if name == "ended", let total = result["total"] as? NSNumber, total.intValue < Set(jobs).count {
                    Output.error("there are only \(total) of these jobs")
                    count = .max
                }
            }
            return count
        }
    }
}
