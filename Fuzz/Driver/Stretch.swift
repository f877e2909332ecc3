#if DEBUG
    internal import Foundation
    internal import FuzzCore

    /// Looks for what takes more than its share of time: kept inputs, repeated to 16 KiB and to 64 KiB. Four times the
    /// bytes may take a little more than four times as long; sixteen times as long is a quadratic.
    enum Stretch {
        /// How many inputs are tried of a corpus.
        private static let mostTried = 60

        static func run(_ target: FuzzTarget) {
            var worst: (ratio: Double, milliseconds: Double, input: [UInt8]) = (0, 0, [])
            let kept = Packing.inputs(target)
            for place in stride(from: 0, to: kept.count, by: max(1, kept.count / mostTried)) {
                let input = kept[place]
                let small = milliseconds(target, input, 1 << 14)
                let large = milliseconds(target, input, 1 << 16)
                let ratio = large / max(small, 0.5)
                if ratio > worst.ratio { worst = (ratio, large, input) }
                if ratio > 9 && large > 100 {
                    let line = String(decoding: Corpus.line(input), as: UTF8.self)
                    print(
                        String(format: "%@: %.0f ms, %.1f times those of a quarter: ", target.name, large, ratio) + line
                    )
                }
            }
            print(String(format: "%@: worst ratio %.1f (%.0f ms)", target.name, worst.ratio, worst.milliseconds))
        }

        private static func milliseconds(_ target: FuzzTarget, _ input: [UInt8], _ size: Int) -> Double {
            let long = (0..<(size / input.count + 1)).flatMap { _ in input }
            var before = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
            do { try target.check(long) } catch { print("BROKEN \(target.name), repeated: \(error)") }
            var after = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
            return Double(after.tv_sec - before.tv_sec) * 1e3 + Double(after.tv_nsec - before.tv_nsec) / 1e6
        }
    }
#endif
