import ArgumentParser
import Bridge
import Foundation

/// `workshop key`: who may come in at the front door.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and revoke the keys of the front door.",
        discussion: """
            Until the first key is made, everybody on this machine may come in; from then on nobody may without one. A running daemon knows of a change with its next request. \
            docs/http.md says what a key may have.
            """,
        subcommands: [New.self, List.self, Revoke.self]
    )

    /// Where the keys are.
    struct Place: ParsableArguments {
        @Option(help: "The configuration; its section http says where the keys are.", completion: .file())
        var config = "configs/backends.yaml"

        @Option(help: "A file of variables, besides the .env beside the configuration.", completion: .file())
        var env: String?

        @Option(help: "The file of the keys itself, instead of the configuration's.", completion: .file())
        var file: String?

        /// Does something with the keys, and ends with the exit code that the outcome calls for.
        func with(_ body: (KeyFile) throws -> Void) throws {
            do { try body(open()) } catch let problem as KeyFile.Problem {
                Output.error("\(problem)")
                throw ExitCode.refused
            }
        }

        private func open() throws -> KeyFile {
            if let file { return KeyFile(path: file) }
            guard let keys = KeyFile(try Check.load(config, env: env)) else {
                Output.error("\(config) has no section http, so there is no door that a key would open")
                throw ExitCode.configuration
            }
            return keys
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, and show it this once.",
            discussion: "Only its hash is kept: whoever loses the key makes another."
        )

        @Argument(help: "Its name: letters, digits, '-', '_' and '.'.")
        var name: String

        @OptionGroup var place: Place

        @Option(help: "The persona that speaks when no header says; nobody without it.")
        var persona: String?

        @Option(help: "What it may spend a day, in dollars (UTC).")
        var usdDay: Double?

        @Option(help: "What it may spend a month, in dollars (UTC).")
        var usdMonth: Double?

        @Option(help: "How many requests it may send a minute.")
        var requestsPerMinute: Int?

        @Option(help: "How many requests it may have under way.")
        var inFlight: Int?

        @Flag(help: "Hold the words of its streams until the answer stands.")
        var whole = false

        @Flag(help: "Let it operate: switch models.")
        var `operator` = false

        func validate() throws {
            for sum in [usdDay, usdMonth].compactMap(\.self) where !(0...1_000_000).contains(sum) {
                throw ValidationError("A budget is from 0 to 1,000,000 dollars.")
            }
            for count in [requestsPerMinute, inFlight].compactMap(\.self) where !(1...1_000_000).contains(count) {
                throw ValidationError("A limit is from 1 to 1,000,000.")
            }
        }

        func run() async throws {
            var wishes = KeyFile.Wishes()
            wishes.persona = persona
            wishes.dollarsPerDay = usdDay
            wishes.dollarsPerMonth = usdMonth
            wishes.requestsPerMinute = requestsPerMinute
            wishes.inFlight = inFlight
            wishes.isWhole = whole
            wishes.isOperator = `operator`
            try place.with { print(try $0.add(name, wishes)) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys by name, and what each may have.")

        @OptionGroup var place: Place

        func run() async throws {
            try place.with { keys in
                let rows = try keys.rows()
                guard !rows.isEmpty else { return print("There are no keys.") }
                Output.table([["name", "made", "persona", "limits"]] + rows)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a key away.")

        @Argument(help: "Its name.")
        var name: String

        @OptionGroup var place: Place

        func run() async throws {
            try place.with { keys in
                guard try keys.revoke(name) else {
                    Output.error("there is no key of that name")
                    throw ExitCode.refused
                }
            }
        }
    }
}
