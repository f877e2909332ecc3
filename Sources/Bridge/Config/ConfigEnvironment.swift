internal import Foundation
internal import Persona

#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// The variables that a configuration is read with: those of the process, and below them those of `.env` files.
struct ConfigEnvironment: Sendable, Undisclosed {
    /// All of them; the process's own win.
    private(set) var values: [String: String]
    /// Where those stand that come from a file.
    private var places: [String: ConfigOrigin] = [:]
    /// The files that were read, or looked for, as they were then.
    private(set) var files: [FileStamp] = []
    /// What is doubtful about them, such as a file that others can read.
    private(set) var warnings: [ConfigProblem] = []

    /// The process's variables alone.
    init(process: [String: String]) {
        values = process
    }

    /// The process's variables, and below them those of the file that was named, and of the one beside the
    /// configuration.
    /// - Parameter named: a file that must be there.
    init(process: [String: String], beside folder: URL, named: String?, context problems: inout [ConfigProblem]) {
        self.init(process: process)
        let beside = folder.appendingPathComponent(".env").path
        if let named {
            if let problem = add(named, isRequired: true) { problems.append(problem) }
        }
        if beside != named, let problem = add(beside, isRequired: false) { problems.append(problem) }
    }

    /// Where the variable stands.
    func origin(of variable: String) -> ConfigOrigin {
        places[variable] ?? ConfigOrigin(variable: variable, file: "the environment", line: nil)
    }

    /// Reads a file; what is set already stays.
    private mutating func add(_ file: String, isRequired: Bool) -> ConfigProblem? {
        // Named even when it is not there, so that it is noticed when it comes.
        files += FileStamp.of([file])
        var status = stat()
        guard stat(file, &status) == 0 else {
            return isRequired ? Self.problem(file, nil, "the file cannot be read", hint: "check the path") : nil
        }
        if status.st_mode & 0o077 != 0, !isCredential(file) { warn(of: file, "others on this machine can read it") }
        guard let data = FileManager.default.contents(atPath: file), data.count <= 1 << 20,
            let text = String(data: data, encoding: .utf8)
        else { return Self.problem(file, nil, "the file cannot be read, is no UTF-8 or is larger than 1 MiB") }
        let parsed = DotEnv.parse(text)
        for entry in parsed.entries where values[entry.name].map(\.isEmpty) ?? true {
            values[entry.name] = entry.value
            places[entry.name] = ConfigOrigin(variable: entry.name, file: file, line: entry.line)
        }
        return parsed.firstBadLine.map {
            Self.problem(file, $0, "is not NAME=value", hint: "a value with spaces stands in quotes")
        }
    }

    /// Whether the service manager handed it over: it is in nobody else's reach, though the list of who may read it shows as
    /// rights of a group (systemd.exec(5), `LoadCredential=`).
    private func isCredential(_ file: String) -> Bool {
        guard let folder = values["CREDENTIALS_DIRECTORY"], !folder.isEmpty else { return false }
        return file.hasPrefix(folder + "/")
    }

    /// Warns of a configuration that others can read, and in which a secret stands.
    mutating func warn(ofSecretsIn file: String) {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & 0o077 != 0, !isCredential(file) else { return }
        warn(of: file, "others on this machine can read it, and a key or a token stands in it")
    }

    private mutating func warn(of file: String, _ message: String) {
        warnings.append(Self.problem(file, nil, message, hint: "chmod 600 \(file)"))
    }

    private static func problem(_ file: String, _ line: Int?, _ message: String, hint: String? = nil) -> ConfigProblem {
        ConfigProblem(file: file, line: line, path: "", message: message, hint: hint)
    }
}

/// The format of `.env` files: `NAME=value`, one a line, with `export`, quotes and comments. Nothing is expanded.
enum DotEnv {
    /// One line.
    struct Entry: Equatable {
        var name: String
        var value: String
        var line: Int
    }

    /// Of two lines of one name the last counts.
    static func parse(_ text: String) -> (entries: [Entry], firstBadLine: Int?) {
        var entries: [String: Entry] = [:]
        var firstBadLine: Int?
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var line = raw.drop(while: \.isWhitespace)
            if line.isEmpty || line.first == "#" { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7).drop(while: \.isWhitespace) }
            if let entry = entry(line, number: index + 1) {
                entries[entry.name] = entry
            } else {
                firstBadLine = firstBadLine ?? index + 1
            }
        }
        return (entries.values.sorted { $0.line < $1.line }, firstBadLine)
    }

    private static func entry(_ line: Substring, number: Int) -> Entry? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals].trimmed
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        }
        guard isName, let first = name.first, !first.isNumber else { return nil }
        let rest = line[line.index(after: equals)...].drop(while: \.isWhitespace)
        return value(rest).map { Entry(name: name, value: $0, line: number) }
    }

    /// What stands behind the `=`; nil when a quote is not closed, or something follows it.
    private static func value(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            // A comment begins with a space and a #: a # inside a value is its own.
            var end = text.startIndex
            while end < text.endIndex {
                if text[end] == "#", end == text.startIndex || text[text.index(before: end)].isWhitespace { break }
                end = text.index(after: end)
            }
            return text[..<end].trimmed
        }
        var value = ""
        var isEscaped = false
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if isEscaped {
                let escapes: [Character: Character] = ["n": "\n", "t": "\t", "r": "\r"]
                value.append(escapes[character] ?? character)
                isEscaped = false
            } else if character == "\\" && quote == "\"" {
                isEscaped = true
            } else if character == quote {
                let after = rest.drop(while: \.isWhitespace)
                return after.isEmpty || after.first == "#" ? value : nil
            } else {
                value.append(character)
            }
        }
        return nil
    }
}

extension StringProtocol {
    /// Without the white space at its ends.
    var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
