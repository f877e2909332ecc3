import Foundation
import Testing

@testable import Bridge

@Suite("The door's description is one, and of this door")
struct OpenAPITests {
    private static func document() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(OpenAPIDocument.bytes)) as? [String: Any])
    }

    @Test("it is of this version, and of OpenAPI 3.1")
    func version() throws {
        let document = try Self.document()
        #expect((document["info"] as? [String: Any])?["version"] as? String == "\(Version.current)")
        #expect((document["openapi"] as? String)?.hasPrefix("3.1.") == true)
    }

    @Test("every status of an error stands with each path that thinks")
    func statuses() throws {
        let paths = try #require(try Self.document()["paths"] as? [String: [String: [String: Any]]])
        // Nobody hears 499, and 405 is of methods that are not described.
        let statuses = Set(DoorError.Code.allCases.map { "\($0.status)" }).subtracting(["499", "405"])
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let responses = try #require(paths[path]?["post"]?["responses"] as? [String: Any])
            #expect(Set(responses.keys) == statuses.union(["200"]), "\(path)")
        }
    }
}
