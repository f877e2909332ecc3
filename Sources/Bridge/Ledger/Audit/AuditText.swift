internal import Foundation
internal import Routing

extension AuditFindings {
    /// The report in lines of name and value, for a terminal.
    public var rows: [[String]] {
        var rows = [
            ["records", "\(records)"], ["first_seq", first.map { "\($0)" } ?? "-"],
            ["last_seq", last.map { "\($0)" } ?? "-"], ["gaps", "\(gaps)"], ["unsettled", "\(unsettled)"],
            ["probes", "\(probes)"], ["allowed", "\(records - probes)"],
        ]
        for (verdict, count) in Self.largestFirst(events) { rows.append([verdict, "\(count)"]) }
        for (name, count) in Self.largestFirst(heldByClass) { rows.append(["  blocked: \(name)", "\(count)"]) }
        for (name, totals) in byBackend.sorted(by: { ($1.value.records, $0.key) < ($0.value.records, $1.key) }) {
            rows.append(["  \(name)", "\(totals.records) records, \(totals.bytes) bytes sent"])
        }
        rows.append(["tree", "\(size) leaves" + (adopted > 0 ? ", \(adopted) of older records" : "")])
        rows.append(["root", root.base64])
        rows.append(["key", key?.text ?? "none"])
        rows.append(["checkpoints", "\(checkpoints), \(size - signed) leaves since the last that holds"])
        for held in held { rows.append(["  \(held.name)", held.sentence]) }
        rows.append([
            "payloads", "\(payloadsKept) kept, \(payloadsForgotten) forgotten, \(payloadsNever) never kept",
        ])
        rows.append(["re-scan", rescanSentence])
        rows.append(["invariance", invarianceSentence])
        rows.append(["integrity", sentence(.integrity)])
        rows.append(["completeness", sentence(.completeness)])
        for problem in problems { rows.append(["  \(problem.kind.rawValue)", problem.sentence]) }
        if problemCount > problems.count { rows.append(["  ...", "\(problemCount) problems in all"]) }
        return rows
    }

    /// What this cannot show, each in a sentence.
    public var limits: [String] { Self.limits }

    var rescanSentence: String {
        guard let rescan else { return "not done" }
        guard rescan.found > 0 else { return "\(rescan.scanned) payloads, nothing found" }
        let classes = Self.largestFirst(rescan.byClass).map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let sequences = rescan.sequences.prefix(20).map(String.init).joined(separator: ", ")
        return "\(rescan.scanned) payloads, \(rescan.found) with a finding (\(classes)): seq \(sequences)"
    }

    var invarianceSentence: String {
        guard let invariance else { return "no result beside the ledger" }
        return
            "\(invariance.differing) of \(invariance.requests) requests differ under \(invariance.personas) personas "
            + "on \(invariance.tasks) tasks (\(invariance.time))"
    }

    func sentence(_ verdict: Problem.Verdict) -> String {
        let count = problemCounts.filter { $0.key.verdict == verdict }.reduce(0) { $0 + $1.value }
        if count > 0 { return "BROKEN, \(count) problem\(count == 1 ? "" : "s")" }
        return switch verdict {
        case .integrity: "holds: what is there is what was recorded"
        case .completeness: "holds, as far as checkpoints reach: nothing that was recorded is missing"
        }
    }

