import Dispatch
import Foundation
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("the front door with TLS", .serialized, .timeLimit(.minutes(1)))
struct DoorTLSTests {
    /// A certificate of one's own for 127.0.0.1.
    private struct Paper {
        let folder: URL
        let certificate: String
        let key: String

        init(_ name: String = "a", in folder: URL) throws {
            self.folder = folder
            certificate = folder.appendingPathComponent("\(name).crt").path
            key = folder.appendingPathComponent("\(name).key").path
            try DoorTLSTests.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                    certificate,
                ]
            )
        }
    }

    /// Runs a program; gives its exit code and what it printed.
    /// - Parameter said: the file that it reads.
    /// - Parameter end: what it is ended after.
    @discardableResult
    private static func run(
        _ program: String,
        _ arguments: [String],
        reading said: String = "/dev/null",
        until end: String? = nil
    ) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle(forReadingAtPath: said)
        // Foundation's own wait on Linux can miss an end that came before it.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        var data = Data()
        while true {
            let more = output.fileHandleForReading.availableData
            data += more
            if more.isEmpty { break }
            if let end, data.range(of: Data(end.utf8)) != nil { break }
        }
        // Not with a signal that it may have inherited as blocked.
        if end != nil { kill(process.processIdentifier, SIGKILL) }
        ended.wait()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func house(_ paper: Paper) async throws -> Daemonette {
        let alpha = Upstream.answering("Fo", "ur.", model: "alpha-model")
        let tls = "{certificate: \(paper.certificate), key: \(paper.key)}"
        return try await Daemonette(alpha: alpha.url, http: "{listen: \"127.0.0.1:0\", head_timeout_s: 3, tls: \(tls)}")
    }

    /// OpenSSL's client, on a thread of its own.
    private func client(
        _ house: Daemonette,
        _ arguments: [String],
        reading said: String = "/dev/null",
        until end: String? = nil
    ) async throws -> (code: Int32, text: String) {
        let all = ["s_client", "-connect", "127.0.0.1:\(house.port ?? 0)"] + arguments
        return try await withCheckedThrowingContinuation { continuation in
            Thread {
                let result = Result { try Self.run("/usr/bin/openssl", all, reading: said, until: end) }
                continuation.resume(with: result)
            }.start()
        }
    }

    /// Asks as one who trusts that certificate alone.
    private func ask(
        _ house: Daemonette,
        trusting certificate: String,
        _ line: String = "POST /v1/chat/completions",
        _ headers: String = "Host: 127.0.0.1",
        body: String? = nil,
        until end: String? = nil
    ) async throws -> (code: Int32, text: String) {
        let file = house.folder.appendingPathComponent("request").path
        let text = body.map { "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }
        try "\(line) HTTP/1.1\r\n\(headers)\r\nConnection: close\r\n\(text ?? "\r\n")"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let trust = ["-quiet", "-verify_return_error", "-CAfile", certificate, "-verify_ip", "127.0.0.1"]
        return try await client(house, trust, reading: file, until: end)
    }

    @Test("a client that trusts its certificate is answered, whole and streamed; one that does not is not")
    func answers() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (paper, other) = (try Paper(in: folder), try Paper("b", in: folder))
        let house = try await house(paper)
        let whole = try await ask(house, trusting: paper.certificate, body: Daemonette.chat())
        #expect(whole.code == 0 && whole.text.contains("Four."))
        let stream = try await ask(house, trusting: paper.certificate, body: Daemonette.chat(more: ",\"stream\":true"))
        #expect(stream.code == 0 && stream.text.contains("Fo") && stream.text.contains("[DONE]"))
        let stranger = try await ask(house, trusting: other.certificate, body: Daemonette.chat())
        #expect(stranger.code == 1 && stranger.text.isEmpty)
        // Who speaks without TLS is sent away, and who says nothing too.
        let plain = try house.client()
        #expect(await plain.ask("GET", "/health").status == 0)
        #expect(try await house.client().ends())
        await house.stop()
    }

    @Test(
        "nothing older than TLS 1.2 is spoken",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func versions(flag: String, isSpoken: Bool) async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let house = try await house(try Paper(in: folder))
        // OpenSSL itself speaks the old ones at security level 0 alone.
        let said = try await client(house, [flag, "-cipher", "DEFAULT:@SECLEVEL=0"])
        #expect(said.text.contains("BEGIN CERTIFICATE") == isSpoken)
        await house.stop()
    }

    @Test("a renewed certificate is shown to new connections after a reload; a wrong one changes nothing")
    func renewed() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (paper, fresh) = (try Paper(in: folder), try Paper("b", in: folder))
        let old = folder.appendingPathComponent("old.crt").path
        try FileManager.default.copyItem(atPath: paper.certificate, toPath: old)
        let house = try await house(paper)
        func replace(_ from: String, _ to: String) throws {
            let data = try Data(contentsOf: URL(fileURLWithPath: from))
            try data.write(to: URL(fileURLWithPath: to))
        }
        // Half of it: the certificate alone.
        try replace(fresh.certificate, paper.certificate)
        await #expect(throws: ConfigProblems.self) { try await house.parts.operations.reloader.reload() }
        #expect(try await ask(house, trusting: old, body: Daemonette.chat()).text.contains("Four."))
        try replace(fresh.key, paper.key)
        let report = try await house.parts.operations.reloader.reload()
        #expect(!report.needsRestart.contains("http"))
        #expect(try await ask(house, trusting: fresh.certificate, body: Daemonette.chat()).text.contains("Four."))
        #expect(try await ask(house, trusting: old, body: Daemonette.chat()).text.isEmpty)
        // The files are watched, as the configuration is.
        let watched = Set(await house.parts.operations.reloader.watched.map(\.path))
        #expect(watched.isSuperset(of: [paper.certificate, paper.key]))
        await house.stop()
    }

    @Test("the door's own pages are those that came over TLS, and its events flow to them")
    func pages() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let paper = try Paper(in: folder)
        let house = try await house(paper)
        for host in ["localhost:\(house.port ?? 0)", "127.0.0.1:\(house.port ?? 0)"] {
            func asked(_ origin: String) -> String { "Host: \(host)\r\nOrigin: \(origin)" }
            let own = try await ask(
                house,
                trusting: paper.certificate,
                "GET /api/events",
                asked("https://\(host)"),
                until: "event: lamps\ndata: "
            )
            #expect(own.text.hasPrefix("HTTP/1.1 200") && own.text.contains("event: lamps\ndata: "), "\(host)")
            for foreign in ["http://\(host)", "https://localhost:1", "https://evil.example", "null"] {
                let reply = try await ask(house, trusting: paper.certificate, "GET /v1/models", asked(foreign))
                #expect(reply.text.hasPrefix("HTTP/1.1 403") && reply.text.contains("wrong_origin"), "\(foreign)")
            }
        }
        await house.stop()
    }

    @Test("what is wrong with the files is said, with the key of the section")
    func problems() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (paper, other) = (try Paper(in: folder), try Paper("b", in: folder))
        let open = folder.appendingPathComponent("open.key").path
        try FileManager.default.copyItem(atPath: paper.key, toPath: open)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open)
        let locked = folder.appendingPathComponent("locked.key").path
        try Self.run("/usr/bin/openssl", ["ec", "-in", paper.key, "-aes128", "-passout", "pass:x", "-out", locked])
        // As an ACME client lays them: a link has no rights of its own.
        let link = folder.appendingPathComponent("live.key").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: paper.key)
        let openLink = folder.appendingPathComponent("live-open.key").path
        try FileManager.default.createSymbolicLink(atPath: openLink, withDestinationPath: open)
        let table: [(yaml: String, path: String, message: String?)] = [
            ("certificate: \(paper.certificate), key: \(paper.key)", "", nil),
            ("certificate: \(paper.certificate), key: \(link)", "", nil),
            ("certificate: \(paper.certificate), key: \(openLink)", "http.tls.key", "by others"),
            ("certificate: \(paper.certificate), key: \(folder.path)", "http.tls.key", "no file"),
            ("certificate: /nowhere.crt, key: \(paper.key)", "http.tls.certificate", "no file"),
            ("certificate: \(paper.key), key: \(paper.key)", "http.tls.certificate", "no certificate"),
            ("certificate: \(paper.certificate), key: /nowhere.key", "http.tls.key", "no file"),
            ("certificate: \(paper.certificate), key: \(paper.certificate)", "http.tls.key", nil),
            ("certificate: \(paper.certificate), key: \(other.key)", "http.tls.key", "does not fit"),
            ("certificate: \(paper.certificate), key: \(open)", "http.tls.key", "by others"),
            ("certificate: \(paper.certificate), key: \(locked)", "http.tls.key", "no private key"),
            ("certificate: \(paper.certificate)", "http.tls.key", "is missing"),
            ("key: \(paper.key)", "http.tls.certificate", "is missing"),
            ("certificate: \(paper.certificate), key: \(paper.key), version: 3", "http.tls.version", "no such key"),
        ]
        for (yaml, path, message) in table {
            let context = ConfigReader.Context(environment: [:])
            let file = folder.appendingPathComponent("c.yaml")
            try "http: {tls: {\(yaml)}}".write(to: file, atomically: true, encoding: .utf8)
            let root = try #require(ConfigReader.open(file.path, context: context))
            let http = HTTPReader.read(root, base: folder, folder: "/nowhere/at/all")
            if path.isEmpty {
                #expect(context.problems.isEmpty && http?.tls?.certificate == paper.certificate)
            } else {
                #expect(context.problems.map(\.path) == [path], "\(yaml)")
                if let message { #expect(context.problems.first?.message.contains(message) == true, "\(yaml)") }
            }
        }
    }
}
