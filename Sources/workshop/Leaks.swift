import ArgumentParser
import Bridge
import Foundation

/// `workshop leaks`: what waits for the owner.
struct Leaks: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the guard held back in doubt, and let it go or not.",
        subcommands: [List.self, Show.self, Release.self, Deny.self],
        defaultSubcommand: List.self
    )

    private static let columns = ["leak", "time", "state", "persona", "caller", "class", "severity", "field"]

    private static func row(_ leak: [String: Any]) -> [String] {
        columns.map { $0 == "leak" ? Output.number(leak[$0], digits: 0) : leak[$0] as? String ?? "" }
    }

    /// Asks about one of them, and shows it.
    private static func ask(_ action: String, _ leak: Int, _ client: ClientOptions) throws {
        try client.run("leaks", ["action": action, "leak": leak]) { result in
            Output.table([columns, row(result)])
            // Escaped: what was typed may steer a terminal, or look like something that it is not.
            if let task = result["task"] as? String { print("\ntask: \(escaped(task))") }
            for text in result["texts"] as? [String] ?? [] where text != result["task"] as? String {
                print("held: \(escaped(text))")
            }
        }
    }

    /// The text with everything but printable ASCII as `\u{..}`, in quotation marks.
    private static func escaped(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
    }

    /// `list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all of them, those that wait first.")

        @Option(help: "At most so many.") var limit = 100
        @OptionGroup var client: ClientOptions

        func run() throws {
            try client.run("leaks", ["action": "list", "limit": limit]) { result in
                Output.table([columns] + (result["leaks"] as? [[String: Any]] ?? []).map(row))
            }
        }
    }

    /// `show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one with what was typed.")

        @Argument(help: "Its number.") var leak: Int
        @OptionGroup var client: ClientOptions

        func run() throws { try ask("show", leak, client) }
    }

    /// `release`.
    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the text go: its caller may ask it from now on, as far as doubts go."
        )

        @Argument(help: "Its number.") var leak: Int
        @OptionGroup var client: ClientOptions

        func run() throws { try ask("release", leak, client) }
    }

    /// `deny`.
    struct Deny: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Do not let the text go: it is refused from now on.")

        @Argument(help: "Its number.") var leak: Int
        @OptionGroup var client: ClientOptions

        func run() throws { try ask("deny", leak, client) }
    }
}
