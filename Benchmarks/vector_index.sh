#!/bin/sh
# Usage: Benchmarks/vector_index.sh [entries]
# How long a search in the semantic cache's index takes, and what an entry needs: random vectors and near ones among them, from
# a fixed seed. Needs swiftc alone.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$top/Sources/Routing/Semantics/VectorIndex.swift" "$folder"
cat > "$folder/main.swift" <<'SWIFT'
import Glibc

/// The time that this thread had a processor, in milliseconds: what others on the machine take is not the index's.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
}

/// SplitMix64.
struct Chance: RandomNumberGenerator {
    var state: UInt64 = 42
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

let entries = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let searches = 200
var chance = Chance()

func vector(_ dimensions: Int) -> [Float] {
    (0..<dimensions).map { _ in Float.random(in: -1...1, using: &chance) + Float.random(in: -1...1, using: &chance) }
}

func column(_ milliseconds: Double) -> String { "\((milliseconds * 100).rounded() / 100)" }

print("| dimensions | bytes an entry | median ms | 99 % ms | longest ms | longest, processor ms | near one found first |")
print("|---|---|---|---|---|---|---|")
for dimensions in [384, 768, 1_536] {
    var index = VectorIndex(dimensions: dimensions)
    var kept: [(row: Int, vector: [Float])] = []
    for number in 0..<entries {
        let added = vector(dimensions)
        guard let row = index.insert(added, scope: 1) else { fatalError("a random vector has a direction") }
        if number % max(1, entries / searches) == 0 { kept.append((row, added)) }
    }
    var times: [Double] = []
    var longest = 0.0
    var found = 0
    for (row, known) in kept.prefix(searches) {
        // A cosine of about 0.93 to the one that was kept.
        let asked = zip(known, vector(dimensions)).map { $0 + 0.4 * $1 }
        let (start, used) = (ContinuousClock.now, processorTime())
        let matches = index.nearest(to: asked, scope: 1, atLeast: 0.9, most: 8)
        times.append((ContinuousClock.now - start) / .milliseconds(1))
        longest = max(longest, processorTime() - used)
        if matches.first?.row == row { found += 1 }
    }
    times.sort()
    print(
        "| \(dimensions) | \(VectorIndex.bytes(dimensions: dimensions)) | \(column(times[times.count / 2])) "
            + "| \(column(times[times.count * 99 / 100])) | \(column(times[times.count - 1])) | \(column(longest)) | \(found) of \(times.count) |"
    )
}

SWIFT
swiftc -O "$folder/main.swift" "$folder/VectorIndex.swift" -lm -o "$folder/index"
"$folder/index" "$@"
