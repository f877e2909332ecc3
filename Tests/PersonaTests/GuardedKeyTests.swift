import Testing

@testable import Persona

@Suite("A key of the bridge's own stands in its own header, and nowhere else")
struct GuardedKeyTests {
    private static let long = "sk-proj-9fQ2mZ7wLx4TbV8cNd1RkE5yHs3uGp6A"
    private static let short = "hx7-Qm2-zz91"
    private static let url = "https://api.example/v1"

    private static func scan() -> EgressScan {
        let keys = [long, short].compactMap { GuardedKey($0, for: url) }
        return EgressScan(index: IdentityIndex([Fixture.identity], keys: keys)) { keys }
    }

    private func violation(
        url: String = Self.url + "/chat/completions",
        header: (name: String, value: String) = ("Accept", "*/*"),
        body: String = "{}"
    ) -> EgressViolation? {
        do {
            _ = try Self.scan().seal(
                OutgoingRequest(method: .post, url: url, headers: [header], body: Array(body.utf8))
            )
            return nil
        } catch { return error }
    }

    @Test("it passes in the header that carries it, to where it is for", arguments: [long, short])
    func own(_ key: String) {
        #expect(violation(header: ("Authorization", "Bearer \(key)")) == nil)
        #expect(violation(header: ("x-api-key", key)) == nil)
        #expect(violation(header: ("x-goog-api-key", key)) == nil)
        #expect(violation(url: "HTTPS://API.example/models", header: ("authorization", "Bearer \(key)")) == nil)
    }

    @Test("in any other header, origin, URL or body it is held back", arguments: [long, short])
    func elsewhere(_ key: String) {
        let header = EgressViolation(identityClass: .key, place: .header)
        #expect(violation(header: ("X-Title", key)) == header)
        #expect(violation(url: "https://other.example/v1", header: ("Authorization", "Bearer \(key)")) == header)
        #expect(violation(url: "http://api.example/v1", header: ("Authorization", "Bearer \(key)")) == header)
        #expect(violation(url: "https://api.example:444/v1", header: ("Authorization", "Bearer \(key)")) == header)
        #expect(violation(header: ("Authorization", "Bearer \(key)x")) == header || key == Self.short)
        let url = EgressViolation(identityClass: .key, place: .url)
        #expect(violation(url: "https://api.example/v1?key=\(key)") == url)
        let body = EgressViolation(identityClass: .key, place: .body)
        #expect(violation(body: #"{"content":"my key is \#(key)"}"#) == body)
    }

    @Test("the guard refuses it in a task as grave, and a part of it and its Base64 as well")
    func task() {
        let index = IdentityIndex(
            [Fixture.identity],
            keys: [Self.long, Self.short].compactMap { GuardedKey($0, for: Self.url) }
        )
        let base64 = "c2stcHJvai05ZlEybVo3d0x4NFRiVjhjTmQxUmtFNXlIczN1R3A2QQ=="
        for text in ["is \(Self.long) valid?", String(Self.long.dropFirst(9)), Self.short, "decode \(base64)"] {
            let findings = index.traces(in: [text]).map(Finding.init)
            #expect(findings.contains { $0.identityClass == .key && $0.severity == .s0 }, "\(findings)")
            #expect(GuardPolicy.standard.verdict(on: findings) == .refuse)
        }
    }

    @Test(
        "what is no secret is none",
        arguments: ["none", "ollama", "sk-1234", "password", "not needed", "no-key-required"]
    )
    func dummies(_ value: String) {
        #expect(GuardedKey(value, for: Self.url) == nil)
    }

    @Test("nothing of it is shown")
    func undisclosed() throws {
        let key = try #require(GuardedKey(Self.long, for: Self.url))
        var text = ""
        dump(key, to: &text)
        #expect(!text.contains("9fQ2") && !"\(key)".contains("9fQ2") && !String(reflecting: key).contains("9fQ2"))
    }
}
