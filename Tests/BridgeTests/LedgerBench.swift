import Foundation
import GRDB
import Logging
import Persona
import Testing

@testable import Bridge
@testable import Routing

/// A ledger in a folder of its own, with a clock that stands where it is put, and requests that it can be told of.
struct LedgerBench {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
    var path: String { folder.appendingPathComponent("ledger.db").path }
    private let request: SealedRequest

    init() throws {
        request = try Self.request("{}")
    }

    /// A request with that body, as nobody guards it.
    static func request(_ body: String) throws -> SealedRequest {
        let headers = [(name: "Accept", value: "*/*"), (name: "Authorization", value: "Bearer sk-123")]
        return try EgressScan(index: IdentityIndex([])).seal(
            OutgoingRequest(method: .post, url: "http://h/v1", headers: headers, body: Array(body.utf8))
        )
    }

    func open(at date: Date = Date()) throws -> Ledger {
        try Ledger(path: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { date })
    }

    func clean() { try? FileManager.default.removeItem(at: folder) }

    func record(
        _ backend: String = "alpha",
        _ purpose: EgressRecord.Purpose = .thought,
        thought: String = "t",
        kind: TaskKind = .general,
        caller: String? = nil,
        isLocal: Bool? = false,
        text: String? = nil
    ) throws -> EgressRecord {
        EgressRecord(
            purpose: purpose,
            backend: try #require(BackendID(backend)),
            model: "\(backend)-1",
            thought: thought,
            attempt: 1,
            kind: kind,
            caller: caller,
            isLocal: isLocal,
            request: try text.map(Self.request) ?? request
        )
    }

    func end(
        _ outcome: Attempt.Outcome = .answered,
        tokens: (Int, Int)? = (1_000, 100),
        cost: Int64?,
        decision: DecisionRecord? = nil
    ) -> Settlement {
        Settlement(
            outcome: outcome,
            duration: .milliseconds(250),
            model: nil,
            usage: usage(tokens),
            cost: cost.map(NanoDollars.init),
            firstToken: .milliseconds(50),
            quality: 0.75,
            decision: decision
        )
    }

    func usage(_ tokens: (Int, Int)?) -> Usage {
        tokens.map { Usage(inputUncached: $0.0, outputVisible: $0.1, source: .provider) } ?? .missing
    }

    /// A decision for alpha, answered by it.
    func decision(
        _ thought: String = "t",
        kind: TaskKind = .general,
        caller: String? = nil,
        served: String? = "alpha",
        tokens: (Int, Int)? = (1_000, 100),
        cost: Int64?
    ) throws -> DecisionRecord {
        let rejected = Rejection(backend: try #require(BackendID("gamma")), rule: .disabled, why: "no key")
        var decision = DecisionRecord(
            thought: thought,
            caller: caller,
            kind: kind,
            complexity: .moderate,
            confidence: 0.5,
            criterion: .costFirst,
            considered: [
                .init(try #require(BackendID("alpha")), isLocal: true, score: 0.5),
                .init(try #require(BackendID("beta")), isLocal: false),
            ],
            rejected: [rejected],
            reason: "first choice for general"
        )
        decision.outcome = served == nil ? .allFailed : .answered
        decision.served = served.flatMap(BackendID.init)
        decision.attempts = 1
        decision.usage = usage(tokens)
        decision.cost = cost.map(NanoDollars.init)
        decision.duration = .milliseconds(300)
        return decision
    }
}
