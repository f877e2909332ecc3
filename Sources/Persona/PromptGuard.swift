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
    private let seal: Seal

    fileprivate struct Seal: Sendable {}

    fileprivate init(_ draft: PromptDraft) {
        self.task = draft.task
        self.instructions = draft.instructions
        self.history = draft.history
        self.tools = draft.tools
        self.attachments = draft.attachments
        self.seal = Seal()
    }
}

/// Why the guard let nothing through. It carries the class and the field, never the text.
public struct GuardRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The part of the draft that held it.
    public enum Field: String, Sendable {
        case task, instructions, history, tools, attachments
    }

    /// The class of the first term found.
    public let identityClass: IdentityClass
    /// Where it stood.
    public let field: Field

    /// Safe to log.
    public var description: String { "an identity term of class \(identityClass.rawValue) in \(field.rawValue)" }
}

/// What the guard decided about a request, and what goes with it.
public enum Decision: Sendable {
    /// It may leave as it is, but for an address.
    case allow(BlindPrompt)
    /// It may leave with stand-ins; the reply is to be given through a ``PseudonymRestorer``.
    case pseudonymise(BlindPrompt, Pseudonyms)
    /// It waits for the owner.
    case quarantine([Finding])
    /// It does not leave.
    case refuse([Finding])

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
        let found = strip(&parts.texts, upTo: 1)
        var draft = draft
        draft.task = parts.texts[0]
        let traces = found + attachmentTraces(draft, parts)
        // The surest first; of the equally sure, the first.
        guard let trace = traces.max(by: { ($0.certainty, $1.field) < ($1.certainty, $0.field) }) else {
            return BlindPrompt(draft)
        }
        throw GuardRefusal(identityClass: trace.identityClass, field: parts.fields[trace.field])
    }

    /// What is to happen to a draft, by the policy.
    /// - Parameter pseudonyms: the conversation's stand-ins.
    public func judge(_ draft: PromptDraft, pseudonyms: Pseudonyms) -> Decision {
        var parts = DraftParts(draft)
        let attached = attachmentTraces(draft, parts).map(Finding.init)
        if !attached.isEmpty { return .refuse(attached) }
        let traces = strip(&parts.texts, upTo: 1)
        var draft = draft
        draft.task = parts.texts[0]
        let judged = judge(parts.texts, traces, pseudonyms)
        switch judged.verdict {
        case .allow: return .allow(BlindPrompt(draft))
        case .pseudonymise:
            parts.texts = judged.out
            return .pseudonymise(BlindPrompt(parts.draft(like: draft)), judged.pseudonyms)
        case .quarantine: return .quarantine(judged.findings)
        case .refuse: return .refuse(judged.findings)
        }
    }

    /// The text parts of one request, judged by themselves, as for a filter in a pipeline.
    /// - Returns: the verdict, what was found, and what would leave; nothing when nothing may.
    public func judge(
        fields: [String],
        pseudonyms: Pseudonyms
    ) -> (verdict: Verdict, findings: [Finding], out: [String]) {
        var texts = fields
        let traces = strip(&texts, upTo: texts.count)
        let judged = judge(texts, traces, pseudonyms)
        return (judged.verdict, judged.findings, judged.out)
    }

    /// What stands in the bytes of attachments, such as a picture's description of itself.
    private func attachmentTraces(_ draft: PromptDraft, _ parts: DraftParts) -> [Trace] {
        draft.attachments.enumerated().flatMap { number, attachment in
            index.traces(inBinary: attachment.bytes)
                .map { $0.moved(to: parts.texts.count - draft.attachments.count + number) }
        }
    }

    /// Takes the address out of the first of the texts, and finds what is left in all of them. Most requests name nobody,
    /// and one look is enough for them: whatever the stripper takes out is in the index too.
    private func strip(_ texts: inout [String], upTo count: Int) -> [Trace] {
        let traces = index.traces(in: texts)
        var isChanged = false
        for field in 0..<count where traces.contains(where: { $0.field == field && $0.certainty == .plain }) {
            guard index.firstClass(in: texts[field]) != nil else { continue }
            let stripped = stripper.strip(texts[field])
            if !stripped.utf8.elementsEqual(texts[field].utf8) {
                texts[field] = stripped
                isChanged = true
            }
        }
        return isChanged ? index.traces(in: texts) : traces
    }

    private struct Judged {
        var verdict: Verdict
        var findings: [Finding]
        var out: [String]
        var pseudonyms: Pseudonyms
    }

    private func judge(_ texts: [String], _ traces: [Trace], _ pseudonyms: Pseudonyms) -> Judged {
        let findings = unique(traces.map(Finding.init))
        let verdict = policy.verdict(on: findings)
        var judged = Judged(verdict: verdict, findings: findings, out: [], pseudonyms: pseudonyms)
        if verdict == .allow { judged.out = texts }
        guard verdict == .pseudonymise else { return judged }
        let replaced = judged.pseudonyms.replace(index.terms(in: texts), in: texts) { index.traces(in: [$0]).isEmpty }
        // What is left after that stands in no way that a stand-in could take the place of.
        let left = unique(index.traces(in: replaced).map(Finding.init))
        if left.isEmpty {
            judged.out = replaced
        } else {
            judged.findings = unique(findings + left)
            judged.verdict = max(
                .quarantine,
                policy.verdict(on: left) == .pseudonymise ? .refuse : policy.verdict(on: left)
            )
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

/// The texts of a draft in one row, as they are joined for detection, and where each belongs.
private struct DraftParts {
    var texts: [String] = []
    private(set) var fields: [GuardRefusal.Field] = []

    init(_ draft: PromptDraft) {
        add(draft.task, .task)
        if let instructions = draft.instructions { add(instructions, .instructions) }
        for turn in draft.history {
            add(turn.text, .history)
            if let call = turn.answeredCall { add(call, .history) }
            for call in turn.calls { [call.id, call.name, call.arguments].forEach { add($0, .history) } }
        }
        for tool in draft.tools {
            add(tool.name, .tools)
            if let summary = tool.summary { add(summary, .tools) }
            add(tool.parameters, .tools)
        }
        for attachment in draft.attachments { add(attachment.mediaType, .attachments) }
    }

    private mutating func add(_ text: String, _ field: GuardRefusal.Field) {
        texts.append(text)
        fields.append(field)
    }

    /// The draft with these texts in the places of its own.
    func draft(like old: PromptDraft) -> PromptDraft {
        var texts = texts[...]
        func next() -> String { texts.removeFirst() }
        var draft = old
        draft.task = next()
        draft.instructions = old.instructions.map { _ in next() }
        draft.history = old.history.map { old in
            var turn = old
            turn.text = next()
            turn.answeredCall = old.answeredCall.map { _ in next() }
            turn.calls = old.calls.map { _ in ToolCall(id: next(), name: next(), arguments: next()) }
            return turn
        }
        draft.tools = old.tools.map { old in
            ToolDefinition(name: next(), summary: old.summary.map { _ in next() }, parameters: next())
        }
        draft.attachments = old.attachments.map { Attachment(mediaType: next(), bytes: $0.bytes) }
        return draft
    }
}