    static func largestFirst(_ counts: [String: Int]) -> [(String, Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}

extension AuditFindings.Held {
    var sentence: String {
        let history = isConsistent ? "the ledger continues it" : "the ledger does NOT continue it"
        return "\(size) leaves, \(isSigned ? "signed" : "NOT signed by this key"), \(history)"
    }
}

extension AuditFindings {
    /// The report as one JSON object.
    public var json: String {
        var json = JSONWriter(reserving: 4_096)
        json.object { json in
            json.key("ok")
            json.boolean(isOK)
            json.key("integrity")
            json.boolean(holds(.integrity))
            json.key("completeness")
            json.boolean(holds(.completeness))
            json.key("time")
            json.string(time.formatted(.iso8601))
            json.key("seconds")
            json.number((seconds * 1_000).rounded() / 1_000)
            writeRecords(&json)
            writeTree(&json)
            writePayloads(&json)
            json.key("problems")
            json.array(problems) { json, problem in
                json.object { json in
                    json.key("kind")
                    json.string(problem.kind.rawValue)
                    json.key("verdict")
                    json.string(problem.kind.verdict.rawValue)
                    json.key("sentence")
                    json.string(problem.sentence)
                }
            }
            json.key("problem_counts")
            json.counts(problemCounts.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value })
            json.key("cannot_show")
            json.array(Self.limits) { $0.string($1) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func writeRecords(_ json: inout JSONWriter) {
        json.key("records")
        json.integer(records)
        json.key("first_seq")
        if let first { json.integer(first) } else { json.null() }
        json.key("last_seq")
        if let last { json.integer(last) } else { json.null() }
        json.key("gaps")
        json.integer(gaps)
        json.key("unsettled")
        json.integer(unsettled)
        json.key("probes")
        json.integer(probes)
        json.key("by_backend")
        json.array(byBackend.sorted { ($1.value.records, $0.key) < ($0.value.records, $1.key) }) { json, backend in
            json.object { json in
                json.key("backend")
                json.string(backend.key)
                json.key("records")
                json.integer(backend.value.records)
                json.key("bytes_sent")
                json.integer(backend.value.bytes)
            }
        }
        json.key("guard")
        json.counts(events.merging(["allowed": records - probes]) { held, _ in held })
        json.key("blocked_by_class")
        json.counts(heldByClass)
    }

    private func writeTree(_ json: inout JSONWriter) {
        json.key("tree")
        json.object { json in
            json.key("size")
            json.integer(size)
            json.key("root")
            json.string(root.base64)
            json.key("adopted")
            json.integer(adopted)
            json.key("key")
            if let key { json.string(key.text) } else { json.null() }
            json.key("checkpoints")
            json.integer(checkpoints)
            json.key("signed")
            json.integer(signed)
            json.key("held_against")
            json.array(held) { json, held in
                json.object { json in
                    json.key("name")
                    json.string(held.name)
                    json.key("size")
                    json.integer(held.size)
                    json.key("signed")
                    json.boolean(held.isSigned)
                    json.key("consistent")
                    json.boolean(held.isConsistent)
                }
            }
        }
    }

    private func writePayloads(_ json: inout JSONWriter) {
        json.key("payloads")
        json.object { json in
            json.key("kept")
            json.integer(payloadsKept)
            json.key("deleted")
            json.integer(payloadsForgotten)
            json.key("never")
            json.integer(payloadsNever)
        }
        json.key("rescan")
        if let rescan {
            json.object { json in
                json.key("scanned")
                json.integer(rescan.scanned)
                json.key("found")
                json.integer(rescan.found)
                json.key("by_class")
                json.counts(rescan.byClass)
                json.key("sequences")
                json.array(rescan.sequences) { $0.integer($1) }
            }
        } else {
            json.null()
        }
        json.key("invariance")
        if let invariance { json.object { invariance.write(&$0) } } else { json.null() }
    }
}

extension InvarianceResult {
    /// The members that every report of it has.
    func write(_ json: inout JSONWriter) {
        json.key("time")
        json.string(time)
        json.key("personas")
        json.integer(personas)
        json.key("tasks")
        json.integer(tasks)
        json.key("requests")
        json.integer(requests)
        json.key("differing")
        json.integer(differing)
    }
}

extension JSONWriter {
    /// An object of counts, by name.
    fileprivate mutating func counts(_ counts: [String: Int]) {
        object { json in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: name)
                json.integer(count)
            }
        }
    }
}
