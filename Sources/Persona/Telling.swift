/// Tells an answer in a persona's voice as it comes: lines around it, and never a letter of it changed.
///
/// What is given out, joined, is the same for every way of cutting the answer into pieces. The line before it does not wait
/// for words that are held back (``hear(_:)``), only for the first character.
public struct Telling: Sendable, Undisclosed {
    /// How an answer ended.
    public struct Ending: Sendable, Equatable {
        /// Whether it was cut at a limit of its length.
        public var isCut: Bool
        /// Whether it wants tools called: then it is for a program.
        public var callsTools: Bool
        /// What the judge thinks of it, from 0 to 1; nil when nothing was judged.
        public var confidence: Double?

        /// An ending.
        public init(isCut: Bool = false, callsTools: Bool = false, confidence: Double? = nil) {
            self.isCut = isCut
            self.callsTools = callsTools
            self.confidence = confidence
        }
    }

    /// For nobody: the answer as it is, each piece at once.
    public static let silent = Telling(.silent, at: Voice.Moment(seed: 0), isBare: true)

    private let voice: Voice
    private let manner: Manner
    private let isBare: Bool
    private var answer = ""
    /// Whether there is nothing but white space in it.
    private var isBlank = true
    /// How the answer began; nil while that cannot be seen.
    private var beginning: Beside?
    /// Whether the line before the answer was said as soon as the backend spoke; nil before it did.
    private var hasOpened: Bool?

    /// How sure the persona was, in its own words; nil when it was sure. It is the line that stands behind the answer, or
    /// would stand there if the answer had room for it.
    public private(set) var certainty: String?

    /// For one answer.
    /// - Parameter isBare: whether the task asks for a form that a program reads, such as JSON: then nothing is added.
    public init(_ voice: Voice, at moment: Voice.Moment, isBare: Bool = false) {
        self.voice = voice
        self.isBare = isBare
        manner = voice.manner(at: moment)
    }

    /// What may be said at once when the backend has begun to speak, before it is known what of its words may be shown.
    /// - Parameter piece: what it said, as it came.
    public mutating func hear(_ piece: String) -> [String] {
        guard hasOpened == nil, let isForPeople = AnswerEdges.isForPeople(piece) else { return [] }
        let canOpen = isForPeople && !isBare && !opening.isEmpty
        hasOpened = canOpen
        return canOpen ? [opening] : []
    }

    /// What may be shown after this piece of the answer, in pieces; none is empty.
    public mutating func feed(_ piece: String) -> [String] {
        answer += piece
        if beginning != nil { return piece.isEmpty ? [] : [piece] }
        // White space alone shows nothing, and is not read again with every piece of it.
        isBlank = isBlank && AnswerEdges.isForPeople(piece) == nil
        return isBlank && !isBare ? [] : open(isEnd: false).filter { !$0.isEmpty }
    }

    /// What is left at the end, with the line behind the answer, in pieces; none is empty.
    public mutating func finish(_ ending: Ending) -> [String] { end(ending).filter { !$0.isEmpty } }

    private mutating func end(_ ending: Ending) -> [String] {
        var out: [String] = []
        if beginning == nil {
            if answer.allSatisfy(\.isWhitespace) {
                let isForProgram = isBare || ending.callsTools
                return [isForProgram ? answer : (hasOpened == true ? " " : "") + manner.line(.nothing)]
            }
            out = open(isEnd: true)
        }
        let doubt = doubt(ending)
        certainty = doubt.isEmpty ? nil : doubt
        guard !isBare, !ending.callsTools, beginning != .nowhere else { return out }
        let isFitting = voice.closingLength.contains(answer.unicodeScalars.count)
        return out + [behind(doubt.isEmpty ? isFitting ? manner.line(.closing) : "" : doubt)]
    }

    /// Forgets what came: the answer starts anew.
    public mutating func restart() {
        answer = ""
        isBlank = true
        beginning = nil
        hasOpened = nil
        certainty = nil
    }

    private mutating func open(isEnd: Bool) -> [String] {
        guard let beginning = isBare ? .nowhere : AnswerEdges.before(answer, isEnd: isEnd) else { return [] }
        self.beginning = beginning
        let gap = beginning == .glued ? " " : "\n\n"
        if hasOpened == true { return [gap, answer] }
        return opening.isEmpty || beginning == .nowhere ? [answer] : [opening + gap, answer]
    }

    private var opening: String { Self.trimmed(manner.line(.opening)) }

    private func doubt(_ ending: Ending) -> String {
        if ending.isCut { return Self.trimmed(manner.line(.partial)) }
        let isUnsure = ending.confidence.map { $0 < voice.unsureBelow } ?? false
        return isUnsure ? Self.trimmed(manner.line(.unsure)) : ""
    }

    private func behind(_ line: String) -> String {
        let line = Self.trimmed(line)
        guard !line.isEmpty else { return "" }
        switch AnswerEdges.behind(answer) {
        case .glued where answer.last?.isWhitespace == true: return line
        case .glued: return " " + line
        case .apart: return (answer.hasSuffix("\n\n") ? "" : answer.hasSuffix("\n") ? "\n" : "\n\n") + line
        case .nowhere: return ""
        }
    }

    private static func trimmed(_ line: String) -> String {
        // Most lines are; the edges of no other are white space unseen.
        let visible = UInt8(ascii: "!")...UInt8(ascii: "~")
        if let first = line.utf8.first, let last = line.utf8.last, visible.contains(first), visible.contains(last) {
            return line
        }
        let start = line.drop(while: \.isWhitespace)
        return String(
            start.prefix(upTo: start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.endIndex)
        )
    }
}
