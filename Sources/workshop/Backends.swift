import ArgumentParser
import Foundation

/// `workshop backends`: the registry.
struct Backends: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the backends, and switch, add or remove them while the daemon runs.",
        subcommands: [List.self, Enable.self, Disable.self, Drain.self, Switch.self, Register.self, Remove.self],
        defaultSubcommand: List.self
    )

    /// Asks the daemon, and shows all backends as they are then.
    static func ask(_ params: [String: Any], _ client: ClientOptions) throws {
        try client.run("backends", params) { result in
            let rows = (result["backends"] as? [[String: Any]] ?? []).map { row in
                let health = row["health"] as? [String: Any] ?? [:]
                let totals = row["totals"] as? [String: Any] ?? [:]
                return ["backend", "service", "source", "role"].map { row[$0] as? String ?? "" }
                    + [
                        model(row), row["wire"] as? String ?? "",
                        health["state"] as? String ?? "", Output.number(health["in_flight"], digits: 0),
                        Output.number(totals["attempts"], digits: 0), Output.number(totals["usd"], digits: 6),
                        row["why"] as? String ?? "",
                    ]
            }
            let titles = [
                "backend", "service", "source", "role", "model", "wire", "state", "in flight", "attempts", "USD", "why",
            ]
            Output.table([titles] + rows)
        }
    }

    /// The model, and the configuration's where an operator has chosen another one.
    private static func model(_ row: [String: Any]) -> String {
        let model = row["model"] as? String ?? ""
        let configured = row["configured_model"] as? String ?? model
        return model == configured ? model : "\(model) (configured: \(configured))"
    }

    /// `list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all backends.")

        @OptionGroup var client: ClientOptions

        func run() throws { try Backends.ask(["action": "list"], client) }
    }

    /// `enable`.
    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a backend take work; kept across restarts.")

        @Argument(help: "The backend.") var name: String
        @OptionGroup var client: ClientOptions

        func run() throws { try Backends.ask(["action": "enable", "backend": name], client) }
    }

    /// `disable`.
    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a backend out; kept across restarts.")

        @Argument(help: "The backend.") var name: String
        @OptionGroup var client: ClientOptions

        func run() throws { try Backends.ask(["action": "disable", "backend": name], client) }
    }

    /// `drain`.
    struct Drain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a backend finish what it has, and give it nothing new; kept across restarts."
        )

        @Argument(help: "The backend.") var name: String
        @OptionGroup var client: ClientOptions

        func run() throws { try Backends.ask(["action": "drain", "backend": name], client) }
    }

    /// `switch`.
    struct Switch: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have another model of a backend asked for; kept across restarts.",
            discussion:
                "The model is one that the configuration names for it, or one that it lists: see workshop models."
        )

        @Argument(help: "The backend.") var name: String
        @Argument(help: "The model; the configuration's without it.") var model: String?
        @OptionGroup var client: ClientOptions

        func run() throws {
            var params: [String: Any] = ["action": "switch", "backend": name]
            params["model"] = model
            try Backends.ask(params, client)
        }
    }

    /// `register`.
    struct Register: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a backend, or replace one that was added so; kept across restarts.",
            discussion: """
                The keys are those of a backend in the configuration file, as KEY=VALUE or in one JSON object:
                workshop backends register desk provider=ollama model=qwen3 role=local local=true
                """
        )

        @Argument(help: "The backend.") var name: String
        @Argument(help: "KEY=VALUE, more than once; a list has commas.") var fields: [String] = []
        @Option(help: "The section as a JSON object, instead of KEY=VALUE.") var section: String?
        @OptionGroup var client: ClientOptions

        func validate() throws {
            if fields.contains(where: { !$0.contains("=") }) { throw ValidationError("A field is KEY=VALUE.") }
            if let section, Self.object(section) == nil { throw ValidationError("--section is not a JSON object.") }
        }

        func run() throws {
            var config = section.flatMap(Self.object) ?? [:]
            for field in fields {
                let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                config[parts[0]] = Self.value(parts[1])
            }
            try Backends.ask(["action": "register", "backend": name, "config": config], client)
        }

        /// A truth, a list, or a word.
        private static func value(_ text: String) -> Any {
            if text == "true" || text == "false" { return text == "true" }
            return text.contains(",") ? text.split(separator: ",").map(String.init) : text
        }

        private static func object(_ json: String) -> [String: Any]? {
            (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any]
        }
    }

    /// `remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a backend that was registered.")

        @Argument(help: "The backend.") var name: String
        @OptionGroup var client: ClientOptions

        func run() throws { try Backends.ask(["action": "remove", "backend": name], client) }
    }
}

/// `workshop models`: what can be asked for, and where.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the models of all backends that are well.")

    @Flag(help: "Ask the backends again, however new their lists are.")
    var refresh = false

    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("models", refresh ? ["refresh": true] : [:]) { result in
            let models = result["models"] as? [[String: Any]] ?? []
            let rows = models.map { model in
                [
                    model["model"] as? String ?? "", model["backend"] as? String ?? "",
                    model["configured"] as? Bool == true ? "configured" : "",
                    model["listed"] as? Bool == true ? "listed" : "",
                ]
            }
            Output.table([["model", "backend", "", ""]] + rows)
            for source in result["sources"] as? [[String: Any]] ?? [] {
                let outcome = source["outcome"] as? String ?? ""
                if outcome != "listed" { Output.error("\(source["backend"] as? String ?? ""): \(outcome)") }
            }
        }
    }
}

/// `workshop reload`: the configuration, read again.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the daemon read its configuration again.",
        discussion: "A configuration that is wrong changes nothing; its problems are shown."
    )

    @OptionGroup var client: ClientOptions

    func run() throws {
        try client.run("reload") { result in
            print("The configuration was read again.")
            for key in result["needs_restart"] as? [String] ?? [] { print("\(key) takes effect after a restart.") }
            for warning in result["warnings"] as? [[String: Any]] ?? [] {
                Output.error("warning: \(warning["file"] as? String ?? ""): \(warning["message"] as? String ?? "")")
            }
        }
    }
}
