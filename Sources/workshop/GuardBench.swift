import Foundation
import Persona

/// `workshop guard --bench`: what reading costs, on clean texts and on the worst texts there are.
///
/// Each text is read several times, in rounds over all of them, and its least time counts; it is the thread's own time on
/// the processor: what else runs on the machine is not what is measured.
struct GuardBench {
    let index: IdentityIndex
    let gate: PromptGuard

    private static let sizes = [1 << 10, 1 << 13, 1 << 16, 1 << 20]
    private static let most = 2_000

    func run() {
        let text = Self.cleanText()
        guard text.count >= 1 << 16 else { return Output.error("give at least 64 KiB of clean text on standard input") }
        var rows = [["clean text of", "texts", "p50 us", "p99 us", "worst us", "p50 us/KB"]]
        for size in Self.sizes {
            rows.append(row("\(size) bytes", size, Self.pieces(of: text, size)) { _ = index.traces(in: [$0]) })
        }
        let pseudonyms = Pseudonyms(key: [UInt8](repeating: 7, count: 32), conversation: "")
        rows.append(
            row("1024, the whole gate", 1 << 10, Self.pieces(of: text, 1 << 10)) {
                _ = gate.judge(fields: [$0], pseudonyms: pseudonyms)
            }
        )
        Output.table(rows)
        let sizes = [1 << 16, 1 << 18, 1 << 20]
        var worst = [["worst text, us/KB at"] + sizes.map { "\($0 >> 10) KB" }]
        for (name, unit) in WorstTexts.units {
            worst.append([name] + sizes.map { perKilobyte(WorstTexts.repeated(unit, $0)) })
        }
        worst.append(["nested base64"] + sizes.map { perKilobyte(WorstTexts.nested($0)) })
        Output.table(worst)
    }

    /// The texts of standard input in one: lines of JSON as for the filter, or plain lines.
    private static func cleanText() -> [UInt8] {
        var text: [UInt8] = []
        while let line = readLine() {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let fields = object?["fields"] as? [String] ?? (object?["text"] as? String).map { [$0] } ?? [line]
            text += fields.joined(separator: "\n").utf8 + [0x0A]
        }
        return text
    }

    /// Different pieces of about the size, from one end to the other; no character is cut.
    private static func pieces(of text: [UInt8], _ size: Int) -> [String] {
        let size = min(size, text.count)
        return (0..<min(most, text.count / size)).map { number in
            var start = number * size
            while start < text.count, text[start] & 0xC0 == 0x80 { start += 1 }
            var end = min(text.count, start + size)
            while end > start, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            return String(decoding: text[start..<end], as: UTF8.self)
        }
    }

    private func row(_ name: String, _ size: Int, _ texts: [String], _ read: (String) -> Void) -> [String] {
        let times = Self.leastTimes(of: texts, read).sorted()
        let middle = times[times.count / 2]
        let numbers = [middle, times[times.count * 99 / 100], times[times.count - 1], middle * 1024 / Double(size)]
        return [name, "\(times.count)"] + numbers.map { String(format: "%.1f", $0) }
    }

    private func perKilobyte(_ text: String) -> String {
        let time = Self.leastTimes(of: [text]) { _ = index.traces(in: [$0]) }[0]
        return String(format: "%.1f", time * 1024 / Double(text.utf8.count))
    }

    /// What this thread has used, in microseconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// In microseconds.
    private static func leastTimes(of texts: [String], _ read: (String) -> Void) -> [Double] {
        var times = [Double](repeating: .infinity, count: texts.count)
        for _ in 0..<5 {
            for (number, text) in texts.enumerated() {
                let start = processorTime()
                read(text)
                times[number] = min(times[number], processorTime() - start)
            }
        }
        return times
    }
}

/// Texts that make the most work for each byte.
private enum WorstTexts {
    static let units: [(String, String)] = [
        ("base64", "VGhlIGJvbWIgaXMgYSB0ZXh0"), ("base64 words", "VGhlIGJvbWI dGV4dCBv "), ("base58", "AXMxBQ4 "),
        ("hex", "54686520626f6d62"), ("hex list", "54 68 0x65 20 "), ("numbers", "84 104 101 "),
        ("digits", "1234567890"),
        ("zero", "0"), ("percent", "%2554%2568"), ("escapes", "\\u005cu0054"), ("entities", "&#38;#84;&#x54;"),
        ("quoted-printable", "=3D=54=\n"), ("morse", "- .... . "), ("dots", ". . . . .. "), ("markup", "<b>|r[i]"),
        ("leet", "7h3_b0m8! "), ("codes", "9jqo^BlbD-BleB1 DJ+*+ "), ("drawn out", "tthhee bboommbb "),
        ("near misses", "Timmmy Rowam Bess Harow "), ("camel", "getTimMyBomb"), ("one letter", "t"), ("spaces", " "),
        ("lines", "t\n"), ("drawing", "|_/\\_|\n"), ("emoji", "\u{1F600}\u{1F680}"),
        ("cyrillic", "\u{431}\u{43E}\u{43C} "),
        ("tags", "\u{E0054}"), ("zero width", "t\u{200B}"), ("zalgo", "t\u{34F}\u{35C}"),
        ("turned", "\u{287}\u{265}\u{1DD} "),
    ]

    static func repeated(_ unit: String, _ size: Int) -> String {
        String(repeating: unit, count: size / unit.utf8.count)
    }

    /// A text in Base64 in Base64, and so on, as often as it takes.
    static func nested(_ size: Int) -> String {
        var nested = Array("The bomb is a text in a text. ".utf8)
        while nested.count < size { nested = Array(Data(nested + nested.prefix(size / 3)).base64EncodedString().utf8) }
        return String(decoding: nested.prefix(size), as: UTF8.self)
    }
}
