import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("a pipe, over its socket", .timeLimit(.minutes(2)))
struct PipeTests {
    @Test("Ollama is asked in its own form, and its answer returned in the specification's")
    func ollama() async throws {
        let upstream = PipeModelServer.ollama()
        let pipe = try await PipeBench.server(.ollama, upstream) { config in
            config.driver = .server(
                PipeServer(kind: .ollama, url: LoopbackURL(port: upstream.port), key: Secret("k-1"), context: 8192)
            )
        }
        let health = try await pipe.get("/health")
        #expect(
            health.status == 200 && health.text("status") == "healthy" && health["models"] as? [String] == ["m", "n"]
        )
        #expect(try await pipe.get("/models")["models"] as? [String] == ["m", "n"])
        let config = #"{"model":"n","max_tokens":7,"temperature":0.5,"stop":["x"],"seed":1}"#
        let answer = try await pipe.execute("Say \"Hm\".\n\u{1F600}", config)
        #expect(answer.status == 200 && answer.text("status") == "success" && answer.text("result") == "Hm.")
        #expect(answer.text("model_used") == "n" && answer.number("cost_cents") == 0)
        #expect(answer.number("execution_time") ?? -1 >= 0)
        let sent = upstream.requests.last ?? ""
        let body =
            #"{"model":"n","prompt":"Say \"Hm\".\n😀","stream":false,"truncate":false,"shift":false,"#
            + #""options":{"num_ctx":8192,"num_predict":7,"temperature":0.5,"stop":["x"]}}"#
        #expect(sent.hasPrefix("POST /api/generate ") && sent.hasSuffix(body))
        #expect(sent.contains("Authorization: Bearer k-1\r\n"))
        await pipe.stop()
        upstream.stop()
    }

    @Test("a llama-server is asked in OpenAI's form")
    func llama() async throws {
        let upstream = PipeModelServer.llama()
        let pipe = try await PipeBench.server(.llamaServer, upstream)
        #expect(try await pipe.get("/models")["models"] as? [String] == ["m"])
        #expect(try await pipe.get("/health").status == 200)
        let answer = try await pipe.execute("Hi", #"{"max_tokens":7}"#)
        #expect(answer.text("result") == "Hm." && answer.text("model_used") == "m")
        let body = #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":false,"max_tokens":7}"#
        #expect(upstream.requests.last?.hasSuffix(body) == true)
        await pipe.stop()
        upstream.stop()
    }

    @Test("a port that is taken is named, with what to do")
    func taken() async throws {
        let upstream = PipeModelServer.ollama()
        let failure = await #expect(throws: ListenFailure.self) {
            _ = try await PipeBench.server(.ollama, upstream) { $0.port = upstream.port }
        }
        #expect(
            failure?.description == "cannot listen on 127.0.0.1:\(upstream.port): Address already in use; "
                + "another program listens there; end it, or change pipe.listen"
        )
        upstream.stop()
    }

    /// What a server does with a request, and what comes of it.
    private static let faults:
        [(name: String, status: Int, code: String, script: @Sendable (LoopbackUpstream.Peer) -> Void)] = [
            ("garbage", 502, "model_garbled", { $0.reply("<html>") }),
            ("not HTTP", 502, "model_garbled", { $0.send("220 smtp.example ESMTP\r\n") }),
            ("JSON of another form", 502, "model_garbled", { $0.reply(#"{"response":7,"done":true}"#) }),
            ("a part of a stream", 502, "model_garbled", { $0.reply(#"{"response":"H","done":false}"#) }),
            (
                "an error inside a 200", 502, "model_garbled",
                { $0.reply(#"{"error":"CANARY","done":true,"response":""}"#) }
            ),
            ("broken UTF-8 escapes", 502, "model_garbled", { $0.reply(#"{"response":"\ud800","done":true}"#) }),
            ("nothing", 502, "model_cut", { _ in }),
            ("half an answer", 502, "model_cut", { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"respo") }),
            ("a hang", 504, "timed_out", { $0.awaitClose() }),
            (
                "a hang in the middle", 504, "timed_out",
                { peer in
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"respo")
                    peer.awaitClose()
                }
            ),
            (
                "a flood that is announced", 502, "answer_too_large",
                { peer in
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
                    while peer.send(String(repeating: "x", count: 65_536)) {}
                }
            ),
            (
                "a flood", 502, "answer_too_large",
                { peer in
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    while peer.send("10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n") {}
                }
            ),
            (
                "an endless head", 502, "answer_too_large",
                { peer in
                    peer.send("HTTP/1.1 200 OK\r\n")
                    while peer.send("X: " + String(repeating: "x", count: 4_000) + "\r\n") {}
                }
            ),
            (
                "no such model", 404, "unknown_model",
                {
                    $0.reply(#"{"error":"model 'CANARY' not found"}"#, status: "404 Not Found")
                }
            ),
            (
                "a prompt that is too long", 413, "context_length_exceeded",
                {
                    $0.reply(#"{"error":"the prompt exceeds the context length CANARY"}"#, status: "400 Bad Request")
                }
            ),
            ("no room", 503, "busy", { $0.reply("{}", status: "503 Service Unavailable") }),
            ("a wrong key", 502, "model_key_refused", { $0.reply("{}", status: "401 Unauthorized") }),
            ("a crash", 502, "model_failed", { $0.reply(#"{"error":"CANARY"}"#, status: "500 Oops") }),
            (
                "a redirection", 502, "model_failed",
                {
                    $0.reply("", status: "302 Found", headers: "Location: http://10.0.0.1/CANARY\r\n")
                }
            ),
        ]

    @Test("a model server that misbehaves is a clear error, and the pipe is as it was")
    func faults() async throws {
        for fault in Self.faults {
            let upstream = LoopbackUpstream { peer in
                guard let request = peer.readRequest() else { return }
                request.hasPrefix("GET") ? peer.reply("{}") : fault.script(peer)
            }
            let pipe = try await PipeBench.server(.ollama, upstream) { $0.limits.time = .seconds(1) }
            let answer = try await pipe.execute("CANARY")
            #expect(
                answer.status == fault.status && answer.text("code") == fault.code,
                "\(fault.name): \(answer.status)"
            )
            #expect(answer.text("status") == "error" && answer.text("error")?.hasSuffix(".") == true)
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("CANARY"), "\(fault.name)")
            #expect((answer.retryAfter == nil) == (answer.status != 503), "\(fault.name)")
            upstream.stop()
            let gone = try await pipe.execute("CANARY")
            #expect(gone.status == 502 && gone.text("code") == "model_unreachable", "\(fault.name)")
            await pipe.stop()
        }
    }

    @Test("a server that cannot be asked is unhealthy; its models are those that somebody named, or an error")
    func unhealthy() async throws {
        let upstream = LoopbackUpstream { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[}") }
        for guessed in [["a", "b"], []] {
            let pipe = try await PipeBench.server(.ollama, upstream) { $0.guessed = guessed }
            let health = try await pipe.get("/health")
            #expect(health.status == 503 && health.text("status") == "unhealthy")
            #expect(health.text("code") == "model_garbled")
            let models = try await pipe.get("/models")
            #expect(models["models"] as? [String] == (guessed.isEmpty ? nil : guessed))
            #expect(models.status == (guessed.isEmpty ? 502 : 200))
            await pipe.stop()
        }
        upstream.stop()
    }

    @Test("what is wrong with a request is told in the pipe's form, and reaches no model")
    func errors() async throws {
        let upstream = PipeModelServer.ollama()
        let pipe = try await PipeBench.server(.ollama, upstream) { config in
            config.models = ["m"]
            config.limits.maxBody = 2_000
        }
        let json = [(name: "Content-Type", value: "application/json")]
        let cases: [(answer: SidecarAnswer, status: Int, code: String)] = [
            (try await pipe.post("{}"), 400, "bad_request"),
            (try await pipe.post("nonsense"), 415, "not_json"),
            (try await pipe.post(PipeBench.body("Hi"), [("Content-Type", "text/plain")]), 415, "not_json"),
            (try await pipe.post(PipeBench.body(String(repeating: "x", count: 2_000)), json), 413, "too_large"),
            (try await pipe.execute("Hi", #"{"model":"other"}"#), 404, "unknown_model"),
            (try await pipe.get("/execute"), 405, "wrong_method"),
            (try await pipe.get("/"), 404, "not_found"),
            (try await pipe.get("/health", [("Host", "evil.example")]), 403, "wrong_host"),
        ]
        for (answer, status, code) in cases {
            #expect(answer.status == status && answer.text("code") == code, "\(code): \(answer.status)")
            #expect(answer.text("status") == "error")
        }
        #expect(upstream.requests.isEmpty)
        await pipe.stop()
        upstream.stop()
    }

    @Test("with a token nobody comes in without it")
    func token() async throws {
        let upstream = PipeModelServer.ollama()
        let pipe = try await PipeBench.server(.ollama, upstream) { $0.token = BearerToken("0123456789abcdef") }
        for path in ["/health", "/models", "/nowhere"] {
            #expect(try await pipe.get(path).text("code") == "unauthorized")
        }
        #expect(try await pipe.get("/health", [("Authorization", "Bearer 0123456789abcdeX")]).status == 401)
        #expect(try await pipe.execute("Hi").status == 401)
        #expect(upstream.requests.isEmpty)
        #expect(try await pipe.get("/health", [("Authorization", "Bearer 0123456789abcdef")]).status == 200)
        await pipe.stop()
        upstream.stop()
    }

    @Test("a prompt of any shape goes through as it is: nothing here reads it")
    func shapes() async throws {
        let upstream = PipeModelServer.ollama { request in
            String(decoding: request.utf8.suffix(200), as: UTF8.self).contains("THE END") ? "whole" : "cut"
        }
        let pipe = try await PipeBench.server(.ollama, upstream)
        let shapes = [
            Data((0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* 167) }).base64EncodedString(), ".- -... -.-.",
            "01001000",
            "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "\u{202E}\u{200B}\u{1D55F}", "T i m m y",
            "/home/timmy/.ssh/id_rsa",
            String(repeating: "all work and no play ", count: 30_000),
        ]
        for shape in shapes {
            #expect(try await pipe.execute(shape + " THE END").text("result") == "whole", "\(shape.prefix(20))")
        }
        await pipe.stop()
        upstream.stop()
    }

    // MARK: Places

    @Test("who comes when all places are taken is told so at once, and a place comes back on every way out")
    func places() async throws {
        let gate = Gate()
        let upstream = LoopbackUpstream.answering { _, peer in
            gate.wait()
            peer.reply(#"{"response":"Hm.","done":true}"#)
        }
        let pipe = try await PipeBench.server(.ollama, upstream) { $0.limits.concurrent = 1 }
        async let first = pipe.execute("Hi")
        #expect(await eventually { upstream.requests.count == 1 })
        let second = try await pipe.execute("Hi")
        #expect(second.status == 503 && second.text("code") == "busy" && second.retryAfter == "1")
        gate.open()
        #expect(try await first.status == 200)
        gate.open()
        #expect(try await pipe.execute("Hi").status == 200)
        await pipe.stop()
        upstream.stop()
    }

    @Test("a slow client holds no place, and is sent away when its time is over")
    func slowClient() async throws {
        let upstream = PipeModelServer.ollama()
        let pipe = try await PipeBench.server(.ollama, upstream) { config in
            config.limits.concurrent = 1
            config.limits.read = .seconds(2)
        }
        let head = "POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        let slow = try DoorClient(pipe.port)
        slow.send(head + "Content-Length: 1000\r\n\r\n{")
        let silent = try DoorClient(pipe.port)
        silent.send("POST /exe")
        #expect(try await pipe.execute("Hi").status == 200)
        let reply = await slow.reply()
        #expect(reply.status == 408 && reply.json["code"] as? String == "slow_client")
        #expect(await silent.read() == "")
        await pipe.stop()
        upstream.stop()
    }

    @Test("a client that leaves ends the work, and its place is free")
    func leaves() async throws {
        let upstream = LoopbackUpstream { peer in
            guard let request = peer.readRequest() else { return }
            if request.contains("stay") { peer.awaitClose() } else { peer.reply(#"{"response":"Hm.","done":true}"#) }
        }
        let pipe = try await PipeBench.server(.ollama, upstream) { $0.limits.concurrent = 1 }
        let client = try DoorClient(pipe.port)
        let body = PipeBench.body("stay")
        client.send(
            "POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
        )
        #expect(await eventually { upstream.requests.count == 1 })
        #expect(try await pipe.execute("go").status == 503)
        client.leave()
        #expect(try await eventually { try await pipe.execute("go").status == 200 })
        await pipe.stop()
        upstream.stop()
    }
}
