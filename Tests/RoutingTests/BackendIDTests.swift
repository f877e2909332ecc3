import Testing

@testable import Routing

@Suite("A backend's id is a plain lower-case name")
struct BackendIDTests {
    @Test(
        "lower-case letters, digits, dash, underscore and dot are taken, up to 64 of them",
        arguments: [
            "local", "gpt-5", "kimi_k2.5", "7", String(repeating: "a", count: 64),
        ]
    )
    func accepts(_ name: String) throws {
        let id = try #require(BackendID(name))
        #expect(id.description == name)
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", String(repeating: "a", count: 65), "GPT", "a b", "a/b", "a:b", "é", "a\n",
        ]
    )
    func refuses(_ name: String) {
        #expect(BackendID(name) == nil)
    }

    @Test("ids sort by name")
    func sorts() throws {
        let ids = try ["b", "a.2", "a"].map { try #require(BackendID($0)) }
        #expect(ids.sorted().map(\.rawValue) == ["a", "a.2", "b"])
    }
}
