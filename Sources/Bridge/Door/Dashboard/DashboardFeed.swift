/// What the dashboard's viewers are pushed: the parts that have changed, at most twice a second.
///
/// While nobody looks nothing is worked out; a hundred viewers cost one look. A viewer that is slow to take misses what has
/// been overtaken meanwhile, and holds up nobody.
actor DashboardFeed {
    /// How many may look at once.
    static let mostViewers = 64
    /// So many looks are one at the ledger, when something has happened and when not, and a sign of life.
    private static let sumsEvery = 4
    private static let sumsAtLeastEvery = 20
    private static let signEvery = 30

    private let source: DashboardSource
    /// Waits for the next look; real time is half a second.
    private let pause: @Sendable () async -> Void
    private var viewers: [Int: Told] = [:]
    private var lastViewer = 0
    private var looking: Task<Void, Never>?
    private var parts: [StatePart: (version: Int, text: [UInt8])] = [:]
    private var looks = 0
    private var sumsOf: (generation: UInt64, look: Int)?

    init(
        _ source: DashboardSource,
        pause: @escaping @Sendable () async -> Void = { try? await Task.sleep(for: .milliseconds(500)) }
    ) {
        self.source = source
        self.pause = pause
    }

    /// Somebody who looks, from ``enter()`` to ``leave(_:)``.
    struct Viewer: Sendable {
        fileprivate let id: Int
        /// One element whenever there may be something to say.
        let wakes: AsyncStream<Void>
    }

    /// How a viewer is woken, and what it has been told.
    private struct Told {
        let wake: AsyncStream<Void>.Continuation
        var versions: [StatePart: Int] = [:]
    }

    /// Takes a viewer; nil when there are too many.
    func enter() -> Viewer? {
        guard viewers.count < Self.mostViewers else { return nil }
        let (wakes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        lastViewer += 1
        viewers[lastViewer] = Told(wake: continuation)
        if looking == nil {
            // What was found for those who looked before may be old.
            (parts, sumsOf) = ([:], nil)
            looking = Task {
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.look() }
                    if let models = self.source.models { group.addTask { await self.look(at: models) } }
                }
            }
        } else {
            continuation.yield()
        }
        return Viewer(id: lastViewer, wakes: wakes)
    }

    func leave(_ viewer: Viewer) {
        viewers.removeValue(forKey: viewer.id)?.wake.finish()
        if viewers.isEmpty {
            looking?.cancel()
            looking = nil
        }
    }

    /// How many look; whether anything is worked out.
    var isLooking: Bool { looking != nil }

    /// What the viewer has not been told, as server-sent events; a comment when that is nothing.
    func news(for viewer: Viewer) -> [UInt8] {
        var text: [UInt8] = []
        for part in StatePart.allCases {
            guard let (version, json) = parts[part], viewers[viewer.id]?.versions[part] != version
            else { continue }
            viewers[viewer.id]?.versions[part] = version
            text += Array("event: \(part.rawValue)\ndata: ".utf8) + json + Array("\n\n".utf8)
        }
        return text.isEmpty ? Array(": still here\n\n".utf8) : text
    }

    // MARK: Looking

    private func look() async {
        while !Task.isCancelled {
            await refresh()
            await pause()
        }
    }

    private func refresh() async {
        looks += 1
        let activity = source.ledger.activity.snapshot
        var found: [(StatePart, [UInt8]?)] = source.quick(activity).map { ($0.0, $0.1) }
        let since = sumsOf.map { looks - $0.look } ?? .max
        // Another day, another budget or a new proof is nobody's doing.
        if since >= Self.sumsAtLeastEvery || since >= Self.sumsEvery && sumsOf?.generation != activity.generation {
            sumsOf = (activity.generation, looks)
            found.append((.costs, await source.costs()))
            found.append((.audit, await source.audit()))
        }
        take(found)
        if looks % Self.signEvery == 0 { wake() }
    }

    /// A sidecar may be silent: nothing else waits for it.
    private func look(at models: @Sendable () async -> [UInt8]) async {
        while !Task.isCancelled {
            take([(.models, await models())])
            await pause()
            await pause()
        }
    }

    private func take(_ found: [(StatePart, [UInt8]?)]) {
        guard !Task.isCancelled else { return }
        var hasChanged = false
        for case (let part, let text?) in found where parts[part]?.text != text {
            parts[part] = ((parts[part]?.version ?? 0) + 1, text)
            hasChanged = true
        }
        if hasChanged { wake() }
    }

    private func wake() {
        for viewer in viewers.values { viewer.wake.yield() }
    }
}
