/// What a backend may see of a task. Only ``PromptGuard`` makes one.
///
/// The initialiser is private to this file, the type is not decodable and nothing about it can be changed: a prompt that
/// did not pass the guard is a compile error. The seal keeps the rest of this module out too: an initialiser in another
/// file could set the other fields, and cannot make that one. It can be copied, because a fallback sends it to several backends.
public struct BlindPrompt: Sendable, Undisclosed {
    /// The task, without address and without any identity term.
    public let task: String
    /// The media types that come with the task, such as `image/png`.
    public let attachments: [String]
    private let seal: Seal

    fileprivate struct Seal: Sendable {}

    fileprivate init(task: String, attachments: [String]) {
        self.task = task
        self.attachments = attachments
        self.seal = Seal()
    }
}

/// Untrusted text on its way to the guard: what a player typed.
public struct PromptDraft: Sendable, Undisclosed {
    /// The task as typed.
    public var task: String
    /// The media types that come with it.
    public var attachments: [String]

    /// A draft of the given parts.
    public init(task: String, attachments: [String] = []) {
        self.task = task
        self.attachments = attachments
    }
}

/// Why the guard let nothing through. It carries the class and the field, never the text.
public struct GuardRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The part of the draft that held it.
    public enum Field: String, Sendable {
        case task, attachments
    }

    /// The class of the first term found.
    public let identityClass: IdentityClass
    /// Where it stood.
    public let field: Field

    /// Safe to log.
    public var description: String { "an identity term of class \(identityClass.rawValue) in \(field.rawValue)" }
}

/// The one gate between a persona's world and the backends: takes the address out, and refuses what still names one.
public struct PromptGuard: Sendable {
    private let index: IdentityIndex
    private let stripper: AddressStripper

    /// The gate of one persona.
    /// - Parameter index: the terms of **all** personas of the daemon; this one's names are those that are stripped.
    public init(persona: PersonaCard, index: IdentityIndex) {
        self.index = index
        self.stripper = AddressStripper(names: persona.identity.spokenNames)
    }

    /// The draft as a backend may see it.
    /// - Throws: ``GuardRefusal`` when the task or a media type holds an identity term.
    public func blind(_ draft: PromptDraft) throws(GuardRefusal) -> BlindPrompt {
        var task = draft.task
        // Most tasks name nobody, and one look is enough for them. Whatever the stripper takes out is in the index too.
        if index.firstClass(in: task) != nil {
            task = stripper.strip(task)
            if let found = index.firstClass(in: task) { throw GuardRefusal(identityClass: found, field: .task) }
        }
        for attachment in draft.attachments {
            if let found = index.firstClass(in: attachment) {
                throw GuardRefusal(identityClass: found, field: .attachments)
            }
        }
        return BlindPrompt(task: task, attachments: draft.attachments)
    }
}
