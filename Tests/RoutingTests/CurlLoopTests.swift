import Foundation
import Persona
import TestSupport
import Testing

@testable import Routing

/// Real curl, real sockets, on loopback.
@Suite(.timeLimit(.minutes(1)))
struct CurlLoopTests {
    /// Shuts the loop down behind the last use of the suite.
    private final class Owner: Sendable {
        let loop: CurlLoop

        init() throws { loop = try CurlLoop() }
        deinit { loop.shutdown() }
    }

    private let owner: Owner
    private var loop: CurlLoop { owner.loop }
    private let limits = TransferLimits(connect: .seconds(5), total: .seconds(20))

    init() throws {
        owner = try Owner()
    }

    private func request(_ url: String, body: String? = "{}") throws -> SealedRequest {
        try EgressScan(index: IdentityIndex([])).seal(
            OutgoingRequest(
                method: body == nil ? .get : .post,
                url: url,
                headers: [("User-Agent", "workshop"), ("X-First", "1"), ("X-Second", "2")],
                body: Array((body ?? "").utf8)
            )
        )
    }

    // MARK: Whole replies

    @Test("a whole reply comes back with status, headers and body, and the request is what was sealed")
    func whole() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in
            peer.reply("hello", status: "429 Slow", headers: "Retry-After: 7\r\n")
        }
        defer { upstream.stop() }
        let reply = try await loop.send(request(upstream.url + "/a", body: "{\"a\":1}"), limits: limits).get()
        #expect(reply.status == 429)
        #expect(reply.headers["retry-after"] == "7")
        #expect(String(decoding: reply.body, as: UTF8.self) == "hello")
        let sent = try #require(upstream.requests.first)
        #expect(sent.hasPrefix("POST /a HTTP/1.1\r\nHost: 127.0.0.1:\(upstream.port)\r\n"))
        #expect(sent.contains("\r\nUser-Agent: workshop\r\nX-First: 1\r\nX-Second: 2\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n{\"a\":1}"))
        #expect(!sent.lowercased().contains("expect:"))
    }

    @Test("a body of 3 MB arrives whole, without waiting for a permission to send it")
    func largeRequest() async throws {
        let upstream = LoopbackUpstream.answering { request, peer in peer.reply("\(request.utf8.count)") }
        defer { upstream.stop() }
        let body = String(repeating: "x", count: 3 << 20)
        let reply = try await loop.send(request(upstream.url, body: body), limits: limits).get()
        #expect(try #require(Int(String(decoding: reply.body, as: UTF8.self))) > 3 << 20)
    }

    @Test("one connection serves requests that follow each other")
    func reuse() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply("ok") }
        defer { upstream.stop() }
        for _ in 0..<5 { _ = try await loop.send(request(upstream.url), limits: limits).get() }
        #expect(upstream.accepted == 1)
    }

    @Test("a thousand requests at once all end")
    func many() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply("ok") }
        defer { upstream.stop() }
        let sealed = try request(upstream.url)
        let answered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1_000 {
                group.addTask { (try? await loop.send(sealed, limits: limits).get().status) == 200 }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(answered == 1_000)
    }

    // MARK: Failures

    @Test(
        "an upstream that misbehaves is a typed error",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.", TransportError.cut),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .cut),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .cut),
            ("", .cut),
            ("220 mail.example ESMTP\r\n", .notHTTP),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", .responseTooLarge),
            ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 80 << 10))\r\n\r\n", .responseTooLarge),
        ]
    )
    func misbehaving(bytes: String, expected: TransportError) async throws {
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send(bytes)
        }
        defer { upstream.stop() }
        let result = try await loop.send(request(upstream.url), limits: limits)
        #expect(throws: expected) { try result.get() }
    }

    @Test("a body without end stops at the byte cap")
    func flood() async throws {
        let closed = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
            while peer.send(chunk) {}
            closed.open()
        }
        defer { upstream.stop() }
        var limits = limits
        limits.maxBody = 1 << 20
        let result = try await loop.send(request(upstream.url), limits: limits)
        #expect(throws: TransportError.responseTooLarge) { try result.get() }
        await closed.opened()
    }

    @Test("nobody there is unreachable", arguments: ["http://127.0.0.1:1/", "http://no-such-host.invalid/"])
    func unreachable(url: String) async throws {
        let result = try await loop.send(request(url), limits: limits)
        #expect(throws: TransportError.unreachable) { try result.get() }
    }

    @Test(
        "only http and https are spoken",
        arguments: ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"]
    )
    func schemes(url: String) async throws {
        let result = try await loop.send(request(url, body: nil), limits: limits)
        #expect(throws: TransportError.notHTTP) { try result.get() }
    }

    @Test("a redirect is an answer, not an order")
    func redirect() async throws {
        let upstream = LoopbackUpstream.answering { _, peer in
            peer.reply("", status: "302 Found", headers: "Location: http://127.0.0.1:1/\r\n")
        }
        defer { upstream.stop() }
        #expect(try await loop.send(request(upstream.url), limits: limits).get().status == 302)
    }

    @Test("a proxy in the environment is not used")
    func proxy() async throws {
        setenv("http_proxy", "http://127.0.0.1:1", 1)
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("ALL_PROXY")
        }
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply("ok") }
        defer { upstream.stop() }
        #expect(try await loop.send(request(upstream.url), limits: limits).get().status == 200)
    }

    @Test("a kept connection that dies under a request is not used for a second request behind the caller's back")
    func stale() async throws {
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.reply("ok")
            // Takes the second request, and dies without a word.
            _ = peer.readRequest()
        }
        defer { upstream.stop() }
        _ = try await loop.send(request(upstream.url), limits: limits).get()
        let second = try await loop.send(request(upstream.url), limits: limits)
        #expect(throws: TransportError.stale) { try second.get() }
        #expect(upstream.requests.count == 2)
    }

    @Test("an answer that nobody asked for, left on a kept connection, is not the next request's")
    func unasked() async throws {
        let (peers, answered) = AsyncStream.makeStream(of: LoopbackUpstream.Peer.self)
        let upstream = LoopbackUpstream.answering { _, peer in
            peer.reply("asked")
            answered.yield(peer)
        }
        defer { upstream.stop() }
        _ = try await loop.send(request(upstream.url), limits: limits).get()
        var iterator = peers.makeAsyncIterator()
        try #require(await iterator.next()).reply("unasked")
        let second = try await loop.send(request(upstream.url), limits: limits)
        #expect(throws: TransportError.stale) { try second.get() }
        let third = try await loop.send(request(upstream.url), limits: limits).get()
        #expect(third.body == Array("asked".utf8))
        #expect(upstream.accepted == 2)
    }

    @Test("each limit ends a transfer under its own name")
    func timeouts() async throws {
        let upstream = LoopbackUpstream { peer in
            guard let request = peer.readRequest() else { return }
            if request.contains("/stream") {
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            }
            peer.awaitClose()
        }
        defer { upstream.stop() }
        let total = TransferLimits(connect: .seconds(5), total: .milliseconds(60))
        let silent = try await loop.send(request(upstream.url), limits: total)
        #expect(throws: TransportError.timedOut(.total)) { try silent.get() }
        let tls = TransferLimits(connect: .milliseconds(60), total: .seconds(20))
        let handshake = try await loop.send(request("https://127.0.0.1:\(upstream.port)/"), limits: tls)
        #expect(throws: TransportError.timedOut(.connect)) { try handshake.get() }
        var first = limits
        first.firstToken = .milliseconds(60)
        let tokenless = try await loop.stream(request(upstream.url + "/stream"), limits: first) { stream in
            await Self.readAll(stream) { _ in }
        }
        #expect(try tokenless.get() == .timedOut(.firstToken))
        var stall = limits
        stall.firstToken = .seconds(20)
        stall.stall = .milliseconds(60)
        let stalled = try await loop.stream(request(upstream.url + "/stream"), limits: stall) { stream in
            await Self.readAll(stream) { _ in stream.pace.progressed() }
        }
        #expect(try stalled.get() == .timedOut(.stall))
    }

    @Test("a certificate that nobody vouches for is a TLS error")
    func untrusted() async throws {
        let server = try SelfSignedServer()
        defer { server.stop() }
        let result = try await loop.send(request("https://127.0.0.1:\(server.port)/"), limits: limits)
        #expect(throws: TransportError.tls) { try result.get() }
    }

    // MARK: Streams

    @Test("a stream's head comes before its body ends, and its pieces as they are sent")
    func streaming() async throws {
        let gate = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
                peer.send(piece)
                gate.wait()
            }
        }
        defer { upstream.stop() }
        let text = try await loop.stream(request(upstream.url), limits: limits) { stream in
            #expect(stream.headers["Content-Type"] == "text/event-stream")
            var pieces: [String] = []
            let error = await Self.readAll(stream) { bytes in
                pieces.append(String(decoding: bytes, as: UTF8.self))
                gate.open()
            }
            #expect(error == nil)
            return pieces
        }
        gate.open()
        #expect(try text.get() == ["one", "two"])
    }

    @Test("a cut stream gives what came, and then the error")
    func cutStream() async throws {
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        }
        defer { upstream.stop() }
        let result = try await loop.stream(request(upstream.url), limits: limits) { stream in
            var text = ""
            let error = await Self.readAll(stream) { text += String(decoding: $0, as: UTF8.self) }
            return [text, error == .cut ? "cut" : "\(String(describing: error))"]
        }
        #expect(try result.get() == ["one", "cut"])
    }

    @Test("a reader that lets go ends the transfer")
    func abandoned() async throws {
        let closed = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            peer.awaitClose()
            closed.open()
        }
        defer { upstream.stop() }
        let result = try await loop.stream(request(upstream.url), limits: limits) { _ in "enough" }
        #expect(try result.get() == "enough")
        await closed.opened()
    }

    // MARK: Cancellation and shutdown

    @Test("a task that is cancelled before it asks, asks nothing")
    func cancelBefore() async throws {
        let upstream = LoopbackUpstream { peer in peer.awaitClose() }
        defer { upstream.stop() }
        let sealed = try request(upstream.url)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await loop.send(sealed, limits: limits)
        }
        task.cancel()
        let result = await task.value
        #expect(throws: TransportError.cancelled) { try result.get() }
    }

    @Test("a cancellation ends the transfer and closes its connection", arguments: [false, true])
    func cancelDuring(isStreamed: Bool) async throws {
        let asked = Gate()
        let closed = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            if isStreamed { peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n") }
            asked.open()
            peer.awaitClose()
            closed.open()
        }
        defer { upstream.stop() }
        let sealed = try request(upstream.url)
        let task = Task { () -> TransportError? in
            if isStreamed {
                // The head may not have been read yet: then it is the call that fails, not its body.
                switch await loop.stream(sealed, limits: limits, read: { await Self.readAll($0) { _ in } }) {
                case .success(let end): return end
                case .failure(let error): return error
                }
            }
            if case .failure(let error) = await loop.send(sealed, limits: limits) { return error }
            return nil
        }
        await asked.opened()
        task.cancel()
        #expect(await task.value == .cancelled)
        await closed.opened()
    }

    @Test("random cancellations lose nobody", arguments: [UInt64.random(in: .min ... .max)])
    func cancelStorm(seed: UInt64) async throws {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply("ok") }
        defer { upstream.stop() }
        let sealed = try request(upstream.url)
        var state = seed
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let ended = await withTaskGroup(of: Void.self) { group in
            for _ in 0..<400 {
                let yields = random() % 40
                group.addTask {
                    let task = Task { await loop.send(sealed, limits: limits) }
                    for _ in 0..<yields { await Task.yield() }
                    task.cancel()
                    _ = await task.value
                }
            }
            return await group.reduce(0) { count, _ in count + 1 }
        }
        #expect(ended == 400)
        // The loop still serves.
        #expect(try await loop.send(sealed, limits: limits).get().status == 200)
    }

    @Test("shutting down ends live transfers, and takes no new ones")
    func shutdown() async throws {
        let asked = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            asked.open()
            peer.awaitClose()
        }
        defer { upstream.stop() }
        let sealed = try request(upstream.url)
        let task = Task { await loop.send(sealed, limits: limits) }
        await asked.opened()
        loop.shutdown()
        let live = await task.value
        #expect(throws: TransportError.closed) { try live.get() }
        let late = await loop.send(sealed, limits: limits)
        #expect(throws: TransportError.closed) { try late.get() }
    }

    /// Reads a body to its end; how it failed, if it did.
    private static func readAll(_ stream: HTTPStream, _ take: ([UInt8]) -> Void) async -> TransportError? {
        do {
            while let bytes = try await stream.body.next() { take(bytes) }
            return nil
        } catch {
            return error
        }
    }
}
