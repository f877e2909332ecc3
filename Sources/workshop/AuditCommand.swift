import ArgumentParser
import Bridge
import Foundation

/// Where the ledger is, for commands that read it without a daemon.
struct LedgerOptions: ParsableArguments {
    @Option(help: "The configuration that says where the ledger is, and who is guarded.", completion: .file())
    var config = "configs/backends.yaml"

    @Option(help: "The ledger itself, instead of the configuration's.", completion: .file())
    var ledger: String?

    /// The configuration; nil when the ledger is named and none is there.
    func loaded() throws -> BridgeConfig? {
        if ledger != nil, !FileManager.default.fileExists(atPath: config) { return nil }
        return try Check.load(config)
    }

    /// The ledger's tree.
    func tree() throws -> LedgerTree {
        if let ledger { return LedgerTree(ledger: ledger) }
        return LedgerTree(try Check.load(config))
    }

    /// The audit of the ledger.
    func audit() throws -> LedgerAudit {
        if let config = try loaded() { return LedgerAudit(config, ledger: ledger) }
        return LedgerAudit(ledger: ledger ?? "")
    }

    static func read(_ file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ValidationError("\(file) cannot be read.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Runs the body; a ledger that cannot be had ends it with 1.
    static func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as LedgerAudit.Failure {
            Output.error("\(failure)")
            throw ExitCode.failure
        }
    }
}

/// `workshop audit`: what left the machine, and the proof of it.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove the ledger: what left the machine, what was held back, and that nothing was changed since.",
        discussion: "Needs no daemon, and disturbs none. Exit code 0 when all is well, 1 when it is not.",
        subcommands: [Report.self, Verify.self, Checkpoint.self, Prove.self, Key.self],
        defaultSubcommand: Report.self
    )

    /// `report`, and without a word.
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Audit all of it.")

        @Option(help: "A checkpoint that was put elsewhere; more than once for more.", completion: .file())
        var checkpoint: [String] = []

        @Option(
            help: "The key that signed it, as `workshop audit key` printed it; the one beside the ledger without it."
        )
        var key: String?

        @Flag(help: "Print the report as JSON.")
        var json = false

        @Option(help: "Write the report as a page, too.", completion: .file())
        var html: String?

        @Flag(inversion: .prefixedNo, help: "Read the payloads again with the identities of today.")
        var rescan = true

        @OptionGroup var place: LedgerOptions

        func run() throws {
            let audit = try place.audit()
            let pinned = try checkpoint.map { ($0, try LedgerOptions.read($0)) }
            let findings = try LedgerOptions.reporting { try audit.run(pinned: pinned, key: key, rescans: rescan) }
            // What was not read again is no full audit.
            if rescan {
                do { try audit.keep(findings) } catch { Output.error("the summary cannot be kept beside the ledger") }
            }
            if let html { try Data(findings.page.utf8).write(to: URL(fileURLWithPath: html)) }
            if json {
                print(findings.json)
            } else {
                Output.table(findings.rows)
                print("\nWhat this cannot show:")
                for limit in findings.limits { print("- \(limit)") }
            }
            if !findings.isOK { throw ExitCode.failure }
        }
    }

    /// `verify`: against a checkpoint, or a proof.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold the ledger against a checkpoint that was put elsewhere, and check a proof."
        )

        @Option(help: "The checkpoint; more than once for more.", completion: .file())
        var checkpoint: [String] = []

        @Option(help: "A proof that `workshop audit prove` printed.")
        var proof: String?

        @Option(help: "The key, as `workshop audit key` printed it; the one beside the ledger without it.")
        var key: String?

        @OptionGroup var place: LedgerOptions

        func validate() throws {
            if checkpoint.isEmpty, proof == nil { throw ValidationError("Give --checkpoint, --proof or both.") }
        }

        func run() throws {
            var isOK = true
            if let proof {
                let text = try LedgerOptions.read(proof)
                let proven = try LedgerOptions.reporting { try place.tree().check(text, key: key) }
                Output.piece(proven.leaf)
                print(proven.holds ? "the proof holds" : "the proof does NOT hold")
                if let isThere = proven.isThere {
                    print(isThere ? "the ledger has that record" : "the ledger does NOT have that record there")
                }
                isOK = proven.holds && proven.isThere != false
            }
            if !checkpoint.isEmpty {
                let audit = try place.audit()
                let pinned = try checkpoint.map { ($0, try LedgerOptions.read($0)) }
                let findings = try LedgerOptions.reporting { try audit.run(pinned: pinned, key: key, rescans: false) }
                let shown = ["tree", "root", "integrity", "completeness"]
                Output.table(findings.rows.filter { shown.contains($0[0]) || checkpoint.contains($0[0].trimmed) })
                for problem in findings.problems { print("\(problem.kind.rawValue): \(problem.sentence)") }
                isOK = isOK && findings.isOK
            }
            if !isOK { throw ExitCode.failure }
        }
    }

    /// `checkpoint`: to be put elsewhere.
    struct Checkpoint: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign the tree as it is, and print the checkpoint: put it where this machine cannot change it."
        )

        @OptionGroup var place: LedgerOptions

        func run() throws {
            Output.piece(try LedgerOptions.reporting { try place.tree().checkpoint() })
        }
    }

    /// `prove`: one request.
    struct Prove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a proof that a request is in the log, which anybody with the key can check."
        )

        @Argument(help: "The sequence number of the request.")
        var sequence: Int64

        @OptionGroup var place: LedgerOptions

        func run() throws {
            Output.piece(try LedgerOptions.reporting { try place.tree().prove(sequence) })
        }
    }

    /// `key`: what others check with.
    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the key that checkpoints are checked with.")

        @OptionGroup var place: LedgerOptions

        func run() throws { print(try LedgerOptions.reporting { try place.tree().key() }) }
    }
}

/// `workshop retention`: payloads, forgotten.
struct Retention: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete the payloads of old days and their keys; the ledger still proves itself.",
        discussion: "What was sent on these days can then be read by nobody. Today's payloads always stay."
    )

    @Option(help: "Days before this one, in UTC: 2026-11-01.")
    var before: String?

    @Option(help: "Days older than so many.")
    var days: Int?

    @OptionGroup var place: LedgerOptions

    func validate() throws {
        if (before == nil) == (days == nil) { throw ValidationError("Give --before or --days.") }
        if let days, days < 0 { throw ValidationError("--days is negative.") }
        if let before, LedgerTree.day(before) == nil { throw ValidationError("--before is a day such as 2026-11-01.") }
    }

    func run() throws {
        let today = Int(Date().timeIntervalSince1970 / 86_400)
        let day = before.flatMap(LedgerTree.day) ?? today - (days ?? 0)
        let count = try LedgerOptions.reporting { try place.tree().forgetPayloads(before: day) }
        print("\(count) payloads forgotten")
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
