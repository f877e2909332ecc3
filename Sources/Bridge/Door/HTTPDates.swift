internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// The `Date` header of now (RFC 9110, section 5.6.7), made once a second.
final class HTTPDates: Sendable {
    private let last = Mutex<(second: time_t, text: String)>((0, ""))

    var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.text(second)) }
            return last.text
        }
    }

    private static func text(_ second: time_t) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var second = second
        var date = tm()
        gmtime_r(&second, &date)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [date.tm_hour, date.tm_min, date.tm_sec].map(two).joined(separator: ":")
        return "\(days[Int(date.tm_wday)]), \(two(date.tm_mday)) \(months[Int(date.tm_mon)]) \(date.tm_year + 1900) "
            + clock + " GMT"
    }
}
