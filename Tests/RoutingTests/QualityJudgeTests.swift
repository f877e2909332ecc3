import Foundation
import Routing
import TestSupport
import Testing

/// A labelled answer of `Data/quality_*.jsonl`.
private struct LabelledAnswer: Decodable {
    let good: Bool
    let kind: String
    let task: String
    let answer: String
    let finish: String

    static func read(_ name: String) throws -> [LabelledAnswer] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/\(name).jsonl")
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(LabelledAnswer.self, from: $0)
        }
    }
}

@Suite("An answer is judged by its face")
struct QualityJudgeTests {
    private static let judge = QualityJudge()

    @Test("good answers pass, bad ones do not", arguments: ["quality_dev", "quality_held"])
    func labelled(_ name: String) throws {
        var passed = (good: 0, bad: 0)
        var all = (good: 0, bad: 0)
        for labelled in try LabelledAnswer.read(name) {
            let kind = try #require(TaskKind(rawValue: labelled.kind))
            let finish = try #require(FinishReason(rawValue: labelled.finish))
            let judgement = Self.judge.judge(
                QualityJudge.Answer(text: labelled.answer, finish: finish),
                for: try TestPrompts.blind(labelled.task),
                kind: kind
            )
            let hasPassed = judgement.confidence >= RoutingPolicy.Quality().threshold
            if labelled.good { all.good += 1 } else { all.bad += 1 }
            if labelled.good && hasPassed { passed.good += 1 }
            if !labelled.good && hasPassed { passed.bad += 1 }
            if hasPassed != labelled.good && name == "quality_dev" {
                print(
                    labelled.good ? "too strict:" : "too lax:",
                    kind,
                    judgement.reasons,
                    labelled.task,
                    "|",
                    labelled.answer
                )
            }
        }
        let kept = Double(passed.good) / Double(all.good)
        let caught = 1 - Double(passed.bad) / Double(all.bad)
        print("\(name): \(all.good) good, \(kept) pass; \(all.bad) bad, \(caught) fail")
        #expect(kept >= 0.97)
        #expect(caught >= 0.85)
    }
}
