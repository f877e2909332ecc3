import Foundation
import Logging
import Synchronization
import Testing

@testable import Bridge

@Suite("A line of the log is one event, and nothing in it passes for another")
struct LogLineTests {
    private static let esc = "\u{1B}[2J"

    private func line(
        _ format: LogFormat,
        message: String = "listening",
        _ metadata: [String: String] = [:],
        level: Logger.Level = .notice,
        isForJournal: Bool = false
    ) -> String {
        LogLine(format: format, label: "workshop", isForJournal: isForJournal).text(
            LogLine.Event(
                time: Date(timeIntervalSince1970: 1_700_000_000.25),
                level: level,
                message: message,
                metadata: metadata
            )
        )
    }

    @Test("for people: time, level, label, what belongs to it, message")
    func text() {
        #expect(
            line(.text, ["socket": "/run/w.sock", "why": "it is idle"])
                == "2023-11-14T22:13:20.250Z notice workshop: socket=/run/w.sock why=\"it is idle\" listening\n"
        )
    }

    @Test("for programs: an object, with a string for each name")
    func json() throws {
        let told = line(.json, message: "a \"b\"\n\u{1B}", ["why": "x=\u{85}\u{202E}\u{E0001}y"])
        #expect(told.hasSuffix("}\n") && told.dropLast().allSatisfy { $0.isASCII && $0 >= " " })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2023-11-14T22:13:20.250Z" && object["level"] as? String == "notice")
        #expect(object["label"] as? String == "workshop" && object["message"] as? String == "a \"b\"\n\u{1B}")
        #expect((object["metadata"] as? [String: String])?["why"] == "x=\u{85}\u{202E}\u{E0001}y")
    }

    @Test("ends of lines and what steers a terminal are shown, not done", arguments: LogFormat.allCases)
    func hidden(_ format: LogFormat) {
        let forged = "x\r\n2023-11-14T22:13:20.250Z error workshop: forged\(Self.esc)\u{9B}2J\u{2028}\u{202E}"
        let told = line(format, message: forged, ["a\nb": forged])
        #expect(told.unicodeScalars.count { $0 == "\n" } == 1)
        let steers = told.dropLast().unicodeScalars.filter {
            [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
        }
        #expect(steers.isEmpty)
    }

    @Test("a value that is not one word is quoted, so that none passes for another name")
    func quoted() {
        #expect(line(.text, ["a": #"x" b="y\"#]).contains(#"a="x\" b=\"y\\""#))
        #expect(line(.text, ["a": ""]).contains(#"a="""#))
    }

    @Test(
        "the journal gets its priority in front",
        arguments: [(Logger.Level.error, "<3>"), (.debug, "<7>"), (.notice, "<5>")]
    )
    func journal(_ level: Logger.Level, _ priority: String) {
        for format in LogFormat.allCases {
            #expect(line(format, level: level, isForJournal: true).hasPrefix(priority))
            #expect(!line(format, level: level).hasPrefix("<"))
        }
    }

    @Test("a logger writes what its level lets through; of an error it tells the type alone")
    func handler() {
        struct Spoken: Error { var prompt = "the prompt" }
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { label in
            LogLines(label, format: .text, level: .info, isForJournal: false) { text in
                lines.withLock { $0.append(text) }
            }
        }
        logger.debug("passed over")
        logger.error("it failed", error: Spoken(), metadata: ["seq": "7"])
        let told = lines.withLock { $0 }
        #expect(told.count == 1 && told[0].hasSuffix(" error test: error=Spoken seq=7 it failed\n"))
    }
}
