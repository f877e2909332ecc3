/// What a backend may see of a task. Only ``PromptGuard`` makes one.
///
/// The initialiser is private to this file, the type is not decodable and nothing about it can be changed: a prompt that
/// did not pass the guard is a compile error. The seal keeps the rest of this module out too: an initialiser in another
/// file could set the other fields, and cannot make that one. It can be copied, because a fallback sends it to several backends.
public struct BlindPrompt: Sendable, Undisclosed {
    /// The task, without address and without any identity term.
    public let task: String
    /// The caller's own task-scoped system prompt; nil for the one of the task's kind.
    public let instructions: String?
    /// What was said before, the oldest first.
    public let history: [Turn]
    /// The tools that the model may call.
    public let tools: [ToolDefinition]
    /// What comes with the task, such as an image.
    public let attachments: [Attachment]
    /// Texts that end the answer.
    public let stop: [String]
    private let seal: Seal

    fileprivate struct Seal: Sendable {}

    fileprivate init(_ draft: PromptDraft) {
        self.task = draft.task
        self.instructions = draft.instructions
        self.history = draft.history
        self.tools = draft.tools
        self.attachments = draft.attachments
        self.stop = draft.stop
        self.seal = Seal()
    }
}

/// Why the guard let nothing through. It carries the class and the field, never the text.
public struct GuardRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The part of the draft that held it.
    public enum Field: String, Sendable {
        case task, instructions, history, tools, attachments, stop
        /// The name of a model that the caller insists on.
        case model
    }

    /// The class of the first term found.
    public let identityClass: IdentityClass
    /// Where it stood.
    public let field: Field

    /// Safe to log.
    public var description: String { "an identity term of class \(identityClass.rawValue) in \(field.rawValue)" }
}

/// What was found in a request, and where. Never the text.
public struct FieldFinding: Sendable, Hashable {
    /// The class of the term.
    public let identityClass: IdentityClass
    /// How bad it is.
    public let severity: Severity
    /// Where it stood.
    public let field: GuardRefusal.Field

    /// A finding of the given parts.
    public init(identityClass: IdentityClass, severity: Severity, field: GuardRefusal.Field) {
        self.identityClass = identityClass
        self.severity = severity
        self.field = field
    }
}

/// A request that waits for the owner.
public struct HeldDraft: Sendable, Undisclosed {
    /// What it waits for, the worst of it.
    public let finding: FieldFinding
    /// Each different text in which something stands that has to wait, as the backends would have got it.
    public let texts: [String]
}

/// What the guard decided about a request, and what goes with it.
public enum Decision: Sendable {
    /// It may leave as it is, but for an address.
    case allow(BlindPrompt)
    /// It may leave with stand-ins; the reply is to be given through a ``PseudonymRestorer``.
    case pseudonymise(BlindPrompt, Pseudonyms, FieldFinding)
    /// It waits for the owner.
    case quarantine(HeldDraft)
    /// It does not leave.
    case refuse(FieldFinding)

    /// The verdict alone.
    public var verdict: Verdict {
        switch self {
        case .allow: .allow
        case .pseudonymise: .pseudonymise
        case .quarantine: .quarantine
        case .refuse: .refuse
        }
    }
}

/// The one gate between a persona's world and the backends: takes the address out, puts stand-ins in, and holds back what
/// still names the persona or may hide it.
public struct PromptGuard: Sendable {
    private let index: IdentityIndex
    private let stripper: AddressStripper
    private let policy: GuardPolicy

    /// The gate of one persona.
    /// - Parameters:
    ///   - index: the terms of **all** personas of the daemon; this one's names are those that are stripped.
    ///   - policy: what happens to what is found.
    public init(persona: PersonaCard, index: IdentityIndex, policy: GuardPolicy = .standard) {
        self.index = index
        self.stripper = AddressStripper(names: persona.identity.spokenNames)
        self.policy = policy
    }

    /// The draft as a backend may see it, with nothing in place of anything.
    /// - Throws: ``GuardRefusal`` when any part of it holds an identity term, or is to be quarantined.
    public func blind(_ draft: PromptDraft) throws(GuardRefusal) -> BlindPrompt {
        var parts = DraftParts(draft)
        var draft = draft
        if strip(&parts.texts, at: [0]) { draft.task = parts.texts[0] }
        let traces = index.traces(in: parts.texts) + attachmentTraces(draft, parts)
        // The surest first; of the equally sure, the first.
        guard let trace = traces.max(by: { ($0.certainty, $1.field) < ($1.certainty, $0.field) }) else {
            return BlindPrompt(draft)
        }
        throw GuardRefusal(identityClass: trace.identityClass, field: parts.fields[trace.field])
    }

