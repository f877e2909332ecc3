import Foundation
import Testing

@testable import Routing

@Suite("What the vendors' documentation shows is read as it is meant")
struct RecordingTests {
    @Test("whole replies", arguments: Recording.all.filter { !$0.isStream })
    func whole(_ recording: Recording) throws {
        #expect(try recording.read(Recording.bytes(recording.file)) == recording.outcome)
    }

    @Test(
        "streams: cut in two at every byte, byte by byte, and with every line end",
        arguments: Recording.all.filter(\.isStream)
    )
    func streams(_ recording: Recording) throws {
        let bytes = try Recording.bytes(recording.file)
        for cut in 0...bytes.count {
            let (outcome, text) = try recording.read([bytes[..<cut], bytes[cut...]])
            try #require(outcome == recording.outcome, "cut at \(cut)")
            if case .answer(let answer) = outcome { try #require(text == answer.text, "cut at \(cut)") }
        }
        #expect(try recording.read(bytes.indices.map { bytes[$0...$0] }).outcome == recording.outcome)
        let lineFeeds = bytes.filter { $0 != UInt8(ascii: "\r") }
        let returns = lineFeeds.flatMap { $0 == UInt8(ascii: "\n") ? Array("\r\n".utf8) : [$0] }
        #expect(try recording.read([returns[...]]).outcome == recording.outcome)
    }

    @Test(
        "short streams: cut in three at every two bytes",
        arguments: Recording.answers.filter { $0.file.contains("/short.") }
    )
    func twoCuts(_ recording: Recording) throws {
        let bytes = try Recording.bytes(recording.file)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                try #require(try recording.read(pieces).outcome == recording.outcome, "cut at \(first), \(second)")
            }
        }
    }

    @Test(
        "a stream that ends early is a failure, or has said that it is whole",
        arguments: Recording.answers.filter(\.isStream)
    )
    func truncated(_ recording: Recording) throws {
        guard case .answer(let whole) = recording.outcome else { return }
        let bytes = try Recording.bytes(recording.file)
        var firstGood: Int?
        for length in 0..<bytes.count {
            switch try recording.read([bytes[..<length]]).outcome {
            case .answer(let answer):
                firstGood = firstGood ?? length
                // Only the counts may be missing then.
                try #require(answer.text == whole.text && answer.calls == whole.calls && answer.finish == whole.finish)
            case .failure(let error):
                let expected: [FailureClass] = [.streamBroken, .malformed]
                try #require(expected.contains(error.failure), "\(error.failure) at \(length)")
            }
        }
        #expect(try #require(firstGood) > bytes.count / 4)
    }

    @Test(
        "a stream is read from a whole reply, and a whole reply from a stream",
        arguments: Recording.all.filter { $0.status == 200 }
    )
    func unasked(_ recording: Recording) throws {
        let bytes = try Recording.bytes(recording.file)
        if recording.isStream {
            #expect(try recording.read(bytes) == recording.outcome)
        } else {
            #expect(try recording.read([bytes.prefix(7), bytes.dropFirst(7)]).outcome == recording.outcome)
        }
    }

    @Test("any recording with any one byte changed is an answer or a failure, never a trap", arguments: Recording.all)
    func damaged(_ recording: Recording) throws {
        let bytes = try Recording.bytes(recording.file)
        for position in stride(from: 0, to: bytes.count, by: 11) {
            for byte in [UInt8(0), UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "9"), UInt8(ascii: "\n"), 0xFF] {
                var changed = bytes
                changed[position] = byte
                if case .failure(let error) = try recording.read(changed) {
                    try #require(error.failure != .cancelled)
                }
            }
        }
    }

    @Test(
        "lists of models",
        arguments: [
            ("openai/models.json", ["gpt-5", "gpt-5-mini"]),
            ("anthropic/models.json", ["claude-opus-4-6", "claude-sonnet-4-5-20250929"]),
            ("gemini/models.json", ["gemini-2.5-pro"]), ("ollama/tags.json", ["llama3.2:latest", "qwen3:4b"]),
            ("pipe/models.json", ["llama3.2:3b", "qwen2.5-coder:7b"]),
        ]
    )
    func models(_ file: String, _ expected: [String]) throws {
        let format = try Recording(file: file, outcome: .failure(WireError(.empty))).backend().wire.format
        #expect(try format.decodeModels(HTTPReply(status: 200, body: Recording.bytes(file))) == expected)
        #expect(throws: WireError(.auth)) { try format.decodeModels(HTTPReply(status: 401, body: [])) }
        #expect(throws: WireError(.malformed)) { try format.decodeModels(HTTPReply(status: 200, body: [])) }
    }

    @Test("every recording is tested, and the index says where each comes from")
    func index() throws {
        let index = String(decoding: try Recording.bytes("README.md"), as: UTF8.self)
        let lists = ["openai/models.json", "anthropic/models.json", "gemini/models.json", "ollama/tags.json"]
        let tested = Set(Recording.all.map(\.file) + lists + ["pipe/models.json"])
        let found = FileManager.default.enumerator(atPath: Recording.folder.path)?.compactMap { $0 as? String } ?? []
        let files = Set(found.filter { $0.contains("/") })
        #expect(files == tested)
        for file in files { #expect(index.contains("`\(file)`"), "\(file)") }
    }
}
