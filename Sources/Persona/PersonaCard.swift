/// A persona as the bridge knows it: who it is (which never leaves) and how it speaks (which is put around answers).
public struct PersonaCard: Sendable, Undisclosed {
    /// The name of its folder.
    public let id: PersonaID
    /// What may never reach a backend.
    public let identity: Identity
    /// How it speaks.
    public let voice: Voice
    /// What it wishes of the guard, before the world's wishes.
    public let guardWishes: GuardWishes

    /// A persona of the given parts.
    public init(id: PersonaID, identity: Identity, voice: Voice, guardWishes: GuardWishes = .none) {
        self.id = id
        self.identity = identity
        self.voice = voice
        self.guardWishes = guardWishes
    }
}
