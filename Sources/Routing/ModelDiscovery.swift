public import Persona

/// Asks a backend which models it offers: an unbilled request, recorded and scanned like every other.
public struct ModelDiscovery: Sendable {
    /// Why there is no list.
    public enum Failure: Error, Sendable, Equatable {
        /// Its format has none.
        case noList
        /// It could not be asked, or did not answer well.
        case failed(FailureClass)
        /// The request may not leave, or cannot be recorded.
        case heldBack
    }

    private let egress: Egress

    /// How many names of one backend are kept, and how long each may be.
    static let most = (names: 1_000, bytes: 128)

    /// A discovery that sends through the one door.
    public init(scan: EgressScan, ledger: any EgressLedger, transport: any Transport) {
        egress = Egress(scan: scan, ledger: ledger, transport: transport)
    }

    /// The names that can be asked for, in the backend's own order.
    public func models(of backend: Backend) async -> Result<[String], Failure> {
        let format = backend.wire.format
        guard let request = format.modelList(backend) else { return .failure(.noList) }
        guard
            let passage = try? await egress.pass(
                request,
                to: backend,
                record: { sealed in
                    EgressRecord(
                        purpose: .probe,
                        backend: backend.id,
                        model: backend.model,
                        thought: nil,
                        attempt: 1,
                        kind: nil,
                        caller: nil,
                        request: sealed
                    )
                }
            )
        else { return .failure(.heldBack) }
        let receipt = passage.receipt
        let began = ContinuousClock.now
        let result: Result<[String], WireError> =
            switch await egress.send(passage, limits: HealthProbe.limits) {
            case .failure(let error): .failure(WireError(FailureClassifier.classify(error)))
            case .success(let reply) where reply.status == 200:
                Result { () throws(WireError) in try format.decodeModels(reply) }
            case .success(let reply): .failure(format.failure(reply))
            }
        await egress.settle(
            receipt,
            Settlement(
                outcome: result.failure.map { .failed($0.failure) } ?? .answered,
                duration: .now - began,
                model: nil,
                usage: .missing,
                cost: nil
            )
        )
        return result.map { names in
            Array(names.lazy.filter { $0.utf8.count <= Self.most.bytes }.prefix(Self.most.names))
        }.mapError { .failed($0.failure) }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
