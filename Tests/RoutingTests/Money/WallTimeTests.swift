import Testing

@testable import Routing

@Suite("Days and months are those of the calendar, in UTC")
struct WallTimeTests {
    /// Seconds since 1970 by `date -u -d ... +%s`.
    @Test(
        "the day, the month and the month's first day",
        arguments: [
            (0, 0, 0, 0),  // 1970-01-01
            (-1, -1, -1, -31),  // 1969-12-31 23:59:59
            (86_399, 0, 0, 0),
            (86_400, 1, 0, 0),
            (951_782_399, 11_015, 361, 10_988),  // 2000-02-28 23:59:59
            (951_782_400, 11_016, 361, 10_988),  // 2000-02-29
            (951_868_800, 11_017, 362, 11_017),  // 2000-03-01
            (1_709_164_800, 19_782, 649, 19_754),  // 2024-02-29
            (1_767_225_599, 20_453, 671, 20_423),  // 2025-12-31 23:59:59
            (1_767_225_600, 20_454, 672, 20_454),  // 2026-01-01
            (4_107_542_400, 47_541, 1_562, 47_541),  // 2100-03-01: no leap year
        ]
    )
    func calendar(_ seconds: Int64, day: Int, month: Int, first: Int) {
        let time = WallTime(milliseconds: seconds * 1_000)
        #expect((time.day, time.month, time.firstDayOfMonth) == (day, month, first))
    }

    @Test("now is now: after this was written, and moving on")
    func now() {
        let time = WallTime.now
        #expect(time > WallTime(milliseconds: 1_767_225_600_000))
        #expect(time <= WallTime.now)
    }
}