    /// What is to happen to a draft, by the policy.
    /// - Parameters:
    ///   - released: texts that the owner let go: doubts about them do not count.
    ///   - pseudonyms: the conversation's stand-ins; made only when something was found.
    public func judge(
        _ draft: PromptDraft,
        released: Set<String> = [],
        pseudonyms: @autoclosure () -> Pseudonyms
    ) -> Decision {
        var parts = DraftParts(draft)
        let attached = attachmentTraces(draft, parts).map(Finding.init)
        if !attached.isEmpty { return .refuse(worst(of: attached, parts)) }
        var draft = draft
        // What was said before is sent as it was then, without its address.
        if strip(&parts.texts, at: [0] + parts.said) { draft = parts.draft(like: draft) }
        let traces = index.traces(in: parts.texts)
        if traces.isEmpty { return .allow(BlindPrompt(draft)) }
        let judged = judge(parts.texts, traces, released, pseudonyms())
        switch judged.verdict {
        case .allow: return .allow(BlindPrompt(draft))
        case .pseudonymise:
            parts.texts = judged.out
            let blind = parts.draft(like: draft)
            guard Self.canBeCalled(blind.tools) else { return .refuse(worst(of: judged.findings, parts)) }
            return .pseudonymise(BlindPrompt(blind), judged.pseudonyms, worst(of: judged.findings, parts))
        case .quarantine:
            let waiting = judged.findings.filter { verdict(on: $0, parts.texts, released) == .quarantine }
            let texts = Set(waiting.map { parts.texts[$0.field] }).sorted()
            return .quarantine(HeldDraft(finding: worst(of: waiting, parts), texts: texts))
        case .refuse:
            return .refuse(
                worst(of: judged.findings.filter { verdict(on: $0, parts.texts, released) == .refuse }, parts)
            )
        }
    }

    /// The class of the first term in a text that is sent as it is or not at all, such as a model's name; nil for none.
    public func firstClass(in text: String) -> IdentityClass? { index.traces(in: [text]).first?.identityClass }

    /// The text parts of one request, judged by themselves, as for a filter in a pipeline.
    /// - Returns: the verdict, what was found, and what would leave; nothing when nothing may.
    public func judge(
        fields: [String],
        pseudonyms: Pseudonyms
    ) -> (verdict: Verdict, findings: [Finding], out: [String]) {
        var texts = fields
        _ = strip(&texts, at: Array(texts.indices))
        let judged = judge(texts, index.traces(in: texts), [], pseudonyms)
        return (judged.verdict, judged.findings, judged.out)
    }

    /// What stands in the bytes of attachments, such as a picture's description of itself.
    private func attachmentTraces(_ draft: PromptDraft, _ parts: DraftParts) -> [Trace] {
        draft.attachments.enumerated().flatMap { number, attachment in
            index.traces(inBinary: attachment.bytes).map { $0.moved(to: parts.place(ofAttachment: number)) }
        }
    }

    /// Takes the address out of those texts in which a term stands as it is written; whatever the stripper takes out is one.
    /// - Returns: whether there was any.
    private func strip(_ texts: inout [String], at places: [Int]) -> Bool {
        var isChanged = false
        for place in places where stripper.mayName(in: texts[place]) && index.firstClass(in: texts[place]) != nil {
            let stripped = stripper.strip(texts[place])
            guard !stripped.utf8.elementsEqual(texts[place].utf8) else { continue }
            texts[place] = stripped
            isChanged = true
        }
        return isChanged
    }

    /// A stand-in as it may come to be written: none of it may look odd, or near a term.
    private static func forms(of word: String) -> [String] {
        [word, word.lowercased(), word.uppercased(), word + "s", word.lowercased() + "s"]
    }

    /// Whether each tool has a name of its own that a backend takes.
    private static func canBeCalled(_ tools: [ToolDefinition]) -> Bool {
        Set(tools.map(\.name)).count == tools.count && tools.allSatisfy { $0.name.utf8.count <= longestName }
    }

    /// The longest name that the formats allow for a tool.
    private static let longestName = 64

    private func worst(of findings: [Finding], _ parts: DraftParts) -> FieldFinding {
        // The first of the equally bad.
        let worst = findings.enumerated().max { one, other in
            (one.element.severity, other.offset) < (other.element.severity, one.offset)
        }
        return FieldFinding(
            identityClass: worst?.element.identityClass ?? .odd,
            severity: worst?.element.severity ?? .s1,
            field: worst.map { parts.fields[$0.element.field] } ?? .task
        )
    }

    private struct Judged {
        var verdict: Verdict
        var findings: [Finding]
        var out: [String]
        var pseudonyms: Pseudonyms
    }

    private func verdict(on finding: Finding, _ texts: [String], _ released: Set<String>) -> Verdict {
        policy.verdict(on: finding, isReleased: !released.isEmpty && released.contains(texts[finding.field]))
    }

    private func judge(
        _ texts: [String],
        _ traces: [Trace],
        _ released: Set<String>,
        _ pseudonyms: Pseudonyms
    ) -> Judged {
        let findings = unique(traces.map(Finding.init))
        let verdicts = findings.map { verdict(on: $0, texts, released) }
        var judged = Judged(verdict: verdicts.max() ?? .allow, findings: findings, out: [], pseudonyms: pseudonyms)
        if judged.verdict == .allow { judged.out = texts }
        guard judged.verdict != .refuse, verdicts.contains(.pseudonymise) else { return judged }
        let names = index.names(in: texts)
        let replaced = judged.pseudonyms.replace(index.terms, names, in: texts) {
            Self.forms(of: $0).allSatisfy { index.traces(in: [$0]).isEmpty }
        }
        // A doubt about what a stand-in took the place of is gone with it. What is left stands in no way that one could.
        let left = unique(index.traces(in: replaced).map(Finding.init))
        let worst = left.map { finding in
            let verdict = self.verdict(on: finding, texts, released)
            return verdict == .pseudonymise ? .refuse : verdict
        }.max()
        if let worst, worst > .allow {
            judged.findings = unique(findings + left)
            judged.verdict = worst
        } else {
            judged.out = replaced
            judged.verdict = .pseudonymise
        }
        return judged
    }

    private func unique(_ findings: [Finding]) -> [Finding] {
        var seen: Set<[String]> = []
        return findings.filter {
            seen.insert([$0.identityClass.rawValue, $0.severity.rawValue, "\($0.field)"]).inserted
        }
    }
}
