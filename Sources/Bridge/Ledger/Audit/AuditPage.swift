internal import Foundation

extension AuditFindings {
    /// The report as one page that needs nothing else: no script, no font, no picture from anywhere.
    public var page: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Audit of the ledger</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>Audit of the ledger</h1>
        <p class="quiet">\(Self.escaped(time.formatted(.iso8601))), \(Self.decimal(seconds)) s, \(records) records</p>
        <section class="verdicts">
        \(verdict("Integrity", holds(.integrity), sentence(.integrity)))
        \(verdict("Completeness", holds(.completeness), sentence(.completeness)))
        \(verdict("Re-scan with the identities of today", rescan.map { $0.found == 0 }, rescanSentence))
        \(verdict("Byte invariance", invariance.map { $0.differing == 0 }, invarianceSentence))
        </section>
        \(problemList)
        <h2>Requests per day</h2>
        \(AuditPicture.days(days))
        <h2>Held back, by class</h2>
        \(AuditPicture.bars(Self.largestFirst(heldByClass), empty: "Nothing was held back."))
        <h2>The tree</h2>
        \(AuditPicture.tree(size: size, peaks: peaks, signed: signedSizes))
        <p class="hash">root <code>\(root.base64)</code></p>
        <h2>All figures</h2>
        <div class="wide"><table>
        \(rows.map(Self.row).joined(separator: "\n"))
        </table></div>
        <h2>What this cannot show</h2>
        <ul>
        \(Self.limits.map { "<li>\(Self.escaped($0))</li>" }.joined(separator: "\n"))
        </ul>
        </main>
        </body>
        </html>

