import Testing

@testable import Routing

@Suite("A backend has no more requests than it may have")
struct RateGateTests {
    private static let start = ContinuousClock.now

    @Test("so many at once, and one more for each that comes back", arguments: [1, 3])
    func concurrent(_ most: Int) {
        var gate = RateGate(maxConcurrent: most, requestsPerMinute: nil, now: Self.start)
        for _ in 0..<most {
            let isIn = gate.enter(at: Self.start)
            #expect(isIn)
        }
        #expect(!gate.wouldPass(at: Self.start + .seconds(3_600)))
        gate.leave()
        #expect(gate.wouldPass(at: Self.start))
        #expect(gate.inFlight == most - 1)
    }

    @Test(
        "so many a minute, a tenth of them at once",
        arguments: [(60, 6, 1), (600, 60, 10), (5, 1, 0), (1, 1, 0)]
    )
    func rate(_ perMinute: Int, _ burst: Int, _ inASecond: Int) {
        var gate = RateGate(maxConcurrent: nil, requestsPerMinute: perMinute, now: Self.start)
        func pass(at now: ContinuousClock.Instant) -> Int {
            var passed = 0
            while gate.enter(at: now) { passed += 1 }
            return passed
        }
        let first = pass(at: Self.start)
        #expect(first == burst)
        let second = pass(at: Self.start + .seconds(1))
        #expect(second == inASecond)
        var sum = second
        for second in 2...60 { sum += pass(at: Self.start + .seconds(second)) }
        #expect(abs(sum - perMinute) <= 1)
    }

    @Test("without limits everybody passes")
    func unlimited() {
        var gate = RateGate(maxConcurrent: nil, requestsPerMinute: nil, now: Self.start)
        let passed = (0..<10_000).filter { _ in gate.enter(at: Self.start) }.count
        #expect(passed == 10_000)
    }

    @Test("one that comes back twice does not make room for two")
    func never() {
        var gate = RateGate(maxConcurrent: 1, requestsPerMinute: nil, now: Self.start)
        gate.leave()
        #expect(gate.inFlight == 0)
        let isIn = gate.enter(at: Self.start)
        #expect(isIn)
        #expect(!gate.wouldPass(at: Self.start))
    }
}
