import Foundation
import FuzzCore
import Testing

@Suite("What the fuzzer keeps of guard and routing keeps its promises")
struct FuzzCorpusTests {
    @Test("every kept input", arguments: FuzzTarget.core.map(\.name))
    func kept(_ name: String) throws {
        let target = try #require(FuzzTarget.core.first { $0.name == name })
        let inputs = try Corpus.kept(of: target)
        #expect(!inputs.isEmpty, "Fuzz/Corpus/\(name).txt is missing")
        for input in inputs {
            #expect(throws: Never.self, "\(String(decoding: Corpus.line(input), as: UTF8.self))") {
                try target.check(input)
            }
        }
    }

    @Test("an input is the same again when it is read from its line")
    func lines() {
        for input in [Array(0...255), Array("a\\x41\\\\n é".utf8), [0x5C], [0x5C, 0x5C], [0x0A]] as [[UInt8]] {
            #expect(Corpus.inputs(in: Corpus.line(input) + [0x0A] + Corpus.line([1])) == [input, [1]])
        }
    }

    @Test("a promise that is broken is noticed, and nothing of an input is lost where it is torn")
    func notices() {
        #expect(throws: Broken.self) { try promise(1 + 1 == 3, "two") }
        for pieces in Tears.all(Array(0..<100), seed: 7) { #expect(pieces.flatMap { $0 } == Array(0..<100)) }
    }
}
