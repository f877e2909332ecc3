/// How bad it would be if it left.
public enum Severity: String, Sendable, Comparable, CaseIterable {
    /// A passage of the soul, a path, a key or account, the owner's full name.
    case s0 = "S0"
    /// Any other term of the identity, as it is or in a disguise that one public step undoes.
    case s1 = "S1"
    /// Partial or ambiguous: nearly a term, or odd in itself.
    case s3 = "S3"

    /// Whether one is less bad than the other.
    public static func < (one: Self, other: Self) -> Bool { one.rawValue > other.rawValue }
}

/// What the guard decides about a request, the strictest last.
public enum Verdict: String, Sendable, Comparable, CaseIterable {
    /// It may leave as it is, but for an address.
    case allow
    /// It may leave with stand-ins for what the player named.
    case pseudonymise
    /// It waits for the owner.
    case quarantine
    /// It does not leave.
    case refuse

    /// Whether one is less strict than the other.
    public static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What the guard found: the class, how bad it is, and the field. Never the text.
public struct Finding: Sendable, Hashable {
    /// The class of the term.
    public let identityClass: IdentityClass
    /// How bad it is.
    public let severity: Severity
    /// The field of the request, counted from zero.
    public let field: Int
    /// Whether it stands there as it is written, so that a stand-in can take its place.
    let isPlain: Bool

    init(_ trace: Trace) {
        identityClass = trace.identityClass
        field = trace.field
        isPlain = trace.certainty == .plain
        switch trace.certainty {
        case .odd, .guessed: severity = .s3
        case .plain, .disguised:
            switch trace.identityClass {
            case .path, .account, .soul, .machine, .key: severity = .s0
            case .owner: severity = trace.isWhole ? .s0 : .s1
            default: severity = .s1
            }
        }
    }
}

/// What happens to what was found, by class and severity; a world and a persona may have their own.
public struct GuardPolicy: Sendable {
    /// What happens to what is named by nothing more special.
    public var bySeverity: [Severity: Verdict]
    /// What happens to a class, whatever its severity but S0.
    public var byClass: [IdentityClass: Verdict]

    /// Stand-ins for what the player named; what is disguised or grave is refused, what is doubtful waits.
    public static let standard = GuardPolicy(
        bySeverity: [.s0: .refuse, .s1: .pseudonymise, .s3: .quarantine],
        byClass: [:]
    )

    /// A policy of the given parts.
    public init(bySeverity: [Severity: Verdict], byClass: [IdentityClass: Verdict]) {
        self.bySeverity = bySeverity
        self.byClass = byClass
    }

    /// The verdict on one finding. What nobody decided is refused.
    public func verdict(on finding: Finding) -> Verdict {
        let general = bySeverity[finding.severity] ?? .refuse
        let verdict = finding.severity == .s0 ? general : byClass[finding.identityClass] ?? general
        // Only what stands there as it is written can be replaced.
        return verdict == .pseudonymise && !finding.isPlain ? .refuse : verdict
    }

    /// The strictest verdict on all findings.
    public func verdict(on findings: [Finding]) -> Verdict {
        findings.map { verdict(on: $0) }.max() ?? .allow
    }
}
