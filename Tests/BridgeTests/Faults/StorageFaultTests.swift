import CDispatch
import Foundation
import GRDB
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Bridge

@Suite("What is wrong with the files is said, with what to do, and nothing is made worse")
struct StorageFaultTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wf-\(UUID().uuidString)").path

    private func bench() throws { try PrivateFile.makeFolder(folder) }
    private func clean() { try? FileManager.default.removeItem(atPath: folder) }

    @Test("a key is there whole or not at all, and never replaced")
    func keys() throws {
        try bench()
        defer { clean() }
        let path = folder + "/key"
        let made = try PrivateFile.randomBytes(32, keptAt: path)
        #expect(try PrivateFile.randomBytes(32, keptAt: path) == made)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
        // What an older version left half made, or a disk has lost.
        for damaged in [0, 16, 33] {
            try Data(repeating: 1, count: damaged).write(to: URL(fileURLWithPath: path))
            let fault = #expect(throws: StorageFault.self) { try PrivateFile.randomBytes(32, keptAt: path) }
            #expect("\(fault.map { "\($0)" } ?? "")".contains("put it back from a backup"))
            #expect(PrivateFile.size(path) == damaged)
        }
    }

    @Test("a day is forgotten with what a sudden end left of making its key")
    func leftOver() throws {
        try bench()
        defer { clean() }
        let days = DayKeys(folder: folder)
        _ = try days.making(20_000)
        _ = try days.making(20_001)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for name in names { try Data(count: 32).write(to: URL(fileURLWithPath: "\(folder)/\(name).new-1")) }
        try days.forget(before: 20_001)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == [names[1], names[1] + ".new-1"])
    }

    @Test("of two that make a key at once both have the same")
    func race() async throws {
        try bench()
        defer { clean() }
        let path = folder + "/key"
        let made = await withTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<8 { group.addTask { try? PrivateFile.randomBytes(32, keptAt: path) } }
            return await group.reduce(into: Set<[UInt8]?>()) { $0.insert($1) }
        }
        #expect(made.count == 1 && made.first??.count == 32)
    }

    @Test(
        "an error of SQLite says what to do, and nothing of its statement",
        arguments: [
            (ResultCode.SQLITE_FULL, "make room"), (.SQLITE_CORRUPT, "put a backup in its place"),
            (.SQLITE_NOTADB, "put a backup in its place"), (.SQLITE_READONLY_DBMOVED, "may write"),
            (.SQLITE_CANTOPEN, "may write"), (.SQLITE_IOERR_WRITE, "dmesg"), (.SQLITE_BUSY_SNAPSHOT, "end that one"),
        ]
    )
    func sentences(_ code: ResultCode, _ advice: String) {
        let error = DatabaseError(resultCode: code, message: "told", sql: "SELECT secret", arguments: ["word"])
        let sentence = StorageFault.sentence(error)
        #expect(sentence.contains(advice) && sentence.contains("told"))
        #expect(!sentence.contains("secret") && !sentence.contains("word"))
    }

    @Test("a memory that is deleted while it is open keeps nothing more, and says so")
    func deleted() async throws {
        try bench()
        defer { clean() }
        let memory = try Memory(path: folder + "/memory.db")
        #expect(await memory.write { _ in 1 } == 1)
        try FileManager.default.removeItem(atPath: folder + "/memory.db")
        #expect(await memory.write { _ in 1 } == nil)
        memory.close()
    }

    @Test("the doctor tells a file that is damaged, lost, or without its key, and changes none of them")
    func doctor() throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        try bench.open().close()
        let keys = [LedgerFiles.key(bench.path), LedgerFiles.signer(bench.path)]
        func fault() -> String? { DatabaseCheck.check("ledger", bench.path, keys: keys)?.fault }
        #expect(fault() == nil)
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.path))
        for (bytes, word) in [
            (Data(count: 0), "is gone"), (Data(repeating: 7, count: 9_000), "damaged"),
            (whole.prefix(whole.count / 2), "damaged"),
        ] {
            try bytes.write(to: URL(fileURLWithPath: bench.path))
            #expect(fault()?.contains(word) == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: bench.path)) == bytes)
        }
        try whole.write(to: URL(fileURLWithPath: bench.path))
        try Data(count: 3).write(to: URL(fileURLWithPath: keys[1]))
        #expect(fault()?.contains("the key") == true)
        #expect(DatabaseCheck.check("none", bench.path + ".none", keys: [])?.fault == nil)
    }

    @Test("a fault is told once while it lasts, with each new reason, and when it is over")
    func told() {
        let lines = Lines()
        let log = FaultLog("it fails", end: "it works", to: Logger(label: "test") { _ in LineLog(lines: lines) })
        log.worked()
        for _ in 0..<100 { log.failed("full") }
        log.failed("gone")
        for _ in 0..<3 { log.worked() }
        log.failed("gone")
        #expect(lines.all.withLock(\.self) == ["it fails full", "it fails gone", "it works", "it fails gone"])
    }

    @Test("clients get half of the descriptors; a place that is given back is there again")
    func places() {
        #expect([64, 100, 1_024, 1 << 20].map(ClientPlaces.most) == [8, 18, 480, 524_256])
        let places = ClientPlaces(most: 2, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect([places.take(), places.take(), places.take()] == [true, true, false])
        places.giveBack()
        #expect(places.take())
    }
}

/// What was logged.
private final class Lines: Sendable {
    let all = Mutex<[String]>([])
}

/// Keeps each line, with its reason.
private struct LineLog: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = [event.message.description, event.metadata?["reason"]?.description].compactMap(\.self)
        lines.all.withLock { $0.append(line.joined(separator: " ")) }
    }
}
