/// What `workshop doctor` found, and what to do about it. Never a secret, and never a word of a task.
public struct DoctorFinding: Sendable, Equatable {
    /// How it stands.
    public enum Verdict: String, Sendable {
        case fine
        /// It works, and may not for long or not for everybody.
        case doubtful
        /// Something does not work.
        case wrong
    }

    /// What was looked at, in a word or two.
    public let subject: String
    /// How it stands.
    public let verdict: Verdict
    /// What was found.
    public let what: String
    /// What to do; nil where nothing is to be done.
    public let advice: String?

    init(_ subject: String, _ verdict: Verdict, _ what: String, advice: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.what = what
        self.advice = advice
    }
}
