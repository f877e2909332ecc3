internal import Foundation

/// Reads profiles: `defaults`, then each profile on top of them.
struct ProfileReader {
    let base: URL
    let servers: [String: ModelServer]
    private var defaults = Settings()

    /// What a profile may inherit.
    private struct Settings {
        var command = "llama-server"
        var flags: [ModelFlag] = []
        var arguments: [String] = []
        var environment: [String: String] = [:]
        /// Everything else that has a default.
        var profile = Profile(id: "", name: "", runner: .process(ModelCommand(executable: "", model: "")))
    }

    init(base: URL, servers: [String: ModelServer]) {
        self.base = base
        self.servers = servers
    }

    /// Reads what profiles inherit.
    mutating func readDefaults(_ section: ConfigReader) {
        readSettings(section, into: &defaults)
    }

    /// One profile; nil with problems.
    func read(_ id: String, _ section: ConfigReader, in profiles: ConfigReader) -> Profile? {
        defer { section.finish() }
        if !Self.isName(id) { profiles.report(id, "is no name for a profile", hint: Self.nameHint) }
        var settings = defaults
        readSettings(section, into: &settings)
        var profile = settings.profile
        profile = Profile(
            id: id,
            name: section.string("name") ?? id,
            runner: profile.runner,
            timeToLive: profile.timeToLive,
            readyTimeout: profile.readyTimeout,
            stopTimeout: profile.stopTimeout,
            hangTimeout: profile.hangTimeout
        )
        profile.aliases = section.strings("aliases") ?? []
        for alias in profile.aliases where !Self.isName(alias) {
            section.report("aliases", "holds what is no name for a profile", hint: Self.nameHint)
        }
        profile.memory = readMemory(section)
        let model = section.string("model")
        if model == nil && !section.has("model") {
            section.report("model", "is missing", hint: "a path, or the name that its server knows it by")
        }
        guard let runner = readRunner(section, model: model ?? "", settings) else { return nil }
        profile.runner = runner
        if case .server = runner { profile.timeToLive = nil }
        return profile
    }

    private func readRunner(_ section: ConfigReader, model: String, _ settings: Settings) -> Profile.Runner? {
        guard let name = section.string("server") else {
            return .process(
                ModelCommand(
                    executable: settings.command,
                    model: model.isEmpty ? "" : ConfigLoader.absolute(model, base),
                    flags: settings.flags,
                    arguments: settings.arguments,
                    environment: settings.environment
                )
            )
        }
        for key in ["command", "flags", "arguments", "env"] where section.has(key) {
            section.report(
                key,
                "belongs to a process, and \(name) runs this model",
                hint: "set it where \(name) is started"
            )
        }
        if section.has("ttl_s") {
            section.report("ttl_s", "is \(name)'s own affair", hint: "OLLAMA_KEEP_ALIVE, --sleep-idle-seconds")
        }
        guard let server = servers[name] else {
            let hint =
                name.suggestion(among: servers.keys) ?? "there are: \(servers.keys.sorted().joined(separator: ", "))"
            section.report("server", "there is no such server", hint: hint)
            return nil
        }
        return .server(server, model: model)
    }

    // MARK: What may be inherited

    private func readSettings(_ section: ConfigReader, into settings: inout Settings) {
        if let command = section.string("command") {
            settings.command = command.contains("/") ? ConfigLoader.absolute(command, base) : command
        }
        if let flags = section.section("flags") { readFlags(flags, into: &settings.flags) }
        if let arguments = section.strings("arguments") {
            settings.arguments = arguments
            for word in arguments where Self.isReserved(word.split(separator: "=").first.map(String.init) ?? "") {
                section.report("arguments", "\(word) is set by the sidecar", hint: "leave it out")
            }
        }
        if let environment = section.section("env") { readEnvironment(environment, into: &settings.environment) }
        let longest = 604_800.0
        if let seconds = section.seconds("ttl_s", in: 0...longest) {
            settings.profile.timeToLive = seconds > .zero ? seconds : nil
        }
        if let seconds = section.seconds("hang_timeout_s", in: 0...longest) {
            // It is asked every few seconds, and may take some for its answer.
            if seconds > .zero, seconds < .seconds(10) {
                section.report("hang_timeout_s", "is less than 10 s", hint: "0 for never")
            }
            settings.profile.hangTimeout = seconds > .zero ? seconds : nil
        }
        settings.profile.readyTimeout =
            section.seconds("ready_timeout_s", in: 1...86_400) ?? settings.profile.readyTimeout
        settings.profile.stopTimeout = section.seconds("stop_timeout_s", in: 0...3_600) ?? settings.profile.stopTimeout
    }

    /// `name: value`; `true` is a switch, `false` takes an inherited flag away, a list repeats the flag.
    private func readFlags(_ section: ConfigReader, into flags: inout [ModelFlag]) {
        for key in section.keys {
            let name = key.hasPrefix("-") ? key : (key.count == 1 ? "-" : "--") + key
            if Self.isReserved(name) {
                section.report(
                    key,
                    "is set by the sidecar",
                    hint: name == "--port" ? "see sidecar.ports" : "leave it out"
                )
            } else if !key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") }) {
                section.report(key, "is no name for a flag")
            }
            guard let items = section.items(key) else { continue }
            let words = items.compactMap(\.word)
            if words.count != items.count {
                section.report(key, "is neither a word, a number, true, false nor a list of them")
            }
            flags.removeAll { $0.name == name }
            flags += words.filter { $0 != "false" }.map { ModelFlag(name: name, value: $0 == "true" ? nil : $0) }
        }
        section.finish()
    }

    private func readEnvironment(_ section: ConfigReader, into environment: inout [String: String]) {
        for key in section.keys {
            let isName =
                key.utf8.allSatisfy {
                    $0 == UInt8(ascii: "_") || ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
                        || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
                } && key.first?.isNumber == false
            if !isName || key == ProcessMark.variable { section.report(key, "is no name for a variable here") }
            if let value = section.string(key) { environment[key] = value }
        }
        section.finish()
    }

    /// `11GiB`, `800 MB`, or bytes.
    private func readMemory(_ section: ConfigReader) -> Int64? {
        guard let text = section.string("memory") else { return nil }
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1_024, "mib": 1_048_576,
            "gib": 1_073_741_824, "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let unit = units[text.dropFirst(digits.count).trimmed.lowercased()],
            number * unit < 1e15
        else {
            section.report("memory", "is not a size", hint: "11GiB, 800MB")
            return nil
        }
        return Int64(number * unit)
    }

    // MARK: Names

    private static let nameHint = "letters, digits and - _ . : / @ +, at most 128"

    private static func isName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "-_.:/@+".utf8.contains(byte)
            }
    }

    private static func isReserved(_ flag: String) -> Bool { ModelFlag.reserved.contains(flag) }
}
