internal import Synchronization

/// The last lines that a process wrote, and whether one of them says that it listens.
final class ProcessLog: Sendable {
    private struct State {
        var lines: [String] = []
        var rest: [UInt8] = []
        var hasRung = false
    }

    private let state = Mutex(State())

    /// How many lines are kept, and how long each may be.
    static let most = (lines: 20, bytes: 400)

    /// What llama-server writes when it can be asked, old and new versions.
    private static let signs = ["listening", "model loaded", "all slots are idle"]

    /// The last lines.
    var lines: [String] { state.withLock { $0.rest.isEmpty ? $0.lines : $0.lines + [Self.line($0.rest[...])] } }

    /// The last line.
    var last: String? { lines.last }

    /// Takes more of what the process writes, wherever it is cut.
    func append(_ bytes: some Sequence<UInt8>) {
        state.withLock { state in
            for byte in bytes {
                guard byte == UInt8(ascii: "\n") else {
                    if state.rest.count < Self.most.bytes { state.rest.append(byte) }
                    continue
                }
                let line = Self.line(state.rest[...])
                state.rest.removeAll(keepingCapacity: true)
                guard !line.isEmpty else { continue }
                if Self.signs.contains(where: line.contains) { state.hasRung = true }
                state.lines.append(line)
                if state.lines.count > Self.most.lines { state.lines.removeFirst() }
            }
        }
    }

    /// Whether it has said since the last time that it can be asked.
    func takeBell() -> Bool {
        state.withLock { state in
            defer { state.hasRung = false }
            return state.hasRung
        }
    }

    /// As text without the characters that steer a terminal.
    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            text.append(scalar.properties.generalCategory == .control ? (scalar == "\t" ? " " : "\u{FFFD}") : scalar)
        }
        return String(text).trimmed
    }
}
