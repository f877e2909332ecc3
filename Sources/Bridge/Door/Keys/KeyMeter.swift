/// How many requests a key may send: beside each other, and in a minute. Pure: times come in.
///
/// The minute is a token bucket that holds the whole minute's number: a client may send its minute's requests at once, and
/// then waits for each next one.
struct KeyMeter: Sendable {
    /// What keeps a request out, and for how many seconds.
    enum Refusal: Equatable {
        case rate(seconds: Int)
        case inFlight
    }

    private(set) var inFlight = 0
    /// How many tokens are missing, and when that was so.
    private var missing = 0.0
    private var counted: ContinuousClock.Instant

    /// A meter through which nothing has gone yet.
    init(now: ContinuousClock.Instant) { counted = now }

    /// Lets a request pass, if it may; nil when it does.
    mutating func enter(_ key: DoorKey, at now: ContinuousClock.Instant) -> Refusal? {
        if let most = key.inFlight, inFlight >= most { return .inFlight }
        if let perMinute = key.requestsPerMinute.map(Double.init) {
            let back = max(0, (now - counted) / .seconds(1)) * perMinute / 60
            missing = max(0, missing - back)
            counted = now
            guard missing + 1 <= perMinute else {
                let seconds = (missing + 1 - perMinute) * 60 / perMinute
                return .rate(seconds: max(1, Int(seconds.rounded(.up))))
            }
            missing += 1
        }
        inFlight += 1
        return nil
    }

    /// One has ended.
    mutating func leave() { inFlight = max(0, inFlight - 1) }
}
