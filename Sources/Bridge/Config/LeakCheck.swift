internal import Persona
internal import Routing

/// Finds backends to which nothing could ever be sent, because what is configured of them, or what their format always
/// holds, names an identity term.
struct LeakCheck: Sendable {
    static let hint = "change its url, model or key, or the identity's term"

    private let scan: EgressScan
    private let prompt: BlindPrompt

    /// Nil when there is no persona, or none whose guard lets a single digit pass.
    /// - Parameters:
    ///   - own: what the bridge itself keeps.
    ///   - backends: all whose keys may stand in their own header and nowhere else.
    init?(_ personas: [PersonaCard], own: Identity, backends: [Backend]) {
        let keys = BackendRegistry(backends).keys
        let index = IdentityIndex(personas.map(\.identity) + [own], keys: keys)
        guard let persona = personas.first,
            let prompt = try? PromptGuard(persona: persona, index: index).blind(PromptDraft(task: "1"))
        else { return nil }
        self.prompt = prompt
        scan = EgressScan(index: index) { keys }
    }

    /// What would hold everything back, in words without the term; nil when nothing would.
    func leak(of backend: Backend) -> String? {
        for sample in backend.samples(prompt) {
            do { _ = try scan.seal(sample) } catch { return "\(error), so that nothing could be sent" }
        }
        return nil
    }
}
