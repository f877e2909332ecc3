import Foundation
import Persona
import Routing

@testable import Bridge

/// What the proofs share: backends of every format and dialect, tasks of our own corpus, invented personas.
enum Proof {
    /// How many personas.
    static let personas = 8

    /// One backend for each format and each dialect.
    static func config(quality: RoutingPolicy.Quality = .init(isJudged: false)) throws -> BridgeConfig {
        let file = Daemonette.repository.appendingPathComponent("Tests/Invariance/backends.yaml").path
        var config = try ConfigLoader.load(file, environment: ["HOME": "/nowhere"])
        config.policy.quality = quality
        return config
    }

    /// Tasks of the classifier's own corpus, spread over its English files.
    static func tasks(_ count: Int) throws -> [String] {
        struct Line: Decodable { var task: String }
        let folder = Daemonette.repository.appendingPathComponent("training/tasks")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let all = try files.filter { $0.hasPrefix("en-") || $0.hasPrefix("own-en") }.flatMap { file in
            try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).task }
        }
        return stride(from: 0, to: all.count, by: max(1, all.count / count)).prefix(count).map { all[$0] }
    }
}
