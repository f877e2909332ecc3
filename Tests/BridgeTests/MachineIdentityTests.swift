import Foundation
import Persona
import Testing

@testable import Bridge

@Suite("What tells this machine from others is a part of every identity")
struct MachineIdentityTests {
    private func terms(_ environment: [String: String]) -> [String] {
        let terms = MachineIdentity.terms(environment: environment)
        #expect(terms.allSatisfy { $0.class == .machine })
        // The host's name is this machine's own, whatever it is.
        return terms.map(\.text).filter { text in environment.values.contains { $0.contains(text) } }
    }

    @Test("the user's name and home count when they tell who it is")
    func user() {
        #expect(terms(["USER": "rowanash", "HOME": "/home/rowanash"]) == ["/home/rowanash", "rowanash"])
        #expect(terms(["LOGNAME": "rowanash"]) == ["rowanash"])
        #expect(terms(["USER": "rowanash", "LOGNAME": "rowanash"]) == ["rowanash"])
    }

    @Test(
        "names that thousands of machines have, short ones and ordinary words tell nothing",
        arguments: ["root", "ubuntu", "ann", "Admin", "people", "evennia"]
    )
    func common(_ name: String) {
        #expect(terms(["USER": name, "LOGNAME": name, "HOME": "/home/\(name)"]).isEmpty)
    }

    @Test("the root of the file system is no home")
    func home() {
        #expect(terms(["HOME": "/"]).isEmpty && terms(["HOME": "/root"]).isEmpty && terms([:]).isEmpty)
    }

    @Test("the bridge's own files count by their whole paths")
    func paths() {
        let paths = MachineIdentity.Paths(
            files: [
                "/opt/../srv/bridge/b.yaml", "/srv/bridge/state/ledger.db", "/srv/x.sock",
                "/srv/bridge/state/ledger.db",
            ]
        )
        #expect(paths.terms.map(\.text) == ["/srv/bridge/b.yaml", "/srv/bridge/state/ledger.db"])
        let relative = MachineIdentity.Paths(files: ["some/where/b.yaml"]).terms.map(\.text)
        #expect(relative == [FileManager.default.currentDirectoryPath + "/some/where/b.yaml"])
        #expect(paths.terms.allSatisfy { $0.class == .machine })
    }
}
