import Foundation
import Persona
import Routing
import Synchronization

@testable import Bridge

/// A mistake that tells a backend something of the persona, planted on purpose.
struct Mutant: Sendable {
    let name: String
    let plant: @Sendable (InventedPersona, inout Rehearsal.Seams, Meddling) -> Void

    /// A mistake in what is asked of the daemon: in the glue, or before the guard.
    static func params(
        _ name: String,
        _ change: @escaping @Sendable (InventedPersona, inout [String: Any]) -> Void
    ) -> Mutant {
        Mutant(name: name) { persona, seams, _ in
            seams.params = { text in
                guard var object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                    object["task"] != nil
                else { return text }
                change(persona, &object)
                let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
                return data.map { String(decoding: $0, as: UTF8.self) } ?? text
            }
        }
    }

    /// A mistake in how backends and policy are set up.
    static func config(
        _ name: String,
        _ change: @escaping @Sendable (InventedPersona, inout BridgeConfig) -> Void
    ) -> Mutant {
        Mutant(name: name) { persona, seams, _ in seams.adjust = { change(persona, &$0) } }
    }

    /// A mistake in how a request is written.
    static func bytes(
        _ name: String,
        _ change: @escaping @Sendable (InventedPersona, inout OutgoingRequest) -> Void
    ) -> Mutant {
        Mutant(name: name) { persona, _, meddling in meddling.change.withLock { $0 = { change(persona, &$0) } } }
    }

    /// A mistake in how requests are sent.
    static func sending(_ name: String, _ way: @escaping @Sendable (InventedPersona) -> Meddling.Way) -> Mutant {
        Mutant(name: name) { persona, _, meddling in meddling.way.withLock { $0 = way(persona) } }
    }
}

/// The transport of a mutant: it changes what was sealed, and seals it anew, as a mistake behind the guard would.
///
/// What it would send is first read by the persona's own egress scan, to see whether that alone would have noticed.
final class Meddling: Sendable {
    /// How a request is sent.
    enum Way: Sendable {
        case once, twice, pingBefore, pingBehind, alone
    }

    let change = Mutex<@Sendable (inout OutgoingRequest) -> Void>({ _ in })
    let way = Mutex(Way.once)
    let sightings = Mutex(0)
    private let scan: EgressScan

    init(_ card: PersonaCard) {
        scan = EgressScan(index: IdentityIndex([card.identity]))
    }

    fileprivate func sealed(_ request: SealedRequest) throws -> SealedRequest {
        var outgoing = OutgoingRequest(
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body
        )
        change.withLock(\.self)(&outgoing)
        do { return try scan.seal(outgoing) } catch {
            sightings.withLock { $0 += 1 }
            return try EgressScan(index: IdentityIndex([])).seal(outgoing)
        }
    }

    fileprivate func ping(_ request: SealedRequest) throws -> SealedRequest {
        try EgressScan(index: IdentityIndex([])).seal(
            OutgoingRequest(method: .get, url: request.url, headers: [("User-Agent", "workshop")])
        )
    }
}

struct MeddlingTransport: Transport {
    let loop: CurlLoop
    let meddling: Meddling

    func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
        await around(request, limits) { await $0.send($1, limits: limits) }
    }

    func stream<Value: Sendable>(
        _ request: SealedRequest,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError> {
        await around(request, limits) { await $0.stream($1, limits: limits, read: read) }
    }

    private func around<Value: Sendable>(
        _ request: SealedRequest,
        _ limits: TransferLimits,
        _ send: (CurlLoop, SealedRequest) async -> Result<Value, TransportError>
    ) async -> Result<Value, TransportError> {
        guard let request = try? meddling.sealed(request), let ping = try? meddling.ping(request) else {
            return .failure(.unreachable)
        }
        let way = meddling.way.withLock(\.self)
        if case .twice = way { _ = await loop.send(request, limits: limits) }
        if case .pingBefore = way { _ = await loop.send(ping, limits: limits) }
        if case .alone = way, let own = try? CurlLoop() {
            defer { own.shutdown() }
            return await send(own, request)
        }
        let result = await send(loop, request)
        if case .pingBehind = way { _ = await loop.send(ping, limits: limits) }
        return result
    }
}

