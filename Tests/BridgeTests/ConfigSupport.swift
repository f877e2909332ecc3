import Foundation
import Routing

@testable import Bridge

/// Loads configurations from texts.
enum ConfigBench {
    /// The section that points to the repository's personas.
    static let server = "server: {personas: \(Daemonette.personas)}\n"

    /// Loads a text as a file of a folder of its own, beside an `.env` if there is to be one.
    static func load(
        _ text: String,
        environment: [String: String] = [:],
        dotEnv: String? = nil
    ) throws -> BridgeConfig {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("backends.yaml")
        try Data(text.utf8).write(to: file)
        if let dotEnv {
            let variables = folder.appendingPathComponent(".env").path
            try Data(dotEnv.utf8).write(to: URL(fileURLWithPath: variables))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: variables)
        }
        return try ConfigLoader.load(file.path, environment: ["HOME": "/h"].merging(environment) { $1 })
    }

    /// What is wrong with a text.
    static func problems(
        _ text: String,
        environment: [String: String] = [:],
        dotEnv: String? = nil
    ) -> [ConfigProblem] {
        do {
            _ = try load(text, environment: environment, dotEnv: dotEnv)
            return []
        } catch {
            return (error as? ConfigProblems)?.problems ?? []
        }
    }

    /// Each problem in one line.
    static func told(_ problems: [ConfigProblem]) -> [String] {
        problems.map { "\($0.line ?? 0) \($0.path): \($0.message) \($0.hint ?? "")" }
    }
}
