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
public struct GuardPolicy: Sendable, Equatable, CustomStringConvertible {
    /// What happens to what is named by nothing more special.
    public var bySeverity: [Severity: Verdict]
    /// What happens to a class, whatever its severity but S0.
    public var byClass: [IdentityClass: Verdict]

    /// Stand-ins for what the player named; what is disguised or grave is refused, what is doubtful waits.
    public static let standard = GuardPolicy(
        bySeverity: [.s0: .refuse, .s1: .pseudonymise, .s3: .quarantine],
        byClass: [:]
    )

    /// No wish of anybody's.
    public static let none = GuardPolicy(bySeverity: [:], byClass: [:])

    /// A policy of the given parts.
    public init(bySeverity: [Severity: Verdict], byClass: [IdentityClass: Verdict]) {
        self.bySeverity = bySeverity
        self.byClass = byClass
    }

    /// This policy where another one has no wish; what is grave is refused whatever anybody wishes.
    public func with(_ wishes: GuardPolicy) -> GuardPolicy {
        var policy = GuardPolicy(
            bySeverity: bySeverity.merging(wishes.bySeverity) { $1 },
            byClass: byClass.merging(wishes.byClass) { $1 }
        )
        policy.bySeverity[.s0] = .refuse
        return policy
    }

    /// The verdict on one finding. What nobody decided is refused.
    /// - Parameter isReleased: whether the owner let the text go in which it stands. Doubts do not count then; a term
    ///   that had to wait still needs a stand-in.
    public func verdict(on finding: Finding, isReleased: Bool = false) -> Verdict {
        let general = bySeverity[finding.severity] ?? .refuse
        var verdict = general
        if finding.severity != .s0, let special = byClass[finding.identityClass] {
            // A stand-in is no answer to a doubt.
            verdict = finding.severity == .s3 && special == .pseudonymise ? general : special
        }
        if isReleased && verdict == .quarantine { verdict = finding.severity == .s3 ? .allow : .pseudonymise }
        // Only what stands there as it is written can be replaced.
        return verdict == .pseudonymise && !finding.isPlain ? .refuse : verdict
    }

    /// For people: what happens to each severity, and to the classes that are different.
    public var description: String {
        let severities = Severity.allCases.compactMap { severity in
            bySeverity[severity].map { "\(severity.rawValue.lowercased()): \($0.rawValue)" }
        }
        let classes = byClass.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.rawValue): \($1.rawValue)" }
        return (severities + classes).joined(separator: ", ")
    }

    /// The strictest verdict on all findings.
    public func verdict(on findings: [Finding]) -> Verdict {
        findings.map { verdict(on: $0) }.max() ?? .allow
    }
}

/// What a world or a persona wishes of the guard; what it says nothing of stays as it is.
public struct GuardWishes: Sendable, Equatable {
    /// What happens to what is found.
    public var policy: GuardPolicy
    /// Scripts that its players write in, by name; see ``OddityRule/scriptNames``.
    public var scripts: [String]

    /// No wish.
    public static let none = GuardWishes(policy: .none, scripts: [])

    /// Wishes of the given parts.
    public init(policy: GuardPolicy, scripts: [String]) {
        self.policy = policy
        self.scripts = scripts
    }
}
