import Testing

@testable import Persona

@Suite("A persona's id is the name of a folder, and nothing that could be a path")
struct PersonaIDTests {
    @Test(
        "letters, digits, dash and underscore are taken, up to 64 of them",
        arguments: [
            "timmy", "T", "old-tim_2", String(repeating: "a", count: 64),
        ]
    )
    func accepts(_ name: String) throws {
        let id = try #require(PersonaID(name))
        #expect(id.rawValue == name)
        #expect(id.description == name)
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", String(repeating: "a", count: 65), "..", "a/b", "a b", "timmy.yaml", "tímmy", "a\0", "a\n", "\u{FF41}",
        ]
    )
    func refuses(_ name: String) {
        #expect(PersonaID(name) == nil)
    }
}
