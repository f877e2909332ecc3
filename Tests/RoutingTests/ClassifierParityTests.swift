import Foundation
import TestSupport
import Testing

@testable import Routing

@Suite("The classifier sees in a task what its training saw")
struct ClassifierParityTests {
    /// A line that `training/train.py` wrote.
    private struct Sample: Decodable {
        let task: String
        let attachments: [String]
        /// How many hashes, and their sum.
        let edge: [UInt32]
        let middle: [UInt32]
        let structure: [Int]
        let scores: [Float]
    }

    private static func lines<Line: Decodable>(_ name: String) throws -> [Line] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).jsonl")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test("words, structure and scores are those of the training, to the bit and to a hundredth")
    func parity() throws {
        let model = LinearModel()
        let samples: [Sample] = try Self.lines("classifier_parity")
        #expect(samples.count > 40)
        for sample in samples {
            var task = sample.task
            task.withUTF8 { bytes in
                let zones = TaskWords.Zones(bytes)
                let shape = TaskStructure(bytes, zones: zones, attachments: sample.attachments)
                let traits = (0..<64).filter { shape.rawValue >> UInt64($0) & 1 == 1 }
                #expect(traits == sample.structure, "\(sample.task.prefix(60))")
                let hashes = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: zones.capacity(bytes.count))
                defer { hashes.deallocate() }
                let read = model.folding.withUnsafeBufferPointer {
                    TaskWords.read(bytes, zones: zones, folding: $0, into: hashes)
                }
                let edge = hashes[0..<read.edge].reduce(0, &+)
                let middle = hashes[read.edge..<(read.edge + read.middle)].reduce(0, &+)
                #expect([UInt32(read.edge), edge] == sample.edge, "\(sample.task.prefix(60))")
                #expect([UInt32(read.middle), middle] == sample.middle, "\(sample.task.prefix(60))")
                let known = model.look(up: hashes, edge: read.edge, middle: read.middle)
                let scores = model.scores(known, shape)
                for (column, score) in sample.scores.enumerated() {
                    #expect(abs(scores[column] - score) < 0.02, "column \(column) of \(sample.task.prefix(60))")
                }
            }
        }
    }

    /// A labelled task that no training saw.
    private struct Labelled: Decodable {
        let task: String
        let kind: String
        let also: [String]
        let complexity: String
        let local_only: Bool
        let attachments: [String]
    }

    @Test("of our own tasks that no training saw, most are told right")
    func heldOut() throws {
        let classifier = Classifier()
        let tasks: [Labelled] = try Self.lines("classifier_heldout")
        var kind = 0
        var role = 0
        var complexity = 0
        var stays = 0
        var all = 0
        for task in tasks {
            // What holds somebody's key is odd, and waits for the owner: nothing is classified.
            guard let prompt = try? TestPrompts.blind(task.task, attachments: task.attachments) else { continue }
            all += 1
            let found = classifier.classify(prompt)
            let accepted = [task.kind] + task.also
            if accepted.contains(found.kind.rawValue) { kind += 1 }
            if accepted.contains(where: { TaskKind(rawValue: $0)?.home == found.kind.home }) { role += 1 }
            if task.complexity == found.complexity.rawValue { complexity += 1 }
            if task.local_only == found.isLocalOnly { stays += 1 }
        }
        #expect(all >= 150 && tasks.count - all <= 2)
        #expect(kind * 100 >= all * 67, "\(kind) of \(all)")
        #expect(role * 100 >= all * 76, "\(role) of \(all)")
        #expect(complexity * 100 >= all * 70, "\(complexity) of \(all)")
        #expect(stays * 100 >= all * 93, "\(stays) of \(all)")
    }
}
