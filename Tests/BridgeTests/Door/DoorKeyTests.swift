import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("the front door's keys and settings")
struct DoorKeyTests {
    private static func key(perMinute: Int? = nil, inFlight: Int? = nil) -> DoorKey {
        var key = DoorKey(name: "k", hash: "", created: Date(timeIntervalSince1970: 0))
        key.requestsPerMinute = perMinute
        key.inFlight = inFlight
        return key
    }

    @Test("a minute's requests may come at once, and then one by one")
    func rate() {
        let start = ContinuousClock.now
        var meter = KeyMeter(now: start)
        let key = Self.key(perMinute: 6)
        for _ in 0..<6 { #expect(meter.enter(key, at: start) == nil) }
        #expect(meter.enter(key, at: start) == .rate(seconds: 10))
        #expect(meter.enter(key, at: start + .seconds(4)) == .rate(seconds: 6))
        #expect(meter.enter(key, at: start + .seconds(10)) == nil)
        #expect(meter.enter(key, at: start + .seconds(10)) == .rate(seconds: 10))
        // A minute later all of them are there again, and no more.
        for _ in 0..<6 { #expect(meter.enter(key, at: start + .seconds(600)) == nil) }
        #expect(meter.enter(key, at: start + .seconds(600)) != nil)
    }

    @Test("so many at once and no more; who is refused uses nothing up")
    func inFlight() {
        let now = ContinuousClock.now
        var meter = KeyMeter(now: now)
        let key = Self.key(perMinute: 2, inFlight: 1)
        #expect(meter.enter(key, at: now) == nil)
        #expect(meter.enter(key, at: now) == .inFlight)
        meter.leave()
        #expect(meter.enter(key, at: now) == nil)
        meter.leave()
        #expect(meter.enter(key, at: now) == .rate(seconds: 30))
    }

    @Test("a key is kept as a hash, told once, and each is another")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KeyFile(path: folder.path + "/state/keys.json")
        #expect(try file.rows().isEmpty && KeyFile.count(folder.path + "/state/keys.json") == 0)
        var wishes = KeyFile.Wishes()
        wishes.dollarsPerDay = 1.5
        wishes.persona = "timmy"
        let (first, second) = (try file.add("first", wishes), try file.add("second"))
        #expect(first.hasPrefix("wsk-") && first.utf8.count == 47 && first != second)
        let keys = try file.keys()
        #expect(keys.map(\.name) == ["first", "second"] && keys[0].hash == DoorKey.hash(of: first))
        #expect(keys[0].hash.count == 64 && keys[0].persona == "timmy" && !keys[0].isOperator)
        let limit = NanoDollars(1_500_000_000)
        #expect(keys[0].budgets == [Budget(scope: .caller("key:first"), period: .day, limit: limit)])
        #expect(keys[1].budgets.isEmpty)
        #expect(try file.rows().first?[3] == "$1.5 a day")
        #expect(throws: KeyFile.Problem.self) { try file.add("first") }
        for name in ["", "two words", "a/b", String(repeating: "x", count: 49)] {
            #expect(throws: KeyFile.Problem.self) { try file.add(name) }
        }
        #expect(try file.revoke("first") && !file.revoke("first"))
        #expect(try file.keys().map(\.name) == ["second"])
        try "{".write(toFile: folder.path + "/state/keys.json", atomically: true, encoding: .utf8)
        #expect(throws: KeyFile.Problem.self) { try file.keys() }
        #expect(throws: KeyFile.Problem.self) { try file.add("third") }
    }

    /// A section, and what is wrong with it.
    private static let sections: [(yaml: String, problem: String?)] = [
        ("{listen: \"127.0.0.1:0\"}", nil),
        ("{listen: \"[::1]:8181\", cors: \"https://chat.example\", streams: whole}", nil),
        ("{listen: \"0.0.0.0:8181\"}", "without a key"),
        ("{listen: \"::1:8181\"}", "not an address"),
        ("{listen: \"8181\"}", "not an address"),
        ("{listen: \"127.0.0.1:99999\"}", "not an address"),
        ("{cors: \"*\"}", "no origin"),
        ("{cors: \"https://chat.example/\"}", "no origin"),
        ("{streams: slow}", "none of live, whole"),
        ("{max_body_bytes: 1}", "not a number"),
        ("{prot: 1}", "no such key"),
    ]

    @Test("the section http is checked", arguments: sections)
    func section(_ section: (yaml: String, problem: String?)) throws {
        let context = ConfigReader.Context(environment: [:])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try "http: \(section.yaml)".write(to: file, atomically: true, encoding: .utf8)
        let root = try #require(ConfigReader.open(file.path, context: context))
        let http = HTTPReader.read(root, base: file, folder: "/nowhere/at/all")
        if let problem = section.problem {
            #expect(context.problems.contains { $0.message.contains(problem) })
        } else {
            #expect(context.problems.isEmpty && http?.isLoopback == true)
        }
    }

    @Test("a sum is told exactly")
    func decimal() {
        let sums: [(Int64, String)] = [
            (0, "0"), (1, "0.000000001"), (54_000, "0.000054"), (1_500_000_000, "1.5"), (2_000_000_000, "2"),
            (-250_000_000, "-0.25"),
        ]
        for (value, text) in sums { #expect(NanoDollars(value).decimal == text) }
    }
}
