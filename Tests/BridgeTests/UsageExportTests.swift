import Foundation
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("The usage log: one line a request, without a word of it", .timeLimit(.minutes(1)))
struct UsageExportTests {
    private let bench: LedgerBench
    private let now = Date(timeIntervalSince1970: 1_763_683_260.5)

    init() throws { bench = try LedgerBench() }

    private func export(since: Date? = nil, until: Date? = nil) throws -> [String] {
        var lines: [String] = []
        try UsageExport(ledger: bench.path).run(since: since, until: until) {
            lines.append(String(decoding: $0, as: UTF8.self))
        }
        return lines
    }

    @Test("the oldest first, also while the daemon has the ledger open; probes are not in it, open requests are")
    func lines() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: now)
        let record = try bench.record("alpha", thought: "a1", kind: .debugging, caller: "#12 \"x\"", isLocal: true)
        await ledger.settle(try await ledger.willSend(record), bench.end(cost: 12_345))
        await ledger.settle(try await ledger.willSend(bench.record("beta", .probe)), bench.end(cost: nil))
        _ = try await ledger.willSend(bench.record("beta", thought: "a2"))
        #expect(
            try export() == [
                #"{"time":"2025-11-21T00:01:00.500Z","seq":1,"thought":"a1","attempt":1,"purpose":"thought","#
                    + ##""backend":"alpha","model":"alpha-1","kind":"debugging","caller":"#12 \"x\"","tier":"local","##
                    + #""outcome":"answered","ms":250,"first_token_ms":50,"input_uncached":1000,"#
                    + #""input_cache_read":null,"input_cache_write":null,"output_visible":100,"#
                    + #""output_reasoning":null,"source":"provider","cost_usd":1.2345e-05,"quality":0.75}"# + "\n",
                #"{"time":"2025-11-21T00:01:00.500Z","seq":3,"thought":"a2","attempt":1,"purpose":"thought","#
                    + #""backend":"beta","model":"beta-1","kind":"general","caller":null,"tier":null,"#
                    + #""outcome":null,"ms":null,"first_token_ms":null,"input_uncached":null,"#
                    + #""input_cache_read":null,"input_cache_write":null,"output_visible":null,"#
                    + #""output_reasoning":null,"source":null,"cost_usd":null,"quality":null}"# + "\n",
            ]
        )
        ledger.close()
        #expect(try export().count == 2)
    }

    @Test("from a moment on, and up to another that is not in it")
    func bounds() async throws {
        defer { bench.clean() }
        for offset in [0.0, 10, 20] {
            let ledger = try bench.open(at: now.addingTimeInterval(offset))
            _ = try await ledger.willSend(bench.record(thought: "\(Int(offset))"))
            ledger.close()
        }
        func thoughts(_ since: Double?, _ until: Double?) throws -> [Int] {
            try export(since: since.map(now.addingTimeInterval), until: until.map(now.addingTimeInterval)).compactMap {
                let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
                return (line?["thought"] as? String).flatMap(Int.init)
            }
        }
        #expect(try thoughts(nil, nil) == [0, 10, 20])
        #expect(try thoughts(10, nil) == [10, 20])
        #expect(try thoughts(nil, 10) == [0])
        #expect(try thoughts(5, 15) == [10])
        #expect(try export(since: .distantPast, until: .distantFuture).count == 3)
    }

    @Test("who stops listening stops it")
    func stopped() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: now)
        for _ in 0..<3 { _ = try await ledger.willSend(bench.record()) }
        var count = 0
        #expect(throws: CancellationError.self) {
            try UsageExport(ledger: bench.path).run { _ in
                count += 1
                throw CancellationError()
            }
        }
        #expect(count == 1)
        ledger.close()
    }

    @Test("a ledger that is not there, or is none, is named with the reason, and is not made")
    func missing() throws {
        defer { bench.clean() }
        #expect {
            try export()
        } throws: { "\($0)" == "the ledger \(bench.path) cannot be read: \(LedgerFiles.missing)" }
        #expect(!FileManager.default.fileExists(atPath: bench.path))
        try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
        try Data(repeating: 7, count: 5_000).write(to: URL(fileURLWithPath: bench.path))
        #expect {
            try export()
        } throws: { "\($0)".hasPrefix("the ledger \(bench.path) cannot be read: ") }
    }
}
