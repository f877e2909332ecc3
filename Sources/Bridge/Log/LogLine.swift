internal import Foundation
internal import Logging
internal import Routing

/// How the log is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Time, level, label, what belongs to it, message: for people.
    case text
    /// An object a line, for programs: `time`, `level`, `label`, `message`, and `metadata` with a string for each name.
    case json
}

/// One event as one line. Nothing in it can end the line, steer a terminal or pass for another event: what belongs to a
/// message may come from outside, such as the reason that a server gives.
struct LogLine {
    let format: LogFormat
    let label: String
    /// Whether the line goes to the journal, which takes its priority from `<0>` to `<7>` in front of it (sd-daemon(3)).
    let isForJournal: Bool

    /// The line, its end included.
    func text(_ event: Event) -> String {
        let priority = isForJournal ? "<\(Self.priority(event.level))>" : ""
        return priority + (format == .json ? json(event) : plain(event)) + "\n"
    }

    /// What is told.
    struct Event {
        var time: Date
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private func plain(_ event: Event) -> String {
        let rest = event.metadata.sorted { $0.key < $1.key }.map { " \(Self.escaped($0.key))=\(Self.quoted($0.value))" }
        let head = "\(Self.time(event.time)) \(event.level) \(Self.escaped(label)):"
        return head + rest.joined() + " " + Self.escaped(event.message)
    }

    private func json(_ event: Event) -> String {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            json.key("time")
            json.string(Self.time(event.time))
            json.key("level")
            json.string(event.level.rawValue)
            json.key("label")
            json.string(label)
            json.key("message")
            json.string(event.message)
            guard !event.metadata.isEmpty else { return }
            json.key("metadata")
            json.object { json in
                for (name, value) in event.metadata.sorted(by: { $0.key < $1.key }) {
                    json.key(escaping: name)
                    json.string(value)
                }
            }
        }
        // Nothing hidden stands outside the strings, and inside them any character may be written so (RFC 8259, 7).
        return Self.escaping(String(decoding: json.bytes, as: UTF8.self)) { scalar in
            String(scalar).utf16.map { "\\u" + String(UInt32($0) | 0x1_0000, radix: 16).dropFirst() }.joined()
        }
    }

    /// RFC 3339 in UTC, with milliseconds.
    private static func time(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Syslog's word for it (RFC 5424, 6.2.1).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// The text in quotes where it would not be one word without.
    private static func quoted(_ text: String) -> String {
        let isWord = !text.isEmpty && !text.unicodeScalars.contains { " \"=\\".unicodeScalars.contains($0) }
        guard !isWord else { return escaped(text) }
        let inside = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped(inside))\""
    }

    private static func escaped(_ text: String) -> String {
        escaping(text) { $0 == "\n" ? "\\n" : "\\u{\(String($0.value, radix: 16))}" }
    }

    /// The text with everything visible that would be none: ends of lines, characters that steer a terminal or turn the
    /// order of what is read.
    private static func escaping(_ text: String, _ written: (Unicode.Scalar) -> String) -> String {
        let isHidden = { (scalar: Unicode.Scalar) in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return text.unicodeScalars.reduce(into: "") { shown, scalar in
            if isHidden(scalar) { shown += written(scalar) } else { shown.unicodeScalars.append(scalar) }
        }
    }
}
