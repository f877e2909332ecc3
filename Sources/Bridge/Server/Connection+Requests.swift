internal import Logging
internal import Persona
internal import Routing

/// What a client may ask for.
extension Connection {
    /// Carries out one request: at once, or beside the others.
    func perform(_ request: ClientRequest, _ id: RequestID) {
        switch request {
        case .hello(let version) where version != ServerMessage.protocolVersion:
            let supported = [ServerMessage.protocolVersion]
            queue(ServerMessage.error(id, BridgeError(.protocolUnsupported, .init(supported: supported))))
        case .hello:
            queue(ServerMessage.hello(id, persona: service.defaultPersona, maxInFlight: limits.maxInFlight))
        case .cancel(let target):
            let isCancelled = cancel(target)
            queue(ServerMessage.cancelled(id, isCancelled))
        case .health: queue(status.health(id, service))
        case .subscribe(let events): subscribe(events, id)
        case .unsubscribe(let events): unsubscribe(events, id)
        case .route(let params): start(id, on: executor) { await self.route(id, params) }
        case .think(let params): start(id, on: executor) { await self.think(id, params) }
        case .costs: report(id) { ServerMessage.costs(id, try await self.service.costs()) }
        case .audit: report(id) { ServerMessage.audit(id, try await self.service.ledger.audit()) }
        case .rate(let params): report(id) { try await self.service.rate(id, params) }
        case .models(let isFresh):
            start(id) { self.queue(ServerMessage.models(id, await self.operations.catalogue.list(isFresh: isFresh))) }
        case .names(let names):
            start(id) { self.queue(ServerMessage.names(id, await self.operations.roster.learn(names))) }
        case .leaks(let request):
            guard isOwner else { return queue(ServerMessage.error(id, BridgeError(.notPermitted))) }
            operate(id) { () throws(BridgeError) in try await self.service.leaks(id, request) }
        case .backends(let request):
            operate(id) { () throws(BridgeError) in
                ServerMessage.backends(id, try await self.operations.backends(request))
            }
        case .reload:
            operate(id) { () throws(BridgeError) in ServerMessage.reloaded(id, try await self.operations.reload()) }
        case .learning(let request):
            operate(id) { () throws(BridgeError) in try await self.service.learning.answer(id, request) }
        case .batch(let params):
            operate(id) { () throws(BridgeError) in
                ServerMessage.batch(id, try await self.service.batch(params))
            }
        case .forget(let params): operate(id) { () throws(BridgeError) in try await self.forget(id, params) }
        case .journal(let params): operate(id) { () throws(BridgeError) in try await self.journal(id, params) }
        case .jobs(let request):
            let peer = JobPeer(user: user, isOwner: isOwner)
            report(id) { try await self.operations.jobs.answer(id, request, from: peer) }
        case .compare(let params): operate(id) { () throws(BridgeError) in try await self.compare(id, params) }
        case .migrate(let request):
            operate(id) { () throws(BridgeError) in try await self.operations.migrations.perform(request, id) }
        }
    }

    private func route(_ id: RequestID, _ params: ThoughtParams) async {
        do { queue(ServerMessage.route(id, try await service.route(params))) } catch {
            queue(ServerMessage.error(id, error))
        }
    }

    private func think(_ id: RequestID, _ params: ThoughtParams) async {
        do {
            let reply = try await service.think(params) { event in
                switch event {
                case .delta(let sequence, let text):
                    await send(ServerMessage.delta(id, sequence: sequence, text: text))
                case .restarted(let backend, let failure):
                    await send(ServerMessage.restarted(id, backend: backend, reason: failure))
                // Who goes on says so with its restart; nobody does, with the error.
                case .brokeOff: break
                case .switching(let notice): await send(ServerMessage.switching(id, notice))
                }
            }
            queue(ServerMessage.think(id, reply))
        } catch {
            // Nobody but the daemon cancels while it aborts.
            let isOurs = isAborting && error.code == .cancelled
            queue(ServerMessage.error(id, isOurs ? BridgeError(.shuttingDown) : error))
        }
    }

    private func forget(_ id: RequestID, _ params: ForgetParams) async throws(BridgeError) -> [UInt8] {
        let turns = try await service.forget(params)
        try await operations.forgetJobs(params, service)
        return ServerMessage.forgotten(id, turns: turns)
    }

    private func journal(_ id: RequestID, _ params: JournalParams) async throws(BridgeError) -> [UInt8] {
        let (entries, say) = try await service.journal(params)
        return ServerMessage.journal(id, entries, say: say)
    }

    private func compare(_ id: RequestID, _ params: CompareParams) async throws(BridgeError) -> [UInt8] {
        let report = try await operations.comparer.compare(params) { cell in
            await self.send(ServerMessage.comparisonAnswer(id, cell))
        }
        return ServerMessage.compared(id, report, await report.summary())
    }

    private func report(_ id: RequestID, _ work: @escaping () async throws -> [UInt8]) {
        start(id) {
            do { self.queue(try await work()) } catch is CancellationError {
                self.queue(ServerMessage.error(id, BridgeError(.cancelled)))
            } catch let error as BridgeError {
                self.queue(ServerMessage.error(id, error))
            } catch {
                self.logger.error("the ledger cannot be read", metadata: ["reason": "\(type(of: error))"])
                self.queue(ServerMessage.error(id, BridgeError(.ledgerUnavailable)))
            }
        }
    }

    private func operate(_ id: RequestID, _ work: @escaping () async throws(BridgeError) -> [UInt8]) {
        start(id) {
            do throws(BridgeError) { self.queue(try await work()) } catch {
                self.queue(ServerMessage.error(id, error))
            }
        }
    }
}
