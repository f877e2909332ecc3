import Foundation
import FuzzBridge
import FuzzCore
import Testing

@Suite("What the fuzzer keeps of the daemon's parsers keeps its promises", .serialized)
struct FuzzBridgeCorpusTests {
    @Test("every kept input", arguments: FuzzTarget.bridge.map(\.name))
    func kept(_ name: String) throws {
        let target = try #require(FuzzTarget.bridge.first { $0.name == name })
        let inputs = try Corpus.kept(of: target)
        #expect(!inputs.isEmpty, "Fuzz/Corpus/\(name).txt is missing")
        for input in inputs {
            #expect(throws: Never.self, "\(String(decoding: Corpus.line(input), as: UTF8.self))") {
                try target.check(input)
            }
        }
    }
}
