#if canImport(Glibc)
    internal import Glibc
#endif

/// A moment by the calendar, in UTC. Budgets go by it; limits of time go by `ContinuousClock`.
public struct WallTime: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970.
    public var milliseconds: Int64

    /// A moment.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The moment of now.
    public static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// The number of its day; 0 is the first of January 1970.
    public var day: Int {
        let day = Int64(86_400_000)
        return Int(milliseconds >= 0 ? milliseconds / day : (milliseconds - day + 1) / day)
    }

    /// The number of its month; 0 is January 1970.
    public var month: Int { Self.civil(day).month }

    /// The number of the day with which its month begins.
    public var firstDayOfMonth: Int { day - Self.civil(day).dayOfMonth + 1 }

    /// By time.
    public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The month that a day belongs to, and its place there, from 1.
    ///
    /// Howard Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html): years begin in March,
    /// so that the leap day is the last of one.
    private static func civil(_ day: Int) -> (month: Int, dayOfMonth: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        // Month 0 is March: two months later than January.
        return ((yearOfEra + era * 400 - 1_970) * 12 + month + 2, dayOfMonth)
    }
}
