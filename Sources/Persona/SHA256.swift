/// SHA-256 (FIPS 180-4) and HMAC over it (RFC 2104), for stand-ins and for the hashes of terms.
///
/// This module imports no package. Nothing here keeps a secret from somebody who measures time.
enum SHA256 {
    /// The 32 bytes.
    static func hash(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [
            0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
        ]
        var padded = message + [0x80]
        padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
        padded += (0..<8).map { UInt8(truncatingIfNeeded: (UInt64(message.count) * 8) >> UInt64(56 - 8 * $0)) }
        for start in stride(from: 0, to: padded.count, by: 64) { mix(padded[start..<(start + 64)], into: &state) }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
    }

    /// The keyed hash.
    static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = key.count > 64 ? hash(key) : key
        let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
        return hash(padded.map { $0 ^ 0x5C } + hash(padded.map { $0 ^ 0x36 } + message))
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
            block[place..<(place + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (old, new) = (words[index - 15], words[index - 2])
            let first = turned(old, 7) ^ turned(old, 18) ^ old >> 3
            let second = turned(new, 17) ^ turned(new, 19) ^ new >> 10
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var all = state
        for index in 0..<64 {
            let (a, e) = (all[0], all[4])
            let chosen = (e & all[5]) ^ (~e & all[6])
            let one =
                all[7] &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ chosen &+ constants[index]
                &+ words[index]
            let most = (a & all[1]) ^ (a & all[2]) ^ (all[1] & all[2])
            let two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ most
            all = [one &+ two, a, all[1], all[2], all[3] &+ one, e, all[5], all[6]]
        }
        for index in state.indices { state[index] &+= all[index] }
    }

    private static func turned(_ word: UInt32, _ places: UInt32) -> UInt32 { word >> places | word << (32 - places) }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        let primes = (2...311).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
        return primes.map { prime in
            // The largest integer whose cube is no more than prime * 2^96, by halves; its low 32 bits are the fraction.
            var (low, high) = (UInt64(0), UInt64(8) << 32)
            while high - low > 1 {
                let middle = (low + high) / 2
                if cube(middle, isAtMost: UInt64(prime)) { low = middle } else { high = middle }
            }
            return UInt32(truncatingIfNeeded: low)
        }
    }()

    /// Whether a number's cube is at most `limit` times 2 to the 96th: numbers of three and a half words.
    private static func cube(_ number: UInt64, isAtMost limit: UInt64) -> Bool {
        let square = number.multipliedFullWidth(by: number)
        let low = square.low.multipliedFullWidth(by: number)
        let high = square.high.multipliedFullWidth(by: number)
        let (middle, overflow) = high.low.addingReportingOverflow(low.high)
        let top = high.high + (overflow ? 1 : 0)
        // limit << 96 is limit << 32 in the second of the words.
        return top == 0 && (middle < limit << 32 || middle == limit << 32 && low.low == 0)
    }
}
