import Foundation
import TestSupport
import Testing

@testable import Bridge
@testable import Routing

@Suite("the front door's errors, and who is to blame for each")
struct DoorErrorTests {
    /// What a thought came to: its error, and the tries behind it.
    struct Case: Sendable, CustomStringConvertible {
        var error: BridgeError.Code
        /// "backend failure", in order.
        var tries: [String] = []
        var rejected: [Rejection.Rule] = []
        var code: DoorError.Code
        var src: String

        var description: String { "\(error.name) \(tries) \(rejected)" }
    }

    private static let cases: [Case] =
        [
            // Tries: the last one that failed by itself.
            Case(error: .allBackendsFailed, tries: ["a server_error"], code: .allBackendsFailed, src: "a"),
            Case(
                error: .allBackendsFailed,
                tries: ["a server_error", "b overloaded"],
                code: .allBackendsFailed,
                src: "b"
            ),
            Case(error: .allBackendsFailed, tries: ["a tls", "b over_budget"], code: .allBackendsFailed, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a tls", "b saturated"], code: .allBackendsFailed, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a breaker_open"], code: .allBackendsFailed, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a low_quality"], code: .allBackendsFailed, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a content_policy"], code: .contentPolicy, src: "a"),
            Case(
                error: .allBackendsFailed,
                tries: ["a context_window", "b context_window"],
                code: .contextWindow,
                src: "b"
            ),
            Case(error: .allBackendsFailed, tries: ["a queue_full"], code: .queueFull, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a queue_timeout", "b over_budget"], code: .queueFull, src: "a"),
            Case(error: .allBackendsFailed, tries: ["a model_failed"], code: .allBackendsFailed, src: "a"),
            Case(error: .deadlineExceeded, tries: ["a timeout_total"], code: .deadlineExceeded, src: "a"),
            // Nobody was asked, by a rule of ours.
            Case(
                error: .allBackendsFailed,
                tries: ["a over_budget", "b over_budget"],
                code: .overBudget,
                src: "workshop"
            ),
            Case(error: .allBackendsFailed, tries: ["a saturated"], code: .allBackendsFailed, src: "workshop"),
            Case(error: .deadlineExceeded, code: .deadlineExceeded, src: "workshop"),
            Case(error: .noBackend, rejected: [.disabled], code: .noBackend, src: "workshop"),
            Case(error: .noBackend, rejected: [.breakerOpen, .notLocal], code: .noBackend, src: "workshop"),
            Case(error: .noBackend, rejected: [.context], code: .contextWindow, src: "workshop"),
            Case(error: .noBackend, rejected: [.modality, .capability], code: .unsupported, src: "workshop"),
            Case(error: .noBackend, rejected: [.budget], code: .overBudget, src: "workshop"),
            // The daemon's own.
            Case(error: .internalError, code: .internalError, src: "workshop"),
            Case(error: .tooManyInFlight, code: .tooManyInFlight, src: "workshop"),
            Case(error: .shuttingDown, code: .shuttingDown, src: "workshop"),
            Case(error: .personaRefused, code: .refused, src: "workshop"),
            Case(error: .egressBlocked, code: .egressBlocked, src: "workshop"),
            Case(error: .quarantined, code: .quarantined, src: "workshop"),
            Case(error: .ledgerUnavailable, code: .ledgerUnavailable, src: "workshop"),
            Case(error: .memoryUnavailable, code: .ledgerUnavailable, src: "workshop"),
            Case(error: .cancelled, code: .cancelled, src: "workshop"),
            Case(error: .unknownPersona, code: .unknownPersona, src: "workshop"),
            Case(error: .unknownBackend, code: .unknownModel, src: "workshop"),
            Case(error: .notPermitted, code: .notPermitted, src: "workshop"),
            Case(error: .parseError, code: .invalidJSON, src: "workshop"),
            Case(error: .methodNotFound, code: .noSuchPath, src: "workshop"),
            Case(error: .invalidParams, code: .invalidRequest, src: "workshop"),
            Case(error: .invalidRequest, code: .invalidRequest, src: "workshop"),
            Case(error: .protocolUnsupported, code: .invalidRequest, src: "workshop"),
            Case(error: .lineTooLong, code: .invalidRequest, src: "workshop"),
            Case(error: .unknownThought, code: .invalidRequest, src: "workshop"),
            Case(error: .badConfiguration, code: .invalidRequest, src: "workshop"),
            Case(error: .queueFull, code: .queueFull, src: "workshop"),
        ]
        // What only the socket's other methods end with.
        + [
            .unknownJob, .jobConflict, .experimentRunning, .comparisonTooDear, .badMigration, .noMigration,
            .migrationRuns,
        ].map { Case(error: $0, code: .invalidRequest, src: "workshop") }

    private static func attempts(_ tries: [String]) throws -> [Attempt] {
        try tries.map { line in
            let words = line.split(separator: " ").map(String.init)
            let failure = try #require(FailureClass(rawValue: words[1]))
            return Attempt(backend: try #require(BackendID(words[0])), outcome: .failed(failure))
        }
    }

    @Test("an error says who failed: the last backend that did so by itself, or the daemon", arguments: cases)
    func blame(_ wanted: Case) throws {
        var details = BridgeError.Details()
        details.attempts = try Self.attempts(wanted.tries)
        let a = try #require(BackendID("a"))
        details.rejected = wanted.rejected.map { Rejection(backend: a, rule: $0, why: "a rule") }
        let error = DoorError(BridgeError(wanted.error, details))
        #expect(error.code == wanted.code && error.src == wanted.src)
        #expect((error.attempts ?? []).map { "\($0.backend) \($0.outcome)" } == wanted.tries)
        for body in [OpenAIDialect.body(of: error), AnthropicDialect.body(of: error)] {
            #expect(body.text.contains("\"src\":\"\(wanted.src)\""))
        }
    }

    @Test("there is no error of a thought that the table above leaves out")
    func complete() { #expect(Set(Self.cases.map(\.error)) == Set(BridgeError.Code.allCases)) }

    @Test("a stream that breaks off names who did so, and everybody who was asked before")
    func interrupted() throws {
        let error = DoorError(interruptedBy: try Self.attempts(["a overloaded", "b stream_broken"]))
        #expect(error.code == .streamInterrupted && error.src == "b")
        #expect(error.attempts?.map(\.backend) == ["a", "b"])
    }

    @Test("every code has a status, a sentence, and a type that each vendor knows", arguments: DoorError.Code.allCases)
    func codes(_ code: DoorError.Code) throws {
        let error = DoorError(code)
        #expect((400...504).contains(code.status) && error.message.hasSuffix(".") && error.src == "workshop")
        let known = [
            "invalid_request_error", "authentication_error", "permission_error", "not_found_error",
            "request_too_large", "rate_limit_error", "billing_error", "overloaded_error", "timeout_error", "api_error",
        ]
        #expect(known.contains("\(code.anthropicType)"))
        // What the page says of it.
        let page = try String(
            contentsOf: Daemonette.repository.appendingPathComponent("docs/http.md"),
            encoding: .utf8
        )
        let line = page.split(separator: "\n").first { $0.hasPrefix("| `") && $0.contains("`\(code.rawValue)`") }
        // Nobody is left to read it when the client has gone.
        if code == .cancelled { return }
        #expect(line != nil, "docs/http.md does not have it")
        if code != .streamInterrupted { #expect(line?.contains("| \(code.status) |") == true) }
    }
}
