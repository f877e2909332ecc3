import Foundation
import Routing
import Testing

/// A labelled text of `Data/refusals_*.jsonl`.
private struct LabelledText: Decodable {
    let refusal: Bool
    let lang: String
    let kind: String
    let task: String
    let text: String

    static func read(_ name: String) throws -> [LabelledText] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/\(name).jsonl")
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(LabelledText.self, from: $0)
        }
    }
}

@Suite("A refusal is told from what only looks like one")
struct RefusalDetectorTests {
    private static let detector = RefusalDetector()

    @Test("the labelled texts are told apart", arguments: ["refusals_dev", "refusals_held"])
    func labelled(_ name: String) throws {
        let texts = try LabelledText.read(name)
        var hits = 0
        var misses = 0
        var falseAlarms = 0
        for text in texts {
            let kind = try #require(TaskKind(rawValue: text.kind))
            let verdict = Self.detector.verdict(on: text.text, task: text.task, kind: kind)
            if verdict.isRefusal && text.refusal { hits += 1 }
            if verdict.isRefusal && !text.refusal { falseAlarms += 1 }
            if !verdict.isRefusal && text.refusal { misses += 1 }
            if verdict.isRefusal != text.refusal && name == "refusals_dev" {
                print(text.refusal ? "MISS" : "FALSE", text.lang, verdict.reason, text.task, "|", text.text)
            }
        }
        let precision = Double(hits) / Double(hits + falseAlarms)
        let recall = Double(hits) / Double(hits + misses)
        print("\(name): \(texts.count) texts, precision \(precision), recall \(recall)")
        #expect(precision >= 0.99)
        #expect(recall >= 0.95)
    }
}
