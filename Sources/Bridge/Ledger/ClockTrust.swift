internal import Foundation
internal import Logging
internal import Routing
internal import Synchronization

/// Whether things may be deleted for their age by what the clock says. Pure: times come in.
///
/// A machine with an empty battery begins in 2099 until a time service puts it right, and a mistyped date is soon typed
/// anew. What was deleted meanwhile does not come back. So a clock that has leapt is not gone by until it has kept step with
/// the monotonic one for an hour; whatever it says then counts.
struct ClockTrust: Sendable {
    /// A correction of less is none: everything is deleted by days.
    static let leap = Duration.seconds(86_400)
    /// A daemon that was away for less begins with a clock that is believed.
    static let absence = Duration.seconds(7 * 86_400)
    /// So long a clock that leapt must have kept step.
    static let probation = Duration.seconds(3_600)

    private var last: (wall: WallTime, at: ContinuousClock.Instant)?
    private var doubtedSince: ContinuousClock.Instant?

    /// - Parameter newest: the time of the newest record; nil where there is none, and nothing to be deleted.
    init(newest: WallTime?, wall: WallTime, at now: ContinuousClock.Instant) {
        guard let newest else { return }
        let away = Duration.milliseconds(wall.milliseconds - newest.milliseconds)
        if away > Self.absence || away < .zero - Self.leap { doubtedSince = now }
    }

    /// Whether the clock stands in doubt.
    var isDoubted: Bool { doubtedSince != nil }

    /// Looks at both clocks.
    mutating func mayForget(wall: WallTime, at now: ContinuousClock.Instant) -> Bool {
        if let last {
            let leapt = Duration.milliseconds(wall.milliseconds - last.wall.milliseconds) - (now - last.at)
            if leapt > Self.leap || leapt < .zero - Self.leap { doubtedSince = now }
        }
        last = (wall, now)
        guard let since = doubtedSince else { return true }
        guard now - since >= Self.probation else { return false }
        doubtedSince = nil
        return true
    }
}

/// The one trust in the clock that all who delete share.
final class ClockWatch: Sendable {
    private let trust: Mutex<ClockTrust>
    private let clock: @Sendable () -> Date
    private let logger: Logger

    init(newest: WallTime?, clock: @escaping @Sendable () -> Date, logger: Logger) {
        trust = Mutex(ClockTrust(newest: newest, wall: Self.wall(clock), at: .now))
        self.clock = clock
        self.logger = logger
        if trust.withLock(\.isDoubted) { tell() }
    }

    /// Whether things may be deleted for their age now. To be asked anew each time.
    var mayForget: Bool {
        let wall = Self.wall(clock)
        let (was, may) = trust.withLock { trust in (trust.isDoubted, trust.mayForget(wall: wall, at: .now)) }
        if !may, !was { tell() }
        return may
    }

    private func tell() {
        logger.warning("the clock has leapt; nothing is deleted for its age until it has been steady for an hour")
    }

    private static func wall(_ clock: () -> Date) -> WallTime {
        WallTime(milliseconds: Int64(clock().timeIntervalSince1970 * 1_000))
    }
}
