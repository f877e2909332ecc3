import TestSupport
import Testing

@testable import Routing

@Suite("The nearest vectors are found, in one order, and of one scope")
struct VectorIndexTests {
    private func vector(_ dimensions: Int, _ random: inout SeededGenerator) -> [Float] {
        (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) + Float.random(in: -1...1, using: &random)
        }
    }

    /// Turned away a little: the cosine of the two is about 1/sqrt(1 + amount^2).
    private func near(_ vector: [Float], by amount: Float, _ random: inout SeededGenerator) -> [Float] {
        zip(vector, self.vector(vector.count, &random)).map { $0 + amount * $1 }
    }

    private func cosine(_ one: [Float], _ other: [Float]) -> Float {
        func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(one, other) / (dot(one, one) * dot(other, other)).squareRoot()
    }

    @Test("of many, those that lie near are found, with their cosine", arguments: [3, 63, 64, 65, 384, 1_536])
    func nearest(dimensions: Int) throws {
        var random = SeededGenerator(seed: 7)
        var index = VectorIndex(dimensions: dimensions)
        let asked = vector(dimensions, &random)
        var planted: [(row: Int, cosine: Float)] = []
        for number in 0..<2_000 {
            let isPlanted = number % 500 == 250
            let added = isPlanted ? near(asked, by: 0.1 + Float(number) / 10_000, &random) : vector(dimensions, &random)
            let inserted = index.insert(added, scope: 1)
            let row = try #require(inserted)
            if isPlanted { planted.append((row, cosine(asked, added))) }
        }
        let found = index.nearest(to: asked, scope: 1, atLeast: dimensions > 60 ? 0.9 : -1, most: 4)
        #expect(found.count == 4)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.cosine >= $1.cosine })
        guard dimensions > 60 else { return }
        #expect(found.map(\.row) == planted.sorted { $0.cosine > $1.cosine }.map(\.row))
        for (match, expected) in zip(found, planted.sorted { $0.cosine > $1.cosine }) {
            #expect(abs(match.cosine - expected.cosine) < 0.005)
        }
    }

    @Test("another scope, and what was removed, is not found; its row is used again")
    func scopes() throws {
        var random = SeededGenerator(seed: 1)
        var index = VectorIndex(dimensions: 96)
        let one = vector(96, &random)
        let inserted = index.insert(one, scope: 1)
        let row = try #require(inserted)
        #expect(index.nearest(to: one, scope: 2, atLeast: 0, most: 8).isEmpty)
        #expect(index.nearest(to: one, scope: 1, atLeast: 0.99, most: 8).map(\.row) == [row])
        index.remove(row)
        index.remove(row)
        #expect(index.nearest(to: one, scope: 1, atLeast: 0, most: 8).isEmpty)
        let again = index.insert(one, scope: 2)
        #expect(again == row)
        #expect(index.rows == 1)
        #expect(index.nearest(to: one, scope: 2, atLeast: 0.99, most: 8).map(\.row) == [row])
    }

    @Test("more equally near ones than are compared are the lower rows, each time")
    func ties() {
        var index = VectorIndex(dimensions: 64)
        let one = [Float](repeating: 1, count: 64)
        for _ in 0..<300 { _ = index.insert(one, scope: 1) }
        let found = index.nearest(to: one, scope: 1, atLeast: 0.9, most: 1_000)
        #expect(found.map(\.row) == Array(0..<VectorIndex.shortlist))
    }

    @Test("what has no direction, or another length, is not taken")
    func unfit() {
        var index = VectorIndex(dimensions: 4)
        for vector: [Float] in [[0, 0, 0, 0], [1, 2, 3], [.nan, 1, 1, 1], [.infinity, 1, 1, 1]] {
            let row = index.insert(vector, scope: 1)
            #expect(row == nil)
        }
        #expect(index.nearest(to: [1, 1, 1], scope: 1, atLeast: 0, most: 1).isEmpty)
    }
}
