internal import Routing

/// What a client hears of without asking for each.
extension Connection {
    func subscribe(_ events: [ServerEvent], _ id: RequestID) {
        for event in events { subscriptions.begin(event) { hear(event, after: $0) } }
        tellSubscriptions(id)
    }

    func unsubscribe(_ events: [ServerEvent], _ id: RequestID) {
        for event in events { subscriptions.end(event) }
        tellSubscriptions(id)
    }

    private func tellSubscriptions(_ id: RequestID) {
        queue(ServerMessage.subscribed(id, to: subscriptions.events))
    }

    /// Hands on what happens from now on, until it is cancelled; not before the hearing that was cancelled before it has ended.
    private func hear(_ event: ServerEvent, after earlier: Task<Void, Never>?) -> Task<Void, Never> {
        switch event {
        case .healthChanged:
            let (changes, models) = (service.board.changes(), service.switching.changes())
            return Task {
                await earlier?.value
                async let switched: Void = self.hearModels(models)
                for await backend in changes { await self.tell(of: backend) }
                await switched
            }
        case .budgetAlert:
            let alerts = service.budgets.alerts()
            return Task {
                await earlier?.value
                for await alert in alerts { await self.send(ServerMessage.alert(alert)) }
            }
        case .modelSwitching:
            let changes = service.switching.changes()
            return Task {
                await earlier?.value
                for await lamp in changes { await self.send(ServerMessage.switching(lamp)) }
            }
        }
    }

    /// A lamp says of a backend whose model is loaded on demand whether it is.
    private func hearModels(_ changes: AsyncStream<SwitchLamp>) async {
        for await lamp in changes {
            for backend in service.registry.backends where backend.place?.sidecar == lamp.sidecar {
                await tell(of: backend.id)
            }
        }
    }

    private func tell(of backend: BackendID) async {
        guard let line = status.change(of: backend, service) else { return }
        await send(line)
    }
}
