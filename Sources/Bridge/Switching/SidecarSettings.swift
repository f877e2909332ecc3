internal import Routing

/// A sidecar as the configuration names it.
struct SidecarSettings: Sendable, Equatable {
    var name: String
    /// Where it listens, on this machine.
    var url: LoopbackURL
    var token: Secret?
    /// The manifest of one that runs inside the daemon; nil for a program of its own.
    var manifest: String?
    var limits = ModelQueue.Limits()
    /// The manifest as it was when it was read.
    var stamp: [FileStamp] = []

    /// Whether it is the same one, whatever the limits.
    func isSamePlace(as other: SidecarSettings) -> Bool { url == other.url && token == other.token }
}

/// Reads the section `sidecars`.
struct SidecarsReader {
    /// Makes a path absolute as the file means it.
    let absolute: (String) -> String
    let environment: [String: String]

    func read(_ root: ConfigReader) -> [SidecarSettings] {
        guard let section = root.section("sidecars") else { return [] }
        defer { section.finish() }
        let sidecars = section.keys.compactMap { name in
            section.section(name).flatMap { inner in
                defer { inner.finish() }
                return read(name, inner)
            }
        }
        if sidecars.count(where: { $0.manifest != nil }) > 1 {
            section.report(
                sidecars.last { $0.manifest != nil }?.name ?? "",
                "is the second sidecar inside the daemon",
                hint: "one machine has one; run the other as a program of its own"
            )
        }
        return sidecars
    }

    private func read(_ name: String, _ section: ConfigReader) -> SidecarSettings? {
        let limits = limits(section)
        if let file = section.string("manifest") {
            if section.string("url") != nil {
                section.report("url", "stands beside manifest", hint: "the manifest says where it listens")
            }
            return embedded(name, absolute(file), limits, section)
        }
        guard let text = section.string("url") else {
            section.report("url", "is missing", hint: "http://127.0.0.1:8082, or manifest: FILE")
            return nil
        }
        guard let url = LoopbackURL(text) else {
            section.report(
                "url",
                "is not http://host:port of this machine",
                hint: "a sidecar's models answer on its own machine alone"
            )
            return nil
        }
        return SidecarSettings(name: name, url: url, token: token(section), limits: limits)
    }

    private func embedded(
        _ name: String,
        _ file: String,
        _ limits: ModelQueue.Limits,
        _ section: ConfigReader
    ) -> SidecarSettings? {
        do {
            let manifest = try ManifestReader.load(file, environment: environment)
            guard manifest.listener.isLoopback, manifest.listener.port > 0,
                let url = LoopbackURL("http://\(manifest.listener.host):\(manifest.listener.port)")
            else {
                section.report("manifest", "has a sidecar that listens elsewhere", hint: "listen: 127.0.0.1:8082")
                return nil
            }
            let token = token(section)
            if manifest.listener.token != nil, token == nil {
                section.report("token", "is missing", hint: "the manifest's own, as ${NAME}")
            }
            let stamp = FileStamp.of([file])
            return SidecarSettings(name: name, url: url, token: token, manifest: file, limits: limits, stamp: stamp)
        } catch {
            error.problems.forEach(section.context.add)
            return nil
        }
    }

    private func token(_ section: ConfigReader) -> Secret? {
        switch section.secret("token") {
        case .success(let value) where !value.isEmpty && BackendsReader.isHeaderText(value): return Secret(value)
        case .success: section.report("token", "is empty, or no header may have it")
        case .failure(let missing): section.report("token", "needs the variable \(missing.name), which is not set")
        case nil: break
        }
        return nil
    }

    private func limits(_ section: ConfigReader) -> ModelQueue.Limits {
        var limits = ModelQueue.Limits()
        limits.waiting = section.integer("queue", in: 0...10_000) ?? limits.waiting
        limits.patience = section.seconds("wait_s", in: 1...3_600) ?? limits.patience
        limits.residency = section.seconds("residency_s", in: 0...3_600) ?? limits.residency
        limits.turn = section.seconds("turn_s", in: 0...3_600) ?? limits.turn
        return limits
    }
}
