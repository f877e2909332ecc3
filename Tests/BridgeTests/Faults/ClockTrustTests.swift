import Routing
import Testing

@testable import Bridge

@Suite("What is deleted for its age is deleted by a clock that can be believed")
struct ClockTrustTests {
    private static let noon = WallTime(milliseconds: 1_795_262_400_000)
    private static let day: Int64 = 86_400_000

    /// A clock that is looked at: hours that have passed, and by how many days it is wrong.
    struct Look: Sendable {
        let hours: Double
        let wrong: Int64
        let may: Bool
    }

    private static let cases: [(name: String, newest: Int64?, looks: [Look])] = [
        ("it keeps step", -1, [Look(hours: 0, wrong: 0, may: true), Look(hours: 40, wrong: 0, may: true)]),
        ("a fresh ledger", nil, [Look(hours: 0, wrong: 27_000, may: true)]),
        ("away for six days", -6, [Look(hours: 0, wrong: 0, may: true)]),
        (
            "away for a month: an hour of doubt", -30,
            [
                Look(hours: 0, wrong: 0, may: false), Look(hours: 0.9, wrong: 0, may: false),
                Look(hours: 1, wrong: 0, may: true),
            ]
        ),
        (
            "started in 2100, put right soon", -1,
            [
                Look(hours: 0, wrong: 27_000, may: false), Look(hours: 0.1, wrong: 0, may: false),
                Look(hours: 1, wrong: 0, may: false), Look(hours: 1.1, wrong: 0, may: true),
            ]
        ),
        ("started in 1970", -1, [Look(hours: 0, wrong: -20_000, may: false)]),
        (
            "leaps while it runs, for a moment", -1,
            [
                Look(hours: 0, wrong: 0, may: true), Look(hours: 5, wrong: 27_000, may: false),
                Look(hours: 5.01, wrong: 0, may: false), Look(hours: 6.01, wrong: 0, may: true),
            ]
        ),
        (
            "an hour is a correction", -1,
            [
                Look(hours: 0, wrong: 0, may: true), Look(hours: 1, wrong: 0, may: true),
                Look(hours: 2, wrong: 1, may: true),
            ]
        ),
        (
            "who stays in another year is believed in the end", -1,
            [
                Look(hours: 0, wrong: 0, may: true), Look(hours: 1, wrong: 365, may: false),
                Look(hours: 2, wrong: 365, may: true),
            ]
        ),
    ]

    @Test("a leap of more than a day is an hour of doubt, whatever the clock says then", arguments: cases.indices)
    func looks(at index: Int) {
        let entry = Self.cases[index]
        let start = ContinuousClock.now
        func wall(_ look: Look) -> WallTime {
            let passed = Int64(look.hours * 3_600_000)
            return WallTime(milliseconds: Self.noon.milliseconds + passed + look.wrong * Self.day)
        }
        var trust = ClockTrust(
            newest: entry.newest.map { WallTime(milliseconds: Self.noon.milliseconds + $0 * Self.day) },
            wall: wall(entry.looks[0]),
            at: start
        )
        for look in entry.looks {
            let may = trust.mayForget(wall: wall(look), at: start + .seconds(look.hours * 3_600))
            #expect(may == look.may, "\(entry.name) after \(look.hours) h")
        }
    }
}
