import FoundationEssentials
import Testing

@testable import Routing

@Suite("A backend's wish to be left alone is understood, and not believed without bounds")
struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private let now = Date(timeIntervalSince1970: 784_111_777)

    private func parse(_ lines: String) -> Duration? {
        RetryAfter.parse(HTTPHeaders(block: Array(lines.utf8)), now: now)
    }

    @Test(
        "seconds, milliseconds and dates",
        arguments: [
            ("Retry-After: 7", .seconds(7)), ("retry-after:7\r\n", .seconds(7)),
            ("RETRY-AFTER:  1.5 ", .milliseconds(1_500)),
            ("retry-after: 0", .zero), ("retry-after-ms: 250", .milliseconds(250)),
            ("retry-after: 9\r\nretry-after-ms: 250", .milliseconds(250)),
            ("retry-after-ms: soon\r\nretry-after: 9", .seconds(9)),
            ("retry-after: Sun, 06 Nov 1994 08:50:37 GMT", .seconds(60)),
            ("retry-after: Sun, 06 Nov 1994 08:49:37 GMT", .zero),
            ("retry-after: Sat, 05 Nov 1994 08:49:37 GMT", .zero),
            ("retry-after: 3\nretry-after: 5", .seconds(5)),
        ] as [(String, Duration)]
    )
    func waits(_ lines: String, _ expected: Duration) {
        #expect(parse(lines) == expected)
    }

    @Test(
        "no mistake takes a backend out for longer than ten minutes",
        arguments: [
            "retry-after: 601", "retry-after: 1e300", "retry-after: 99999999999999999999", "retry-after-ms: 86400000",
            "retry-after: Sun, 06 Nov 2094 08:49:37 GMT",
        ]
    )
    func cap(_ lines: String) {
        #expect(parse(lines) == RetryAfter.longest)
    }

    @Test(
        "nonsense says nothing",
        arguments: [
            "", "retry-after:", "retry-after: soon", "retry-after: -1", "retry-after: nan", "retry-after: inf",
            "retry-after-ms: -5", "retry-after-ms: nan", "retry-after: Sun, 06 Foo 1994 08:49:37 GMT",
            "retry-after: Sun, 06 Nov 1994 08:49:37 CET", "retry-after: Sun, xx Nov 1994 08:49:37 GMT",
            "retry-after: Sunday, 06-Nov-94 08:49:37 GMT", "x-retry-after: 7", "retry-after",
            "HTTP/1.1 429 retry-after",
        ]
    )
    func garbage(_ lines: String) {
        #expect(parse(lines) == nil)
    }
}