        """
    }

    private func verdict(_ title: String, _ holds: Bool?, _ sentence: String) -> String {
        let (name, mark) = holds.map { $0 ? ("good", "\u{2713}") : ("bad", "\u{2717}") } ?? ("open", "\u{2013}")
        return """
            <div class="verdict \(name)"><span class="mark" aria-hidden="true">\(mark)</span>
            <div><strong>\(title)</strong><br>\(Self.escaped(sentence))</div></div>
            """
    }

    private var problemList: String {
        guard !problems.isEmpty else { return "" }
        let items = problems.map { "<li><code>\($0.kind.rawValue)</code> \(Self.escaped($0.sentence))</li>" }
        return "<h2>Problems (\(problemCount))</h2>\n<ul>\n\(items.joined(separator: "\n"))\n</ul>"
    }

    private static func row(_ cells: [String]) -> String {
        "<tr><th>\(escaped(cells[0]))</th><td>\(escaped(cells.dropFirst().joined(separator: " ")))</td></tr>"
    }

    static func decimal(_ value: Double) -> String { String(format: "%.1f", value) }

    /// A text between tags or in quotes; what steers is left out.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
            }
        }
        return out
    }

    static let style = """
        :root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d1b16; --quiet: #6b665a; --line: #ddd8cb;
          --card: #fff; --good: #1f7a4d; --bad: #b3261e; --c0: #2f6f9f; --c1: #c9822b; --c2: #5b8c5a; --c3: #9b5b8f;
          --c4: #b0524a; --c5: #6d6f9c; --c6: #8a8577; }
        @media (prefers-color-scheme: dark) { :root { --paper: #17161a; --ink: #ece8df; --quiet: #a29c8f; --line: #38353c;
          --card: #211f25; --good: #5fc492; --bad: #ff8a80; --c0: #6fb1e0; --c1: #e6ab5e; --c2: #8fc48e; --c3: #cf93c3;
          --c4: #e58c84; --c5: #a3a5d6; --c6: #b5b0a2; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        .quiet { color: var(--quiet); margin: .25rem 0 1rem; }
        .verdicts { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
        .verdict { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--quiet);
          border-radius: .4rem; padding: .75rem; display: flex; gap: .75rem; }
        .verdict > div { min-width: 0; overflow-wrap: anywhere; }
        .good { border-left-color: var(--good); } .good .mark { color: var(--good); }
        .bad { border-left-color: var(--bad); } .bad .mark { color: var(--bad); }
        .mark { font-size: 1.4rem; line-height: 1.2; font-weight: 700; }
        svg { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--line);
          border-radius: .4rem; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
        svg .dim { fill: var(--quiet); } svg .edge { stroke: var(--quiet); fill: none; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .5rem 0 0; list-style: none; }
        .legend i { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .4em; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; width: 100%; }
        th { text-align: left; font-weight: 500; color: var(--quiet); padding: .2rem 1rem .2rem 0; vertical-align: top;
          white-space: pre-wrap; width: 28%; } td { overflow-wrap: anywhere; padding: .2rem 0; } tr { border-bottom: 1px solid var(--line); }
        @media (max-width: 40rem) { svg text { font-size: 20px; } th { width: 38%; } }
        code { font-size: .9em; overflow-wrap: anywhere; } li { margin: .3rem 0; }
        """
}

/// The pictures of the page, as SVG that stands in it.
enum AuditPicture {
    private static let colours = 7
    private static let mostDays = 31

    private static func colour(_ index: Int) -> String { "var(--c\(min(index, colours - 1)))" }

    /// A column for each day, by backend; a mark on top where something was held back.
    static func days(_ days: [Int: AuditFindings.Day]) -> String {
        guard let last = days.keys.max(), let earliest = days.keys.min() else { return "<p>No requests yet.</p>" }
        let first = max(earliest, last - mostDays + 1)
        let span = Array(first...last)
        var totals: [String: Int] = [:]
        for day in span { for (name, count) in days[day]?.byBackend ?? [:] { totals[name, default: 0] += count } }
        let names = AuditFindings.largestFirst(totals).map(\.0)
        let most = max(1, span.map { days[$0]?.byBackend.values.reduce(0, +) ?? 0 }.max() ?? 1)
        let step = min(60, 620 / Double(span.count))
        var parts: [String] = []
        for (place, day) in span.enumerated() {
            let left = 60 + Double(place) * step
            var top = 180.0
            let counts = days[day]?.byBackend ?? [:]
            for (index, name) in names.enumerated() where counts[name, default: 0] > 0 {
                let height = 150 * Double(counts[name, default: 0]) / Double(most)
                top -= height
                parts.append(rectangle(left, top, step * 0.8, height, colour(index)))
            }
            if let held = days[day]?.held, held > 0 {
                parts.append(
                    "<circle cx=\"\(number(left + step * 0.4))\" cy=\"\(number(top - 8))\" r=\"4\" fill=\"var(--bad)\">"
                        + "<title>\(held) held back</title></circle>"
                )
            }
        }
        let labels = """
            <text x="8" y="36" class="dim">\(most)</text><text x="8" y="184" class="dim">0</text>
            <text x="60" y="202">\(DayName.text(first))</text>
            <text x="\(number(60 + Double(span.count) * step))" y="202" text-anchor="end">\
            \(span.count > 3 ? DayName.text(last) : "")</text>
            """
        let legend = names.enumerated().map { index, name in
            "<li><i style=\"background:\(colour(index))\"></i>\(AuditFindings.escaped(name)) \(totals[name, default: 0])</li>"
        }
        return svg("Requests per day and backend", 212, parts.joined(separator: "\n") + labels)
            + "\n<ul class=\"legend\">\(legend.joined())<li><i style=\"background:var(--bad)\"></i>held back</li></ul>"
    }

    /// A bar for each name.
    static func bars(_ counts: [(String, Int)], empty: String) -> String {
        guard let most = counts.map(\.1).max(), most > 0 else { return "<p>\(empty)</p>" }
        let rows = counts.prefix(16).enumerated().map { place, row in
            let top = 12 + Double(place) * 26
            let width = max(2, 460 * Double(row.1) / Double(most))
            return """
                <text x="12" y="\(number(top + 14))">\(AuditFindings.escaped(row.0))</text>
                \(rectangle(120, top, width, 18, colour(0)))
                <text x="\(number(128 + width))" y="\(number(top + 14))" class="dim">\(row.1)</text>
                """
        }
        return svg("Held back, by class", 20 + 26 * rows.count, rows.joined(separator: "\n"))
    }

    /// The complete subtrees beside each other, as wide as they have leaves, under one root; ticks where it was signed.
    static func tree(size: Int64, peaks: [Int64], signed: [Int64]) -> String {
        guard size > 0 else { return "<p>The tree has no leaf yet.</p>" }
        let (left, width, ground) = (30.0, 640.0, 190.0)
        var parts: [String] = []
        var start: Int64 = 0
        let deepest = Double(Int64.bitWidth - peaks[0].leadingZeroBitCount)
        for (index, peak) in peaks.enumerated() {
            let from = left + width * Double(start) / Double(size)
            let to = left + width * Double(start + peak) / Double(size)
            let height = 24 + 96 * Double(Int64.bitWidth - peak.leadingZeroBitCount) / deepest
            let middle = (from + to) / 2
            let points = [(from, ground), (middle, ground - height), (max(to, from + 1), ground)]
            parts.append(
                "<polyline class=\"edge\" points=\"350,24 \(number(middle)),\(number(ground - height))\"/>"
                    + "<polygon points=\"\(points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " "))\" "
                    + "fill=\"\(colour(index))\" opacity=\"0.85\"><title>\(peak) leaves</title></polygon>"
            )
            if to - from > 50 {
                parts.append(
                    "<text x=\"\(number(middle))\" y=\"\(number(ground - 8))\" text-anchor=\"middle\">\(peak)</text>"
                )
            }
            start += peak
        }
        // Not more ticks than can be told apart.
        let ticks = Set(signed.map { (left + width * Double($0) / Double(size)).rounded() }).sorted()
        for tick in ticks {
            parts.append("<path class=\"edge\" d=\"M\(number(tick)) 194v8\"/>")
        }
        parts.append("<circle cx=\"350\" cy=\"22\" r=\"6\" fill=\"var(--ink)\"/>")
        parts.append("<text x=\"362\" y=\"26\">root of \(size) leaves</text>")
        parts.append(
            "<text x=\"30\" y=\"218\" class=\"dim\">ticks: checkpoints that hold (\(Set(signed).count))</text>"
        )
        return svg("The tree and its checkpoints", 228, parts.joined(separator: "\n"))
    }

    private static func svg(_ title: String, _ height: Int, _ body: String) -> String {
        """
        <svg viewBox="0 0 700 \(height)" role="img" aria-label="\(title)"><title>\(title)</title>
        \(body)
        </svg>
        """
    }

    private static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ fill: String) -> String
    {
        "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" fill=\"\(fill)\"/>"
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
