import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

/// The transcripts of `Tests/Transcripts`, played against a real daemon.
@Suite(.timeLimit(.minutes(1)))
struct TranscriptTests {
    static let folder = Daemonette.repository.appendingPathComponent("Tests/Transcripts")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.sorted()
    }()

    @Test("there are transcripts")
    func exist() {
        #expect(Self.names.count >= 15)
    }

    @Test("the daemon speaks as the transcript says", arguments: names)
    func speaks(name: String) async throws {
        let heard = Gate()
        let alpha = Self.alpha(name, heard)
        let beta = Self.beta(name)
        defer {
            alpha.stop()
            beta.stop()
        }
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url) { config in
            // The transcript of `route` names beta's role.
            if let index = config.backends.firstIndex(where: { $0.id.rawValue == "beta" }) {
                config.backends[index].roles = [.breadth]
            }
            if name == "think_switching.jsonl", let url = LoopbackURL(alpha.url) {
                config.sidecars = [SidecarSettings(name: "desk", url: url)]
                config.backends[0].place = ModelPlace(sidecar: "desk", profile: "alpha-model")
            }
            if name == "subscribe_budget.jsonl" {
                config.budgets = [Budget(period: .day, limit: NanoDollars(1_250_000))]
            }
        }
        do {
            try await play(name, on: daemon, heard)
        } catch {
            Issue.record(error)
        }
        await daemon.stop()
    }

    private func play(_ name: String, on daemon: Daemonette, _ heard: Gate) async throws {
        let client = try LineClient(daemon.socket)
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        var said: [String: Any] = [:]
        // Events that came before the message that they follow in the transcript.
        var early: [[String: Any]] = []
        for line in text.split(separator: "\n") {
            let step = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            if let message = step["c"] {
                let message = Self.filled(message, with: said)
                client.send(try JSONSerialization.data(withJSONObject: message) + [UInt8(ascii: "\n")])
            } else {
                let expected = try #require(step["s"] as? [String: Any])
                var received: [String: Any]?
                if Self.isEvent(expected), !early.isEmpty { received = early.removeFirst() }
                while received == nil {
                    let next = try #require(try await client.receive(), "the daemon closed")
                    if Self.isEvent(next) && !Self.isEvent(expected) { early.append(next) } else { received = next }
                }
                let found = try #require(received)
                if found["method"] as? String == "think.delta" { heard.open() }
                let difference = Self.difference(found, expected, at: "")
                #expect(difference == nil, "\(difference ?? "")")
                Self.note(found, expected, in: &said)
            }
        }
        #expect(early.isEmpty)
    }

    private static func isEvent(_ message: [String: Any]) -> Bool {
        (message["method"] as? String).flatMap(ServerEvent.init) != nil
    }

    /// What the daemon said in the place of each example.
    private static func note(_ found: Any, _ expected: Any, in said: inout [String: Any]) {
        if let expected = expected as? [String: Any] {
            if let example = expected["$string"] as? String { return said[example] = found }
            guard let found = found as? [String: Any] else { return }
            for (key, value) in expected { note(found[key] as Any, value, in: &said) }
        } else if let expected = expected as? [Any], let found = found as? [Any] {
            for (one, other) in zip(found, expected) { note(one, other, in: &said) }
        }
    }

    /// A client's message with what the daemon said.
    private static func filled(_ value: Any, with said: [String: Any]) -> Any {
        if let fields = value as? [String: Any] {
            if let example = fields["$said"] as? String { return said[example] as Any }
            return fields.mapValues { filled($0, with: said) }
        }
        return (value as? [Any])?.map { filled($0, with: said) } ?? value
    }

    /// - Parameter heard: opened with each delta that the client has.
    private static func alpha(_ name: String, _ heard: Gate) -> LoopbackUpstream {
        switch name {
        case "think_all_failed.jsonl": .answering { _, peer in peer.reply("{}", status: "500 No") }
        case "think_cancelled.jsonl":
            LoopbackUpstream { peer in
                _ = peer.readRequest()
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let piece = Upstream.chunk("It is bright")
                peer.send(String(piece.utf8.count, radix: 16) + "\r\n" + piece + "\r\n")
                peer.awaitClose()
            }
        case "think_restarted.jsonl": .answering { _, peer in Upstream.stream([Upstream.chunk("Bl")], to: peer) }
        case "think_switching.jsonl": FakeSidecar(model: "alpha-model").upstream()
        case "think_stream.jsonl": Upstream.answering("Blue", ".", model: "alpha-model", pace: heard)
        case "backends_switch.jsonl":
            .answering { _, peer in peer.reply(#"{"data":[{"id":"alpha-model"},{"id":"alpha-large"}]}"#) }
        default: Upstream.answering("Blue", ".", model: "alpha-model")
        }
    }

    private static func beta(_ name: String) -> LoopbackUpstream {
        switch name {
        case "think_all_failed.jsonl": .answering { _, peer in peer.reply("{}", status: "500 No") }
        case "subscribe_budget.jsonl":
            .answering { _, peer in
                let whole = Upstream.usage.replacingOccurrences(
                    of: #""prompt_tokens":21"#,
                    with: #""prompt_tokens":500"#
                )
                let pieces = [
                    Upstream.chunk("Gr"), Upstream.chunk("een.") + Upstream.chunk("", finish: "stop") + whole,
                ]
                Upstream.stream(pieces, to: peer)
            }
        default: Upstream.answering("Green.", "", model: "beta-model")
        }
    }

    /// Where a message differs from what was expected; nil when it does not.
    private static func difference(_ found: Any, _ expected: Any, at path: String) -> String? {
        if let expected = expected as? [String: Any] {
            if expected.keys.contains("$any") { return nil }
            if expected.keys.contains("$number") { return found is NSNumber ? nil : "\(path): \(found) is no number" }
            if expected.keys.contains("$string") { return found is String ? nil : "\(path): \(found) is no string" }
            guard let found = found as? [String: Any] else { return "\(path): \(found) is no object" }
            if Set(found.keys) != Set(expected.keys) {
                return "\(path): keys \(found.keys.sorted()) are not \(expected.keys.sorted())"
            }
            return expected.lazy.compactMap { difference(found[$0] as Any, $1, at: "\(path).\($0)") }.first
        }
        if let expected = expected as? [Any] {
            guard let found = found as? [Any], found.count == expected.count else { return "\(path): \(found)" }
            return zip(found, expected).lazy.enumerated()
                .compactMap { difference($0.element.0, $0.element.1, at: "\(path)[\($0.offset)]") }.first
        }
        return (found as? NSObject)?.isEqual(expected) == true ? nil : "\(path): \(found) is not \(expected)"
    }
}

extension LineClient {
    func send(_ data: Data) { send(Array(data)) }
}
