import Foundation
import TestSupport
import Testing

@testable import Bridge

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
    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
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

    /// Asks with curl, which trusts that certificate alone.
    private func curl(_ house: Daemonette, trusting certificate: String, _ body: String) async throws -> (
        code: Int32, text: String
    ) {
        let arguments = [
            "-sS", "--max-time", "15", "--cacert", certificate, "-H", "Content-Type: application/json", "-d", body,
            "https://127.0.0.1:\(house.port ?? 0)/v1/chat/completions",
        ]
        return try await Task.detached { try Self.run("/usr/bin/curl", arguments) }.value
    }

    @Test("a client that trusts its certificate is answered, whole and streamed; one that does not is not")
    func answers() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (paper, other) = (try Paper(in: folder), try Paper("b", in: folder))
        let house = try await house(paper)
        let whole = try await curl(house, trusting: paper.certificate, Daemonette.chat())
        #expect(whole.code == 0 && whole.text.contains("Four."))
        let stream = try await curl(house, trusting: paper.certificate, Daemonette.chat(more: ",\"stream\":true"))
        #expect(stream.code == 0 && stream.text.contains("Fo") && stream.text.contains("[DONE]"))
        // 60: it cannot authenticate the certificate (curl(1)).
        #expect(try await curl(house, trusting: other.certificate, Daemonette.chat()).code == 60)
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
        let port = house.port ?? 0
        // OpenSSL itself speaks the old ones at security level 0 alone.
        let arguments = ["s_client", "-connect", "127.0.0.1:\(port)", flag, "-cipher", "DEFAULT:@SECLEVEL=0"]
        let said = try await Task.detached { try Self.run("/usr/bin/openssl", arguments) }.value
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
        #expect(try await curl(house, trusting: old, Daemonette.chat()).code == 0)
        try replace(fresh.key, paper.key)
        let report = try await house.parts.operations.reloader.reload()
        #expect(!report.needsRestart.contains("http"))
        #expect(try await curl(house, trusting: fresh.certificate, Daemonette.chat()).text.contains("Four."))
        #expect(try await curl(house, trusting: old, Daemonette.chat()).code == 60)
        // The files are watched, as the configuration is.
        let watched = Set(await house.parts.operations.reloader.watched.map(\.path))
        #expect(watched.isSuperset(of: [paper.certificate, paper.key]))
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
        let table: [(yaml: String, path: String, message: String?)] = [
            ("certificate: \(paper.certificate), key: \(paper.key)", "", nil),
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
