import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("a .env file is read beneath the environment")
struct DotEnvTests {
    private func load(_ environment: [String: String]) throws -> BridgeConfig {
        try ConfigBench.load(ConfigEnvironmentTests.file, environment: environment)
    }

    private func backend(_ name: String, _ config: BridgeConfig) throws -> Backend {
        try #require(config.backends.first { $0.id.rawValue == name })
    }

    @Test(
        "a line of a .env file",
        arguments: [
            ("A=b", "b"), ("A = b ", "b"), ("export A=b", "b"), ("A=b # c", "b"), ("A=b#c", "b#c"), ("A=", ""),
            ("A=\"b c\" # d", "b c"), ("A='b \"c\" \\n'", "b \"c\" \\n"), ("A=\"b\\n\\\"c\\\"\"", "b\n\"c\""),
            ("A=# c", ""), ("A=b=c", "b=c"), ("  A=b\r", "b"), ("A='#'", "#"), ("A=${B}", "${B}"), ("# x\n\nA=b", "b"),
            ("A=a\nA=b", "b"),
        ]
    )
    func lines(text: String, value: String) {
        let parsed = DotEnv.parse(text)
        #expect(parsed.entries.map(\.value) == [value])
        #expect(parsed.firstBadLine == nil)
    }

    @Test(
        "what is no line of a .env file is told by its number",
        arguments: ["A", "=b", "1A=b", "A-B=c", "A=\"b", "A='b' c"]
    )
    func badLines(text: String) {
        #expect(DotEnv.parse("X=y\n\(text)").firstBadLine == 2)
        let found = ConfigBench.problems(ConfigEnvironmentTests.file, dotEnv: "X=y\n\(text)")
        #expect(found.count == 1 && found[0].line == 2 && found[0].file.hasSuffix("/.env"), "\(found)")
    }

    @Test("the process goes before the file, and faults of the file name it and the line")
    func precedence() throws {
        let config = try ConfigBench.load(
            ConfigEnvironmentTests.file,
            environment: ["BACKEND_TALOS_MODEL": "process"],
            dotEnv: "BACKEND_TALOS_MODEL=file\nBACKEND_LLAMA_MODEL=file\n"
        )
        #expect(try backend("talos", config).model == "process")
        #expect(try backend("llama", config).model == "file")
        let found = ConfigBench.problems(ConfigEnvironmentTests.file, dotEnv: "\n\nBACKEND_TALOS_WEIGHT=heavy")
        #expect(found.count == 1 && found[0].line == 3 && found[0].file.hasSuffix("/.env"))
        #expect(found.first?.path == "BACKEND_TALOS_WEIGHT")
    }

    @Test("a .env file that others can read is doubtful, and one that was named must be there")
    func privacy() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("backends.yaml").path
        try ConfigEnvironmentTests.file.write(toFile: file, atomically: false, encoding: .utf8)
        let beside = folder.appendingPathComponent(".env").path
        let named = folder.appendingPathComponent("named").path
        try "BACKEND_TALOS_MODEL=beside\nBACKEND_LLAMA_MODEL=beside".write(
            toFile: beside,
            atomically: false,
            encoding: .utf8
        )
        try "BACKEND_TALOS_MODEL=named".write(toFile: named, atomically: false, encoding: .utf8)
        for (path, mode) in [(beside, 0o640), (named, 0o600)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        let config = try ConfigLoader.load(file, environment: ["HOME": "/h"], envFile: named)
        #expect(config.warnings.map(\.file) == [beside])
        #expect(config.warnings.first?.hint == "chmod 600 \(beside)")
        #expect(try backend("talos", config).model == "named")
        #expect(try backend("llama", config).model == "beside")
        #expect(throws: ConfigProblems.self) {
            try ConfigLoader.load(file, environment: ["HOME": "/h"], envFile: named + "s")
        }
    }

    @Test(
        "what the service manager hands over is not doubtful, though the list of who may read it shows as a group's rights"
    )
    func credential() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("backends.yaml").path
        try ConfigEnvironmentTests.file.write(toFile: file, atomically: false, encoding: .utf8)
        let handed = folder.appendingPathComponent("workshop.env").path
        try "BACKEND_TALOS_MODEL=handed".write(toFile: handed, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: handed)
        let cases: [(directory: String, warnings: [String])] = [
            (folder.path, []), (folder.path + "-2", [handed]), ("", [handed]),
        ]
        for (directory, warnings) in cases {
            let environment = ["HOME": "/h", "CREDENTIALS_DIRECTORY": directory]
            let config = try ConfigLoader.load(file, environment: environment, envFile: handed)
            #expect(config.warnings.map(\.file) == warnings)
            #expect(try backend("talos", config).model == "handed")
        }
    }

    @Test("no secret of a variable is in a summary, a dump or a document")
    func secrets() throws {
        let config = try load(["BACKEND_TALOS_KEY": "sk-very-secret", "BACKEND_REMOTE_API_KEY": "sk-very-secret"])
        var dumped = ""
        dump(config, to: &dumped)
        let documents = config.configured.map(\.document).joined()
        for text in [dumped, "\(config)", String(reflecting: config), config.summary.joined(), documents] {
            #expect(!text.contains("sk-very-secret"))
        }
        #expect(documents.contains("\"key\":\"${BACKEND_TALOS_KEY}\""))
    }
}
