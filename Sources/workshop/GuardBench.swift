import Foundation
import Persona

/// `workshop guard --bench`: what the scan costs, on the lines of standard input and on the worst texts there are.
struct GuardBench {
    let index: IdentityIndex

    func run() {
        let text = Array(AnyIterator { readLine() }.joined(separator: "\n").utf8)
        guard text.count >= 1 << 16 else { return Output.error("give at least 64 KiB of clean text on standard input") }
        var rows = [["text", "bytes", "runs", "p50 us", "p99 us", "us/KB"]]
        for size in [64, 1 << 10, 1 << 13, 1 << 16, 1 << 20] {
            let samples = (0..<(size > 1 << 14 ? 5 : 400)).map { number -> String in
                let start = number * 7919 * 13 % max(1, text.count - min(size, text.count) + 1)
                var bytes = Array(text[start..<min(text.count, start + size)])
                while bytes.count < size { bytes += text.prefix(size - bytes.count) }
                return String(decoding: bytes, as: UTF8.self)
            }
            rows.append(measure("clean", samples))
        }
        for (name, unit) in Self.bombs {
            for size in [1 << 16, 1 << 20] { rows.append(measure(name, [Self.repeated(unit, size)])) }
        }
        var nested = Array("The bomb is a text in a text. ".utf8)
        while nested.count < 1 << 19 { nested = Array(Data(nested + nested).base64EncodedString().utf8) }
        rows.append(measure("nested base64", [String(decoding: nested, as: UTF8.self)]))
        Output.table(rows)
    }

    private static let bombs: [(String, String)] = [
        ("base64", "VGhlIGJvbWIgaXMgYSB0ZXh0"), ("hex", "54686520626f6d62"), ("percent", "%2554%2568"),
        ("escapes", "\\u005cu0054"), ("numbers", "84 104 101 "), ("morse", "- .... . "), ("marks", "<b>|r[i]"),
        ("leet", "7h3_b0m8!"), ("one letter", "t"), ("spaces", " "), ("tags", "\u{E0054}"),
        ("zalgo", "t\u{34F}\u{35C}"),
        ("zero", "0"), ("base58", "AXMxBQ4 "),
    ]

    private static func repeated(_ unit: String, _ size: Int) -> String {
        String(repeating: unit, count: size / unit.utf8.count)
    }

    private func measure(_ name: String, _ texts: [String]) -> [String] {
        var times: [Double] = []
        for _ in 0..<(texts.count > 100 ? 5 : 3) {
            for text in texts {
                let start = DispatchTime.now().uptimeNanoseconds
                _ = index.traces(in: [text])
                times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1000)
            }
        }
        times.sort()
        let size = texts.map(\.utf8.count).max() ?? 1
        let middle = times[times.count / 2]
        let numbers = [middle, times[times.count * 99 / 100], middle * 1024 / Double(size)]
        return [name, "\(size)", "\(times.count)"] + numbers.map { String(format: "%.1f", $0) }
    }
}
