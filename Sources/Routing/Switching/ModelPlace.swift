/// Which model of which sidecar a backend is.
public struct ModelPlace: Sendable, Hashable {
    /// The sidecar's name in the configuration.
    public let sidecar: String
    /// The profile's name or alias in the sidecar's manifest.
    public let profile: String

    /// A place.
    public init(sidecar: String, profile: String) {
        self.sidecar = sidecar
        self.profile = profile
    }
}

/// Permission to send one request to a model, and where it answers. It is held until the request has ended.
public struct ModelPass: Sendable, Equatable {
    /// Which permission.
    let id: Int
    let sidecar: String
    /// Where the model answers: `http://host:port`.
    let url: String
    /// What its server calls the model.
    let model: String

    package init(id: Int, sidecar: String, url: String, model: String) {
        self.id = id
        self.sidecar = sidecar
        self.url = url
        self.model = model
    }

    /// The name of the permission.
    package var number: Int { id }
    /// The sidecar that gave it.
    package var origin: String { sidecar }
}

/// Why a request may not go to a model; nothing was sent.
public struct ModelRefusal: Error, Sendable, Equatable {
    /// Why.
    public let failure: FailureClass
    /// When it may be otherwise, as far as can be guessed.
    public let retryAfter: Duration?

    /// A refusal.
    public init(_ failure: FailureClass, retryAfter: Duration? = nil) {
        self.failure = failure
        self.retryAfter = retryAfter
    }
}

/// How it stands with a request that waits for its model.
public struct SwitchNotice: Sendable, Equatable {
    /// The profile that it waits for.
    public let profile: String
    /// Where.
    public let sidecar: String
    /// How many requests of that sidecar go before it, and one.
    public let place: Int
    /// How long it has waited.
    public let elapsed: Duration
    /// How long the model took to load the last time; nil when nobody knows.
    public let expected: Duration?

    /// A notice.
    public init(profile: String, sidecar: String, place: Int, elapsed: Duration, expected: Duration? = nil) {
        self.profile = profile
        self.sidecar = sidecar
        self.place = place
        self.elapsed = elapsed
        self.expected = expected
    }
}

/// The way to models that are loaded on demand, one at a time.
public protocol ModelGate: Sendable {
    /// Permission for one request, at once or when the model is there. A task that is cancelled waits no more.
    /// - Parameters:
    ///   - waits: false to be refused with ``FailureClass/modelAway`` instead of waiting.
    ///   - deadline: until when it is waited at most; the configuration's patience may end before.
    ///   - onNotice: called in order, while it waits.
    func enter(
        _ place: ModelPlace,
        waits: Bool,
        until deadline: ContinuousClock.Instant,
        onNotice: (SwitchNotice) async -> Void
    ) async -> Result<ModelPass, ModelRefusal>

    /// The request has ended, however.
    func leave(_ pass: ModelPass)
}

extension Backend {
    /// The backend as a request is written for it: where its model answers now, without the sidecar's token.
    func served(by pass: ModelPass) -> Backend {
        var served = self
        served.url = wire == .ollamaChat ? pass.url : pass.url + "/v1"
        served.model = pass.model
        served.key = nil
        return served
    }
}
