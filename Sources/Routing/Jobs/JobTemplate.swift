/// A task with places for the results of other jobs: `{{job:12}}`, or `{{job:name}}` among jobs that come together.
///
/// What a result holds is text and nothing else: a place in it is not filled again.
public struct JobTemplate: Sendable, Equatable {
    /// A piece of the task.
    enum Part: Sendable, Equatable {
        case text(Substring)
        case place(Substring)
    }

    let parts: [Part]

    private static let opening = "{{job:"
    private static let closing = Array("}}".utf8)
    private static let longestName = 64

    /// Reads a task. What only looks like a place stays as it is.
    public init(_ task: String) {
        var parts: [Part] = []
        var rest = Substring(task)
        var text = rest.startIndex
        var from = text
        while let start = Self.find(Self.opening, in: rest[from...]) {
            let name = rest.utf8.index(start, offsetBy: Self.opening.utf8.count)
            // No further than a name may go: a task may be full of openings.
            guard let end = rest[name...].utf8.prefix(Self.longestName + 1).firstIndex(of: Self.closing[0]),
                rest[end...].utf8.starts(with: Self.closing), Self.isName(rest[name..<end])
            else {
                from = name
                continue
            }
            if text < start { parts.append(.text(rest[text..<start])) }
            parts.append(.place(rest[name..<end]))
            text = rest.utf8.index(end, offsetBy: Self.closing.count)
            from = text
        }
        rest = rest[text...]
        if !rest.isEmpty { parts.append(.text(rest)) }
        self.parts = parts
    }

    /// Whose results it wants, in order, each once.
    public var names: [String] {
        var seen: Set<Substring> = []
        return parts.compactMap { part in
            guard case .place(let name) = part, seen.insert(name).inserted else { return nil }
            return String(name)
        }
    }

    /// The task with these results in its places; nil when one is missing.
    public func filled(_ results: (String) -> String?) -> String? {
        var task = ""
        for part in parts {
            switch part {
            case .text(let text): task += text
            case .place(let name):
                guard let result = results(String(name)) else { return nil }
                task += result
            }
        }
        return task
    }

    /// Letters, digits, `-` and `_`, at most 64.
    public static func isName(_ name: some StringProtocol) -> Bool {
        (1...longestName).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func find(_ needle: String, in text: Substring) -> String.Index? {
        let needle = Array(needle.utf8)
        let bytes = text.utf8
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if bytes[place] == needle[0], bytes[place...].starts(with: needle) { return place }
            bytes.formIndex(after: &place)
        }
        return nil
    }
}
