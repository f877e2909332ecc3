internal import Persona
internal import Routing

/// What the guard did, as the ledger counts it: the class and the place, never what was found.
enum GuardEvent: String, Sendable, CaseIterable {
    /// It did not leave.
    case refused
    /// The scan of the final bytes held it back.
    case egressBlocked = "egress_blocked"
    /// It left with stand-ins.
    case pseudonymised
    /// It waits for the owner, who lets it go or does not.
    case quarantined, released, denied
    /// A backend's own naming was taken out of its reply.
    case replyCaught = "reply_caught"

    /// Whether it kept something from leaving.
    var isBlock: Bool { [.refused, .egressBlocked, .quarantined].contains(self) }
}

extension Ledger {
    /// Notes what the guard decided about a request.
    func noted(_ event: GuardEvent, _ finding: FieldFinding) async {
        await note(event, finding.identityClass, place: finding.field.rawValue)
    }

    /// Notes how many sentences were taken out of a reply.
    func caught(_ sentences: Int, from backend: BackendID) async {
        // No more than a reply of ordinary length holds.
        for _ in 0..<min(sentences, 100) { await note(.replyCaught, .odd, place: "reply", backend: backend) }
    }
}
