import Crypto
import Foundation
import Testing

@testable import Bridge

@Suite("The dashboard's page needs nothing else, and its policy lets nothing else in")
struct DashboardPageTests {
    private let html = DashboardPage.html

    private func between(_ open: String, _ close: String) -> [String] {
        html.components(separatedBy: open).dropFirst().map { String($0.components(separatedBy: close)[0]) }
    }

    @Test("one script and one style, each with the hash that the policy names")
    func hashes() throws {
        for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
            let blocks = between("<\(tag)>", "</\(tag)>")
            #expect(blocks.count == 1)
            let digest = Data(SHA256.hash(data: Data(try #require(blocks.first).utf8))).base64EncodedString()
            #expect(DashboardPage.policy.contains("\(directive) 'sha256-\(digest)';"))
        }
        #expect(DashboardPage.policy.hasPrefix("default-src 'none';"))
        #expect(!DashboardPage.policy.contains("unsafe"))
    }

    @Test("no handler and no style stands in the markup, and no address of elsewhere")
    func markup() {
        #expect(html.firstRange(of: /\son[a-z]+=/) == nil)
        #expect(html.firstRange(of: /\sstyle=/) == nil)
        let addresses = html.matches(of: /https?:\/\/[^"\s]+/).map { String($0.output) }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"], "a name, not a place")
    }

    @Test("the script makes no markup out of text")
    func textOnly() {
        for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            #expect(!html.contains(way))
        }
    }

    @Test("every table has a caption, every section a heading, every field a label")
    func structure() {
        #expect(between("<table", "</table>").allSatisfy { $0.contains("<caption>") })
        for id in between("aria-labelledby=\"", "\"") { #expect(html.contains("id=\"\(id)\"")) }
        for id in between("<label for=\"", "\"") { #expect(html.contains("id=\"\(id)\"")) }
        #expect(html.contains("<html lang=\"en\">") && html.contains("<main>") && html.contains("<header>"))
        #expect(between("aria-live=\"", "\"") == ["polite"], "one voice, and a sparing one")
    }

    @Test("the lamps' signs and words are those of the game")
    func signs() throws {
        let file = Daemonette.repository.appendingPathComponent("evennia_glue/src/evennia_glue/lamps.py")
        let text = try String(contentsOf: file, encoding: .utf8)
        let lamps = text.matches(of: /"([a-z_]+)": Lamp\("\|.", "(.)", "([^"]+)"\)/)
        #expect(lamps.count == 7)
        for lamp in lamps { #expect(html.contains("\(lamp.1): [\"\(lamp.2)\", \"\(lamp.3)\"]")) }
    }
}
