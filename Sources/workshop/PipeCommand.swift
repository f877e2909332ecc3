import ArgumentParser
import Bridge
import Foundation
import Logging

/// `workshop pipe`: what runs on the other machine.
struct PipeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipe",
        abstract: "Answer prompts of a bridge elsewhere with this machine's model: receive, execute, return.",
        discussion: """
            GET /health, GET /models, POST /execute. It keeps nothing and logs no request. Without a file it drives the \
            Ollama of this machine and listens on 127.0.0.1:8001. docs/pipe.md has the protocol and the configuration.
            """
    )

    @Option(help: "The configuration, such as configs/pipe.yaml.", completion: .file())
    var config: String?

    @Option(help: "Where to listen: host:port. Anything but loopback needs a token.")
    var listen: String?

    @Option(help: "Drive this Ollama, such as http://127.0.0.1:11434.")
    var ollama: String?

    @Option(help: "Drive this llama-server, or what else speaks /v1/chat/completions.")
    var llamaServer: String?

    @Option(help: "The model that is asked for when a request names none.")
    var model: String?

    @Option(help: "The file with the token; WORKSHOP_PIPE_TOKEN in the environment without it.")
    var tokenFile: String?

    @Flag(help: "Say what is wrong with the configuration, or what it holds, and end.")
    var check = false

    @Flag(help: "With --check: print the problems as JSON.")
    var json = false

    @OptionGroup var log: LogOptions

    func validate() throws {
        guard check || !json else { throw ValidationError("--json goes with --check.") }
    }

    func run() async throws {
        try log.begin()
        let flags = PipeFlags(
            listen: listen,
            ollama: ollama,
            llamaServer: llamaServer,
            model: model,
            tokenFile: tokenFile
        )
        let checked: PipeConfig
        do { checked = try PipeConfigReader.load(config, flags: flags) } catch {
            if json { return try Check.tell(error.problems) }
            try log.fail(error.problems.map { "\($0)" }, .configuration)
        }
        if json { return try Check.tell([]) }
        if check { return checked.summary.forEach { print(Output.printable($0)) } }
        do { try await PipeDaemon(checked, logger: Logger(label: "workshop.pipe")).run() } catch {
            try log.fail(["\(error)"], .failure)
        }
    }
}
