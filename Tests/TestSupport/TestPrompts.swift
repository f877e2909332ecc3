public import Persona

/// Blind prompts and sealed requests, made by the real guard and the real scan of an invented persona.
public enum TestPrompts {
    /// A name that no text of a test holds, unless the test is about it.
    public static let term = "Quillfeather"

    /// The index of the invented persona.
    public static let index = IdentityIndex([identity])

    /// The egress scan of the invented persona.
    public static let scan = EgressScan(index: index)

    private static let identity = Identity(terms: [(.name, term)])

    /// The task, after the guard.
    public static func blind(_ task: String, attachments: [String] = []) throws -> BlindPrompt {
        try blind(PromptDraft(task: task, attachments: attachments.map { Attachment(mediaType: $0) }))
    }

    /// The draft, after the guard.
    public static func blind(_ draft: PromptDraft) throws -> BlindPrompt {
        guard let id = PersonaID("keeper") else { throw NoSuchPersona() }
        let card = PersonaCard(id: id, identity: identity, voice: .plain)
        return try PromptGuard(persona: card, index: index).blind(draft)
    }

    private struct NoSuchPersona: Error {}
}
