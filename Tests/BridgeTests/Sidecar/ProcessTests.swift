import Foundation
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("what is known of processes")
struct ProcessTests {
    @Test("a mark is found in an environment, and no other's is taken for it")
    func marks() {
        let all = ProcessMark(state: "/s/lock")
        let life = all.life(7)
        let run = life.run(3)
        func environment(_ value: String) -> [UInt8] { Array("A=1\u{0}WORKSHOP_SIDECAR=\(value)\u{0}B=2\u{0}".utf8) }
        for mark in [all, life, run] { #expect(mark.isIn(environment: environment(run.description))) }
        #expect(!run.isIn(environment: environment(life.run(31).description)))
        #expect(!life.isIn(environment: environment(all.life(77).run(3).description)))
        #expect(!all.isIn(environment: environment("/s/lock2#7.3.")))
        #expect(!all.isIn(environment: Array("XWORKSHOP_SIDECAR=/s/lock#7.3.\u{0}".utf8)))
        #expect(!all.isIn(environment: []))
    }

    /// Lines of `/proc/PID/stat`.
    private static let stats: [(line: String, isMember: Bool)] = [
        ("12 (llama) S 1 12 9 0 -1", true),
        ("12 (a b) c) R 1 12 9 0 -1", true),
        ("12 (llama) S 1 9 12 0 -1", false),
        ("12 (llama) Z 1 12 9 0 -1", false),
        ("12 (llama) S 1", false),
        ("", false),
    ]

    @Test("a session's living members are told from others", arguments: stats)
    func sessions(stat: (line: String, isMember: Bool)) {
        #expect(Stragglers.isRunning(Array(stat.line.utf8), in: 9) == stat.isMember)
    }

    @Test("the last lines are kept, cut at any place, without what steers a terminal")
    func lines() {
        let text = (1...30).map { "line \($0)\r\n" }.joined() + "\u{1B}[31mred\ttab\n\nrest"
        let bytes = Array(text.utf8)
        for cut in [0, 1, 7, 100, bytes.count - 3] {
            let log = ProcessLog()
            log.append(bytes[..<cut])
            log.append(bytes[cut...])
            #expect(log.lines.count == 21)
            #expect(log.lines.suffix(3) == ["line 30\u{FFFD}", "\u{FFFD}[31mred tab", "rest"])
        }
        let log = ProcessLog()
        log.append(Array(repeating: UInt8(ascii: "x"), count: 100_000))
        #expect(log.lines == [String(repeating: "x", count: 400)])
    }

    @Test("it is heard when a server says that it listens, once")
    func bell() {
        let log = ProcessLog()
        log.append(Array("loading\nmain: server is list".utf8))
        #expect(!log.takeBell())
        log.append(Array("ening on http://127.0.0.1:8100\n".utf8))
        #expect(log.takeBell())
        #expect(!log.takeBell())
    }

    @Test("slots at work are counted, of new and old servers")
    func slots() {
        func count(_ text: String) -> Int? { Slots.processing(Array(text.utf8)) }
        #expect(count("[{\"id\":0,\"is_processing\":true},{\"id\":1,\"is_processing\":false}]") == 1)
        #expect(count("[{\"id\":0,\"state\":1,\"prompt\":\"x\"},{\"id\":1,\"state\":0}]") == 1)
        #expect(count("[]") == 0)
        #expect(count("{\"error\":{}}") == nil)
    }

    @Test("ports are taken in turn, and only free ones")
    func ports() throws {
        // Below those that the system gives to connections; others on this machine may have some of them.
        let isFree = { (port: Int) in FreePort.find(in: port...port, after: nil) == port }
        let first = try #require(
            (110...310).map { $0 * 100 }.shuffled().first { ($0...($0 + 2)).allSatisfy(isFree) }
        )
        let range = first...(first + 2)
        #expect(FreePort.find(in: range, after: nil) == first)
        #expect(FreePort.find(in: range, after: first) == first + 1)
        #expect(FreePort.find(in: range, after: first + 2) == first)
        #expect(FreePort.find(in: range, after: 7) == first)
    }
}
