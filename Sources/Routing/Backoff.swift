/// How long to wait before the same backend is asked again. Pure: chance comes in.
enum Backoff {
    /// The wait before try number `attempt + 1`: doubled each time up to the cap, half of it by chance, so that many
    /// who failed together do not come back together ("equal jitter",
    /// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    /// - Parameter jitter: from 0 to 1.
    static func wait(after attempt: Int, base: Duration, cap: Duration, jitter: Double) -> Duration {
        let doubled = base * Double(1 << min(max(attempt - 1, 0), 20))
        return min(cap, doubled) * (0.5 + 0.5 * jitter)
    }
}
