import Foundation

@testable import Bridge

/// A place in which a request can hold text, and how a word gets there.
struct Position: Sendable {
    let name: String
    /// The steps that put the word there; the requests of all of them are read.
    let steps: @Sendable (_ word: String, _ backend: String) -> [RehearsalStep]

    /// Every place that a client can write to.
    static let all: [Position] = [
        asked("the task") { $0["task"] = "What does \($1) mean?" },
        asked("the system prompt") { $0["instructions"] = "You know \($1) well." },
        asked("a user's turn") { $0["history"] = said("user", "Where is \($1)?") },
        asked("an assistant's turn") { $0["history"] = said("assistant", "That is \($1).") },
        asked("a tool's result") { $0["history"] = toolLoop(result: "It says \($1).") },
        asked("the name of a called tool") { $0["history"] = toolLoop(name: $1.lowercased()) },
        asked("a call's argument") { $0["history"] = toolLoop(arguments: ["at": $1]) },
        asked("the key of a call's argument") { $0["history"] = toolLoop(arguments: [$1: "cellar"]) },
        asked("a call's id") { $0["history"] = toolLoop(id: "call_\($1)", answers: "call_\($1)") },
        asked("the id of an answered call") { $0["history"] = toolLoop(answers: "call_\($1)") },
        asked("a tool's name") { $0["tools"] = [["name": "find_\($1)"]] },
        asked("a tool's description") { $0["tools"] = [["name": "find", "description": "Finds \($1)."]] },
        schema("a key of a tool's schema") { ["properties": [$0: ["type": "string"]]] },
        schema("an enumeration in a tool's schema") { ["properties": ["at": ["type": "string", "enum": [$0]]]] },
        schema("a default in a tool's schema") { ["properties": ["at": ["type": "string", "default": $0]]] },
        schema("a description in a tool's schema") { ["properties": ["at": ["type": "string", "description": $0]]] },
        schema("a schema's title") { ["title": $0] },
        asked("an attachment's media type") { $0["attachments"] = [["type": "image/\($1)", "data": "AAAA"]] },
        asked("the text of an attachment") {
            $0["attachments"] = [["type": "text/plain", "data": Data("About \($1).".utf8).base64EncodedString()]]
        },
        asked("a picture's own description") { $0["attachments"] = [["type": "image/png", "data": picture($1)]] },
        asked("a stop sequence") { $0["stop"] = [$1] },
        asked("the model's name") { $0["model"] = $1 },
        asked("the caller") { $0["caller"] = $1 },
        Position(name: "the task, once more after a 500") { word, backend in
            [step(backend, ["task": "What does \(word) mean?"], [.serverError])]
        },
        Position(name: "the task, once more on a stale connection") { word, backend in
            [step(backend, ["task": "Hello."]), step(backend, ["task": "What does \(word) mean?"], [.stale])]
        },
        Position(name: "what a backend's error says") { word, backend in
            let body = "{\"error\":{\"message\":\"\(word) is not known\",\"param\":\"\(word)\"}}"
            let reply = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            return [step(backend, ["task": "Count the barrels."], [.raw(reply), .raw(reply)])]
        },
        Position(name: "where a backend sends one on to") { word, backend in
            let reply = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\(word)\r\nContent-Length: 0\r\n\r\n"
            return [step(backend, ["task": "Count the barrels."], [.raw(reply)])]
        },
        Position(name: "a cookie that a backend sets") { word, backend in
            let reply =
                "HTTP/1.1 500 Oops\r\nSet-Cookie: who=\(word); Path=/\r\nContent-Length: 0\r\n\r\n"
            return [step(backend, ["task": "Count the barrels."], [.raw(reply)]), step(backend, ["task": "And now?"])]
        },
        Position(name: "a backend's answer that the critic is shown") { word, backend in
            [step(backend, ["task": "Who is at the door?"], [.answer("It must be \(word), who else would knock.")])]
        },
    ]

    /// Turns of a conversation that the bridge itself keeps.
    static let remembered: [Position] = [
        Position(name: "a turn that the bridge remembers") { word, backend in
            let name = "a \(backend) \(word.count) \(word.hasPrefix("Z"))"
            return [
                step(backend, ["task": "What does \(word) mean?", "conversation": name]),
                step(backend, ["task": "And what else?", "conversation": name]),
            ]
        },
        Position(name: "a poisoned answer that the bridge remembers") { word, backend in
            let name = "b \(backend) \(word.hasPrefix("Z"))"
            return [
                step(
                    backend,
                    ["task": "Who is at the door?", "conversation": name],
                    [.answer("It must be \(word), who else would knock.")]
                ), step(backend, ["task": "And who else?", "conversation": name]),
            ]
        },
        Position(name: "the conversation's name") { word, backend in
            [step(backend, ["task": "Count the barrels.", "conversation": word])]
        },
    ]

    // MARK: Making them

    private static func step(
        _ backend: String,
        _ params: [String: Any],
        _ replies: [ScriptedReply] = []
    ) -> RehearsalStep {
        var params = params
        params["backend"] = backend
        params["cache"] = false
        let data = (try? JSONSerialization.data(withJSONObject: params, options: [.sortedKeys])) ?? Data()
        return RehearsalStep(params: String(decoding: data, as: UTF8.self), replies: replies)
    }

    private static func asked(
        _ name: String,
        _ put: @escaping @Sendable (inout [String: Any], String) -> Void
    ) -> Position {
        Position(name: name) { word, backend in
            var params: [String: Any] = ["task": "Count the barrels in the cellar."]
            put(&params, word)
            return [step(backend, params)]
        }
    }

    private static func schema(_ name: String, _ members: @escaping @Sendable (String) -> [String: Any]) -> Position {
        asked(name) { params, word in
            let schema = members(word).merging(["type": "object"]) { one, _ in one }
            params["tools"] = [["name": "find", "parameters": schema] as [String: Any]]
        }
    }

    /// A turn of that speaker, in its place between others.
    private static func said(_ role: String, _ text: String) -> [[String: Any]] {
        let greeting: [String: Any] = ["role": "user", "text": "Hello."]
        let turn: [String: Any] = ["role": role, "text": text]
        return role == "user" ? [turn, ["role": "assistant", "text": "I see."]] : [greeting, turn]
    }

    private static func toolLoop(
        name: String = "look",
        arguments: [String: String] = [:],
        id: String = "call_1",
        answers: String = "call_1",
        result: String = "Four barrels."
    ) -> [[String: Any]] {
        [
            ["role": "user", "text": "What is in the cellar?"],
            ["role": "assistant", "calls": [["id": id, "name": name, "arguments": arguments] as [String: Any]]],
            ["role": "tool", "answers": answers, "text": result],
        ]
    }

    /// One white pixel with a text chunk (PNG, 11.3.4.3), whose checksum nobody reads here.
    private static func picture(_ text: String) -> String {
        let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
        guard var bytes = Data(base64Encoded: pixel) else { return "" }
        let chunk = Data("tEXtAuthor\0\(text)".utf8)
        let length = withUnsafeBytes(of: UInt32(chunk.count - 4).bigEndian) { Data($0) }
        bytes.insert(contentsOf: length + chunk + Data([0, 0, 0, 0]), at: 33)
        return bytes.base64EncodedString()
    }
}
