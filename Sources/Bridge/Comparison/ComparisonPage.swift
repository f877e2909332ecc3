internal import Foundation

extension ComparisonReport {
    /// The report as one page that needs nothing else: no script, no font, no picture from anywhere.
    /// - Parameter time: when it was made, in words.
    public func page(time: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Comparison of backends</title>
        <style>\(AuditFindings.style)\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>Comparison of backends</h1>
        <p class="quiet">\(Self.escaped(time)), \(prompts) prompts, \(Self.usd(spentUsd)) spent of \
        \(Self.usd(worstUsd)) at worst</p>
        <section class="verdicts">
        \(pairs.map(Self.card).joined(separator: "\n"))
        </section>
        <h2>Quality of each answer</h2>
        \(ComparisonPicture.quality(self))
        <h2>Difference in quality to \(Self.escaped(backends.first?.backend ?? "")), with 95 % intervals</h2>
        \(ComparisonPicture.differences(self))
        <h2>Time to the whole answer, and to the first token</h2>
        \(ComparisonPicture.times(self))
        <h2>What the answers have in common</h2>
        \(ComparisonPicture.levels(self))
        <h2>All figures</h2>
        \(figures)
        <h2>Answers</h2>
        \((0..<prompts).map(prompt).joined(separator: "\n"))
        <h2>What this cannot show</h2>
        <ul>
        \(Self.limits.map { "<li>\($0)</li>" }.joined(separator: "\n"))
        </ul>
        </main>
        </body>
        </html>

        """
    }

    private static let limits = [
        "Quality is what the bridge's judge sees on the face of an answer: form, completeness, coherence. It does not know "
            + "whether an answer is true.",
        "Answers are held against each other by words, numbers and names. The same in wholly other words counts as "
            + "different, and a contradiction without any of these marks is not seen.",
        "The times are those of one run from this machine.",
    ]

    private static func card(_ pair: Pair) -> String {
        let (name, mark) =
            switch pair.verdict {
            case "equivalent": ("good", "\u{2713}")
            case "different": ("bad", "\u{2717}")
            default: ("open", "?")
            }
        return """
            <div class="verdict \(name)"><span class="mark" aria-hidden="true">\(mark)</span>
            <div><strong>\(escaped(pair.second)) against \(escaped(pair.first)): \(escaped(pair.verdict))</strong><br>\
            \(escaped(pair.words))</div></div>
            """
    }

    private var figures: String {
        let titles = [
            "backend", "model", "answered", "failed", "median ms", "95 % ms", "first token ms", "tokens", "USD",
            "quality",
        ]
        let rows = backends.map { one in
            [
                one.backend, one.model, "\(one.answered)", "\(one.failed)", Self.decimal(one.medianMs),
                Self.decimal(one.p95Ms), Self.decimal(one.medianFirstTokenMs), "\(one.outputTokens)",
                String(format: "%.6f", one.costUsd), Self.decimal(one.meanQuality, digits: 2),
            ]
        }
        let head = titles.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { row in "<tr>\(row.map { "<td>\(Self.escaped($0))</td>" }.joined())</tr>" }
        return
            "<div class=\"wide\"><table class=\"grid\"><tr>\(head)</tr>\n\(body.joined(separator: "\n"))</table></div>"
    }

    private func prompt(_ place: Int) -> String {
        let title = texts.indices.contains(place) ? Self.line(texts[place], most: 120) : "prompt \(place + 1)"
        let held = heldBack.first { $0.prompt == place }
        let answers = cells.filter { $0.prompt == place }.map { cell in
            let text = cell.text.map { "<pre>\(Self.escapedLines($0))</pre>" } ?? ""
            let numbers = [
                cell.status, cell.ms.map { "\(Self.decimal($0)) ms" },
                cell.quality.map { "quality \(Self.decimal($0, digits: 2))" }, cell.costUsd.map(Self.usd),
            ].compactMap(\.self).joined(separator: ", ")
            return
                "<dt>\(Self.escaped(cell.backend)) <span class=\"quiet\">\(Self.escaped(numbers))</span></dt><dd>\(text)</dd>"
        }
        let verdicts = pairs.flatMap { pair in
            pair.verdicts.filter { $0.prompt == place }.map { verdict in
                "<li>\(Self.escaped(pair.second)): \(Self.escaped(verdict.words))</li>"
            }
        }
        let note = held.map { "<p>Held back by the guard: \(Self.escaped($0.status)). Nothing was sent.</p>" } ?? ""
        return """
            <details><summary>\(place + 1). \(Self.escaped(title))</summary>\(note)
            <ul>\(verdicts.joined())</ul><dl>\(answers.joined(separator: "\n"))</dl></details>
            """
    }

    // MARK: Texts

    static func escaped(_ text: String) -> String { AuditFindings.escaped(text) }

    /// The same, with the ends of lines.
    private static func escapedLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
            .joined(separator: "\n")
    }

    static func decimal(_ value: Double?, digits: Int = 0) -> String {
        value.map { String(format: "%.\(digits)f", $0) } ?? "-"
    }

    private static func usd(_ value: Double) -> String { "$" + String(format: "%.6f", value) }

    private static let style = """
        table.grid th, table.grid td { width: auto; padding: .2rem .8rem .2rem 0; white-space: nowrap; }
        details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
        dt { margin-top: .6rem; font-weight: 500; } dd { margin: 0; } pre { white-space: pre-wrap; overflow-wrap: anywhere;
          background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem; font-size: .85rem; }
        """
}

/// The pictures of the page, as SVG that stands in it.
enum ComparisonPicture {
    private static let left = 150.0
    private static let width = 510.0

    /// A dot for each answer, a bar at the mean, a row for each backend.
    static func quality(_ report: ComparisonReport) -> String {
        let rows = report.backends.enumerated().map { place, figures in
            let middle = 34 + Double(place) * 44
            let dots = report.cells.filter { $0.backend == figures.backend }.compactMap { cell in
                cell.quality.map { quality in
                    // Dots of one value stand beside each other, by the place of their prompt.
                    let rise = Double(cell.prompt % 7 - 3) * 3.5
                    return "<circle cx=\"\(number(x(quality, 0...1)))\" cy=\"\(number(middle + rise))\" r=\"3\" "
                        + "fill=\"\(colour(place))\" opacity=\"0.6\"><title>prompt \(cell.prompt + 1)</title></circle>"
                }
            }
            let mean = figures.meanQuality.map { mean in
                "<path d=\"M\(number(x(mean, 0...1))) \(number(middle - 16))v32\" stroke=\"var(--ink)\" stroke-width=\"2\"/>"
                    + "<text x=\"\(number(x(mean, 0...1) - 8))\" y=\"\(number(middle - 9))\" text-anchor=\"end\" class=\"dim\">"
                    + "\(ComparisonReport.decimal(mean, digits: 2))</text>"
            }
            return label(figures.backend, middle) + dots.joined() + (mean ?? "")
        }
        let height = 40 + 44 * report.backends.count
        return svg("Quality of each answer", height, axis(0...1, height - 16, digits: 1) + rows.joined(separator: "\n"))
    }

    /// The mean difference and its interval, with the margin within which it does not matter.
    static func differences(_ report: ComparisonReport) -> String {
        let pairs = report.pairs.compactMap { pair in pair.quality.map { (pair.second, $0) } }
        guard !pairs.isEmpty else { return "<p>With fewer than two prompts that both answer there is no interval.</p>" }
        let most = max(0.1, pairs.map { max(abs($0.1.low), abs($0.1.high)) }.max() ?? 0, report.margin * 2)
        let range = -most...most
        let height = 40 + 36 * pairs.count
        let rows = pairs.enumerated().map { place, pair in
            let middle = 28 + Double(place) * 36
            let (low, high) = (x(pair.1.low, range), x(pair.1.high, range))
            return label(pair.0, middle)
                + "<path d=\"M\(number(low)) \(number(middle))H\(number(high))\" stroke=\"\(colour(place + 1))\" "
                + "stroke-width=\"4\"/><circle cx=\"\(number(x(pair.1.mean, range)))\" cy=\"\(number(middle))\" r=\"6\" "
                + "fill=\"\(colour(place + 1))\"/>"
        }
        let band = (x(-report.margin, range), x(report.margin, range))
        let ground =
            "<rect x=\"\(number(band.0))\" y=\"8\" width=\"\(number(band.1 - band.0))\" height=\"\(height - 36)\" "
            + "fill=\"var(--line)\" opacity=\"0.5\"><title>does not matter</title></rect>"
            + "<path class=\"edge\" d=\"M\(number(x(0, range))) 8v\(height - 36)\"/>"
        return svg("Difference in quality", height, ground + axis(range, height - 16, digits: 2) + rows.joined())
    }

    /// Bars to the median, a tick at the slow end, a mark at the first token.
    static func times(_ report: ComparisonReport) -> String {
        let most = max(1, report.backends.compactMap { $0.p95Ms ?? $0.medianMs }.max() ?? 1)
        let range = 0...most
        let rows = report.backends.enumerated().map { place, one in
            let middle = 28 + Double(place) * 36
            let median = one.medianMs.map { x($0, range) } ?? left
            var parts = [label(one.backend, middle)]
            parts.append(
                "<rect x=\"\(number(left))\" y=\"\(number(middle - 9))\" width=\"\(number(median - left))\" height=\"18\" "
                    + "fill=\"\(colour(place))\"/>"
            )
            if let slow = one.p95Ms {
                parts.append(
                    "<path class=\"edge\" d=\"M\(number(median)) \(number(middle))H\(number(x(slow, range)))m0 -7v14\"/>"
                )
            }
            if let first = one.medianFirstTokenMs {
                parts.append(
                    "<circle cx=\"\(number(x(first, range)))\" cy=\"\(number(middle))\" r=\"5\" fill=\"var(--card)\" "
                        + "stroke=\"var(--ink)\"><title>first token</title></circle>"
                )
            }
            return parts.joined()
        }
        let height = 40 + 36 * report.backends.count
        return svg("Times in milliseconds", height, axis(range, height - 16, digits: 0) + rows.joined())
    }

    /// How many answers say the same, and how the others differ.
    static func levels(_ report: ComparisonReport) -> String {
        let names = [
            "same", "equivalent", "partial", "different", "contradiction", "other_form", "one_declined",
            "both_declined",
        ]
        let colours = ["--good", "--c5", "--c1", "--c6", "--bad", "--c3", "--c4", "--line"].map { "var(\($0))" }
        guard !report.pairs.isEmpty else { return "<p>Nothing was compared.</p>" }
        let rows = report.pairs.enumerated().map { place, pair in
            let middle = 28 + Double(place) * 36
            let total = Double(max(1, pair.levels.values.reduce(0, +)))
            var start = left
            var parts = [label(pair.second, middle)]
            for (index, name) in names.enumerated() {
                guard let count = pair.levels[name], count > 0 else { continue }
                let wide = width * Double(count) / total
                parts.append(
                    "<rect x=\"\(number(start))\" y=\"\(number(middle - 11))\" width=\"\(number(max(1, wide - 1)))\" "
                        + "height=\"22\" fill=\"\(colours[index])\"><title>\(name): \(count)</title></rect>"
                )
                start += wide
            }
            return parts.joined()
        }
        let legend = names.enumerated().map { index, name in
            "<li><i style=\"background:\(colours[index])\"></i>\(name.replacing("_", with: " "))</li>"
        }
        return svg("What the answers have in common", 20 + 36 * report.pairs.count, rows.joined())
            + "\n<ul class=\"legend\">\(legend.joined())</ul>"
    }

    // MARK: Parts

    private static func colour(_ place: Int) -> String { "var(--c\(min(place, 6)))" }

    private static func x(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        return left + width * min(1, max(0, share))
    }

    private static func label(_ name: String, _ middle: Double) -> String {
        let shown = ComparisonReport.escaped(ComparisonReport.line(name, most: 18))
        return "<text x=\"8\" y=\"\(number(middle + 4))\">\(shown)</text>"
    }

    private static func axis(_ range: ClosedRange<Double>, _ y: Int, digits: Int) -> String {
        [0.0, 0.5, 1.0].map { share in
            let value = range.lowerBound + share * (range.upperBound - range.lowerBound)
            return "<text x=\"\(number(left + width * share))\" y=\"\(y + 10)\" text-anchor=\"middle\" class=\"dim\">"
                + "\(ComparisonReport.decimal(value, digits: digits))</text>"
        }.joined()
    }

    private static func svg(_ title: String, _ height: Int, _ body: String) -> String {
        "<svg viewBox=\"0 0 700 \(height)\" role=\"img\" aria-label=\"\(title)\"><title>\(title)</title>\n\(body)\n</svg>"
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
