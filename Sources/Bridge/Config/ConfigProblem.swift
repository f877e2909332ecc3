/// Something wrong in a configuration file: where, what, and what to do.
public struct ConfigProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line, from 1; nil when the fault has no place.
    public let line: Int?
    /// The keys that lead there, such as `backends.local.url`; empty for the file as a whole.
    public let path: String
    /// What is wrong. Never a value: it may be a secret.
    public let message: String
    /// What to do about it.
    public let hint: String?

    /// `file:line: path: message (hint)`.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = path.isEmpty ? "" : "\(path): "
        return "\(place): \(subject)\(message)" + (hint.map { " (\($0))" } ?? "")
    }
}

/// All that is wrong with a configuration, at once.
public struct ConfigProblems: Error, CustomStringConvertible {
    /// In the order of the files' lines.
    public let problems: [ConfigProblem]

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
