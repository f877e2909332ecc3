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

    /// What was found in a set: `refusals_dev` is what the detector was made with, `refusals_held` a half of the same
    /// hand that was not looked into, `refusals_unseen` was written afterwards and not looked into either.
    @Test(
        "the labelled texts are told apart",
        arguments: [
            ("refusals_dev", 0.99, 0.95), ("refusals_held", 0.99, 0.95), ("refusals_unseen", 0.95, 0.7),
        ]
    )
    func labelled(_ name: String, _ leastPrecision: Double, _ leastRecall: Double) throws {
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
                print(text.refusal ? "missed:" : "false:", text.lang, verdict.reason, text.task, "|", text.text)
            }
        }
        let precision = Double(hits) / Double(hits + falseAlarms)
        let recall = Double(hits) / Double(hits + misses)
        print("\(name): \(texts.count) texts, precision \(precision), recall \(recall)")
        #expect(precision >= leastPrecision)
        #expect(recall >= leastRecall)
    }

    @Test("an answer is read at its ends only, and bytes that are cut apart do no harm")
    func bounded() {
        let refusal = "I'm sorry, but I can't help with that request."
        let filler = String(repeating: "Die Mühle mahlt das Korn, und der Müller zählt die Säcke. ", count: 200)
        func isRefusal(_ text: String) -> Bool {
            Self.detector.verdict(on: text, task: "Tell me about the mill.", kind: .general).isRefusal
        }
        #expect(isRefusal(refusal))
        #expect(!isRefusal(filler + refusal + filler))
        #expect(!isRefusal(refusal + " But here is what I know. " + filler))
        #expect(!isRefusal(filler))
        #expect(!isRefusal(""))
    }
}