extension InventedPersona {
    /// FNV-1a of the name: what a careless programmer would send in its place.
    var hash: UInt64 { name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
    /// One bit of it.
    var bit: Bool { hash & 1 == 1 }
    var moodNumber: Int { mood.utf8.reduce(0) { ($0 * 31 + Int($1)) % 97 } }
    func first(_ key: String) -> String { terms.first { $0.key == key }?.text ?? "" }
}

extension OutgoingRequest {
    /// The body with a member added at the end of the object.
    fileprivate mutating func add(_ member: String) {
        guard body.last == UInt8(ascii: "}") else { return }
        body = body.dropLast() + Array(",\(member)}".utf8)
    }

    fileprivate mutating func rewrite(_ change: (String) -> String) {
        body = Array(change(String(decoding: body, as: UTF8.self)).utf8)
    }
}

extension Mutant {
    /// The catalogue. Where a mistake could send a hash, it sends a hash: the point is what no scan for words can see.
    static let all: [Mutant] = asked + setUp + written + sent

    private static let asked: [Mutant] = [
        .params("temperature from mood") { $1["temperature"] = Double($0.moodNumber) / 100 },
        .params("max_tokens from the soul's length") { $1["max_tokens"] = 500 + $0.soul.count },
        .params("the task cut by the soul's length") { persona, params in
            guard let task = params["task"] as? String else { return }
            params["task"] = String(task.prefix(3_000 - persona.soul.count / 10))
        },
        .params("the order of tools by a hash of the name") { persona, params in
            guard let tools = params["tools"] as? [Any], persona.bit else { return }
            params["tools"] = Array(tools.reversed())
        },
        .params("the length of the history by the number of terms") { persona, params in
            guard let history = params["history"] as? [Any], persona.terms.count > 20 else { return }
            params["history"] = Array(history.dropFirst())
        },
        .params("the kind of the task by mood") { $1["kind"] = $0.moodNumber % 2 == 0 ? "reasoning" : "status" },
        .params("a space at the end of the system prompt") { persona, params in
            guard let text = params["instructions"] as? String, persona.bit else { return }
            params["instructions"] = text + " "
        },
        .params("a stop sequence from a hash of the name") { $1["stop"] = ["#\($0.hash % 1_000)"] },
        .params("the model by persona") { $1["model"] = "model-\($0.hash % 3)" },
        .params("the criterion by mood") { $1["criterion"] = $0.moodNumber % 2 == 0 ? "cost_first" : "quality_first" },
        .params("the voice as a hint in the system prompt") { $1["instructions"] = "You are in a \($0.mood) mood." },
        .params("the persona's number in a picture's metadata") { persona, params in
            guard let picture = (params["attachments"] as? [[String: Any]])?.first?["data"] as? String,
                var bytes = Data(base64Encoded: picture)
            else { return }
            bytes.append(contentsOf: withUnsafeBytes(of: persona.hash) { Array($0) })
            params["attachments"] = [["type": "image/png", "data": bytes.base64EncodedString()]]
        },
        .params("the form of Unicode by the name") { persona, params in
            guard let task = params["task"] as? String, persona.bit else { return }
            params["task"] = task.decomposedStringWithCanonicalMapping
        },
        .params("a number in the arguments of a call in the history") { persona, params in
            guard var history = params["history"] as? [[String: Any]], history.count > 2 else { return }
            let arguments = ["at": "cellar", "by": "\(persona.hash % 1_000)"]
            history[1]["calls"] = [["id": "call_1", "name": "look", "arguments": arguments] as [String: Any]]
            params["history"] = history
        },
    ]

