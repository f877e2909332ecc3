internal import Persona
internal import Routing

/// What a batch came to.
struct BatchReport: Sendable {
    /// What one item came to.
    struct Item: Sendable {
        /// Whether it was answered together with others.
        var isShared = false
        var result: Result<String, BridgeError>
    }

    var items: [Item]
    /// How many answers were asked for in all, by groups and alone.
    var calls = 0
    /// What they cost; nil when that is not known of one.
    var cost: NanoDollars? = NanoDollars(0)
    /// Tokens of prompts and answers, as far as they were counted.
    var tokens = 0
    /// What a call for each answered item would have taken, estimated with the prices of whoever answered.
    var singleTokens = 0
    var singleCost: NanoDollars? = NanoDollars(0)

    fileprivate mutating func count(_ reply: Reply) {
        calls += 1
        let answer = reply.answer
        tokens +=
            (answer.usage.inputUncached ?? 0) + (answer.usage.inputCacheRead ?? 0) + (answer.usage.outputVisible ?? 0)
        cost = cost.flatMap { sum in answer.cost.map { NanoDollars(sum.value + $0.value) } }
    }
}

extension ThoughtService {
    /// Sorts items into categories, as many as may be with one call; what a shared reply leaves open is asked alone.
    ///
    /// An item that the guard refuses is told so, and the others go on.
    func batch(_ params: BatchParams) async throws(BridgeError) -> BatchReport {
        if let name = params.common.backend {
            guard let id = BackendID(name), registry[id] != nil else { throw BridgeError(.unknownBackend) }
        }
        var report = BatchReport(items: params.items.map { _ in .init(result: .failure(BridgeError(.cancelled))) })
        var (groups, alone) = try await admit(params, into: &report)
        // One item is no group: it is asked in the form of one.
        alone += groups.filter { $0.count == 1 }.flatMap(\.self)
        groups = groups.filter { $0.count > 1 }
        let shared = await each(groups) { group in
            params.request(params.form.task(group.map { params.items[$0] }), answers: group.count)
        }
        for (group, outcome) in shared { alone += report.take(outcome, of: group, params, registry) }
        let single = await each(alone.sorted().map { [$0] }) { places in
            params.request(params.form.task(params.items[places[0]]), answers: 1)
        }
        for (places, outcome) in single { report.take(outcome, of: places[0], params, registry) }
        if Task.isCancelled { throw BridgeError(.cancelled) }
        return report
    }

    /// Who shares a call with whom, and who is asked alone; what may not leave is told so in the report.
    private func admit(
        _ params: BatchParams,
        into report: inout BatchReport
    ) async throws(BridgeError) -> (groups: [[Int]], alone: [Int]) {
        var shared: [Int] = []
        var alone: [Int] = []
        for (place, item) in params.items.enumerated() {
            do throws(BridgeError) {
                try await check(params.request(params.form.task(item), answers: 1))
                if params.form.standsAlone(item) { alone.append(place) } else { shared.append(place) }
            } catch {
                // What may not leave is this item's matter alone; that nothing can leave is everybody's.
                guard [.personaRefused, .quarantined].contains(error.code) else { throw error }
                report.items[place].result = .failure(error)
            }
        }
        let starts = stride(from: 0, to: shared.count, by: params.size)
        return (starts.map { Array(shared[$0..<min($0 + params.size, shared.count)]) }, alone)
    }

    /// How many requests of a batch are under way at a time.
    private static var width: Int { 4 }

    /// Asks for all, a few at a time, and gives the outcomes in order.
    private func each(
        _ groups: [[Int]],
        _ request: ([Int]) -> ThoughtParams
    ) async -> [([Int], Result<Reply, BridgeError>)] {
        let requests = groups.map { ($0, request($0)) }
        let service = self
        return await withTaskGroup(of: (Int, Result<Reply, BridgeError>).self) { tasks in
            var outcomes: [Int: Result<Reply, BridgeError>] = [:]
            var next = 0
            func start() {
                guard next < requests.count, !Task.isCancelled else { return }
                let (place, params) = (next, requests[next].1)
                next += 1
                tasks.addTask {
                    do throws(BridgeError) { return (place, .success(try await service.think(params) { _ in })) } catch
                    {
                        return (place, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.width { start() }
            while let (place, outcome) = await tasks.next() {
                outcomes[place] = outcome
                start()
            }
            return requests.indices.map { (requests[$0].0, outcomes[$0] ?? .failure(BridgeError(.cancelled))) }
        }
    }
}

extension BatchReport {
    /// Takes the reply to a group; gives the places that it leaves open.
    fileprivate mutating func take(
        _ outcome: Result<Reply, BridgeError>,
        of group: [Int],
        _ params: BatchParams,
        _ registry: BackendRegistry
    ) -> [Int] {
        guard case .success(let reply) = outcome else { return group }
        count(reply)
        let labels = params.form.read(reply.plain, count: group.count)
        for (index, place) in group.enumerated() {
            guard let label = labels[index] else { continue }
            items[place] = Item(isShared: true, result: .success(label))
            countSingle(params.form.task(params.items[place]), label, reply.answer, registry)
        }
        return group.indices.filter { labels[$0] == nil }.map { group[$0] }
    }

    /// Takes the reply to an item alone.
    fileprivate mutating func take(
        _ outcome: Result<Reply, BridgeError>,
        of place: Int,
        _ params: BatchParams,
        _ registry: BackendRegistry
    ) {
        switch outcome {
        case .failure(let error): items[place].result = .failure(error)
        case .success(let reply):
            count(reply)
            guard let label = params.form.label(reply.plain) else {
                items[place].result = .failure(BridgeError(.allBackendsFailed))
                return
            }
            items[place].result = .success(label)
            countSingle(params.form.task(params.items[place]), label, reply.answer, registry)
        }
    }

    /// Adds what the item would have taken with a call of its own.
    fileprivate mutating func countSingle(
        _ task: String,
        _ label: String,
        _ answer: Answer,
        _ registry: BackendRegistry
    ) {
        let usage = Usage(
            inputUncached: TokenEstimate.tokens(of: task) + Self.instructions,
            outputVisible: max(1, TokenEstimate.tokens(of: label)),
            source: .estimated
        )
        singleTokens += (usage.inputUncached ?? 0) + (usage.outputVisible ?? 0)
        let backend = registry[answer.backend]
        let own = backend.flatMap { backend in
            backend.prices.flatMap { $0.cost(of: usage) } ?? (backend.isLocal ? NanoDollars(0) : nil)
        }
        singleCost = singleCost.flatMap { sum in own.map { NanoDollars(sum.value + $0.value) } }
    }

    /// About how many tokens the system prompt of a kind and the frame of a request have.
    private static let instructions = 40
}
