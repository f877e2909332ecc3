/// Writes the Prometheus text format, version 0.0.4. Pure.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/: the samples of a metric stand together, behind one `HELP` and
/// one `TYPE`; a backslash, a quotation mark and a line feed in a label's value are escaped.
struct MetricsText: Sendable {
    /// The media type of the answer.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// What a metric is.
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// Names and values.
    typealias Labels = [(String, String)]

    private(set) var text = ""

    /// A metric with its samples; one without any is left out.
    mutating func add(_ name: String, _ kind: Kind, _ help: StaticString, _ samples: [(Labels, Double)]) {
        guard !samples.isEmpty else { return }
        begin(name, kind, help)
        for (labels, value) in samples { sample(name, labels, value) }
    }

    /// A metric with one sample that has no labels.
    mutating func add(_ name: String, _ kind: Kind, _ help: StaticString, _ value: Double) {
        add(name, kind, help, [([], value)])
    }

    /// A histogram of seconds, for each of some labels.
    mutating func add(_ name: String, _ help: StaticString, _ histograms: [(Labels, Histogram)]) {
        guard !histograms.isEmpty else { return }
        begin(name, .histogram, help)
        for (labels, histogram) in histograms {
            var sum = 0
            for (bound, count) in zip(Histogram.bounds, histogram.counts) {
                sum += count
                sample(name + "_bucket", labels + [("le", Self.number(bound))], Double(sum))
            }
            sample(name + "_bucket", labels + [("le", "+Inf")], Double(histogram.total))
            sample(name + "_sum", labels, histogram.sum)
            sample(name + "_count", labels, Double(histogram.total))
        }
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: StaticString) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(Self.number(value))\n"
    }

    /// A whole one without a fraction.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { [0x22, 0x5C, 0x0A].contains($0) }) else { return value }
        var out = ""
        // Scalars: CR and LF are one character.
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