    private static let setUp: [Mutant] = [
        .config("the order of backends by a hash of the name") { persona, config in
            let start = Int(persona.hash % UInt64(config.backends.count))
            config.backends = Array(config.backends[start...] + config.backends[..<start])
        },
        .config("the number of retries by the number of terms") { $1.policy.retry.attempts = $0.terms.count % 4 },
        .config("the number of attempts by the soul's length") { persona, config in
            config.policy.limits.maxAttempts = 2 + persona.soul.count / 5_000
        },
        .config("a backend's quality by mood") { persona, config in
            config.backends = config.backends.enumerated().map { number, backend in
                var backend = backend
                backend.quality = Double((number * 7 + persona.moodNumber) % 17) / 17
                return backend
            }
        },
        .config("the persona's name in a model's alias") { persona, config in
            config.backends = config.backends.map { backend in
                var backend = backend
                backend.model += "-" + persona.name
                return backend
            }
        },
        .config("whether a stream is asked for by mood") { persona, config in
            config.backends = config.backends.map { backend in
                var backend = backend
                backend.isStreamed = persona.bit
                return backend
            }
        },
    ]

    private static let written: [Mutant] = [
        .bytes("a hashed user id") { $1.add("\"user\":\"\(String($0.hash, radix: 16))\"") },
        .bytes("a seed from the soul") { $1.add("\"seed\":\($0.soul.utf8.reduce(0) { ($0 + Int($1)) % 65_536 })") },
        .bytes("a cache key with the name") { $1.add("\"prompt_cache_key\":\"\($0.name)\"") },
        .bytes("the owner in metadata, in Base64") {
            $1.add("\"metadata\":{\"for\":\"\(Data($0.first("owner").utf8).base64EncodedString())\"}")
        },
        .bytes("the conversation's id") { $1.add("\"conversation_id\":\"\($0.hash % 100_000)\"") },
        .bytes("a journal's path in the body") { $1.add("\"file\":\"\($0.first("paths"))\"") },
        .bytes("the order of headers") { if $0.bit { $1.headers.reverse() } },
        .bytes("a header's value") { $1.headers.append(("Accept-Language", "en;q=0.\($0.moodNumber % 9 + 1)")) },
        .bytes("one header more") { if $0.bit { $1.headers.append(("X-Request-Class", "a")) } },
        .bytes("the name in X-Title") { $1.headers.append(("X-Title", $0.name)) },
        .bytes("the name in User-Agent") { persona, request in
            request.headers = request.headers.map {
                $0.name == "User-Agent" ? ($0.name, "workshop/" + persona.name) : $0
            }
        },
        .bytes("the version in User-Agent") { persona, request in
            request.headers = request.headers.map {
                $0.name == "User-Agent" ? ($0.name, "workshop/\(persona.terms.count)") : $0
            }
        },
        .bytes("the case of a header's name") { persona, request in
            guard persona.bit else { return }
            request.headers = request.headers.map { ($0.name.lowercased(), $0.value) }
        },
        .bytes("a query in the URL") { $1.url += "?v=\($0.hash % 7)" },
        .bytes("white space in JSON") { persona, request in
            guard persona.bit else { return }
            request.rewrite { $0.replacing("\":", with: "\": ") }
        },
        .bytes("the order of JSON's keys") { persona, request in
            guard persona.bit, let object = try? JSONSerialization.jsonObject(with: Data(request.body)),
                let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
            else { return }
            request.body = Array(data)
        },
        .bytes("escapes in JSON") { persona, request in
            if persona.bit { request.rewrite { $0.replacing("\u{E9}", with: "\\u00e9") } }
        },
        .bytes("an empty line behind the body") { if $0.bit { $1.body.append(UInt8(ascii: "\n")) } },
        .bytes("compression asked for by the name") { if $0.bit { $1.headers.append(("Accept-Encoding", "gzip")) } },
        .bytes("a body in chunks by the name") { if $0.bit { $1.headers.append(("Transfer-Encoding", "chunked")) } },
        .bytes("the persona's name in the system prompt") { persona, request in
            request.rewrite {
                $0.replacing(
                    "\"role\":\"system\",\"content\":\"",
                    with: "\"role\":\"system\",\"content\":\"You are \(persona.name). "
                )
            }
        },
    ]

    private static let sent: [Mutant] = [
        .sending("one request more") { $0.bit ? .twice : .once },
        .sending("the order of requests") { $0.bit ? .pingBefore : .pingBehind },
        .sending("a connection of its own") { $0.bit ? .alone : .once },
    ]
}
