internal import FoundationEssentials

/// When a backend says that it may be asked again (RFC 9110, section 10.2.3, and the `retry-after-ms` of OpenAI).
enum RetryAfter {
    /// The longest wait that is believed: a mistaken header must not take a backend out for a day.
    static let longest: Duration = .seconds(600)

    /// The wait that the headers ask for; nil when they ask for none or say nothing sensible.
    /// - Parameter now: the time of day, for the form that names a date.
    static func parse(_ headers: HTTPHeaders, now: Date) -> Duration? {
        if let text = headers["retry-after-ms"], let milliseconds = Double(text), milliseconds >= 0 {
            return bounded(seconds: milliseconds / 1_000)
        }
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Double(text) { return seconds >= 0 ? bounded(seconds: seconds) : nil }
        guard let date = parseDate(text) else { return nil }
        return bounded(seconds: max(0, date.timeIntervalSince(now)))
    }

    /// The wait of a `google.rpc.RetryInfo`, such as `"13s"` or `"0.5s"` (https://protobuf.dev/programming-guides/json).
    static func parse(protobuf text: String) -> Duration? {
        guard text.last == "s", let seconds = Double(text.dropLast()), seconds >= 0 else { return nil }
        return bounded(seconds: seconds)
    }

    private static func bounded(seconds: Double) -> Duration? {
        guard seconds.isFinite else { return nil }
        return min(longest, .milliseconds(Int64(min(seconds, 1e6) * 1_000)))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7); the two obsolete forms are not sent by anybody.
    private static func parseDate(_ text: String) -> Date? {
        let parts = text.split { $0 == " " || $0 == "," || $0 == ":" }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6])
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        guard let utc = TimeZone(secondsFromGMT: 0) else { return nil }
        calendar.timeZone = utc
        return calendar.date(
            from: DateComponents(
                year: year,
                month: month + 1,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        )
    }
}
