import Foundation
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("Wherever a request can hold text, a canary in it never arrives", .serialized)
struct PositionTests {
    /// The persona's name, and a word of the same build that is nobody's.
    private static let canary = "Zorvathin"
    private static let control = "Quelbarin"

    /// What arrived of a place, over all backends.
    private struct Row {
        var name: String
        var control = 0
        var canary = 0
        var requests = 0
    }

    private func subject() throws -> Rehearsal.Subject {
        let identity = Identity(terms: [(.name, Self.canary), (.person, "Ishkerbeld"), (.place, "Umbrodale")])
        return Rehearsal.Subject(
            card: PersonaCard(id: try #require(PersonaID("canary")), identity: identity, voice: .plain),
            name: Self.canary
        )
    }

    @Test("in every place that a client or a backend can write to, in every format")
    func places() async throws {
        let config = try Proof.config(quality: .init(escalations: 0, hasSelfCritique: true))
        let backends = config.backends.map(\.id.rawValue)
        let positions = Position.all + Position.remembered
        var steps: [RehearsalStep] = []
        var places: [(row: Int, isCanary: Bool, isLast: Bool)] = []
        for (row, position) in positions.enumerated() {
            for backend in backends {
                for isCanary in [false, true] {
                    let own = position.steps(isCanary ? Self.canary : Self.control, backend)
                    places += own.indices.map { (row, isCanary, $0 == own.count - 1) }
                    steps += own
                }
            }
        }
        var rows = positions.map { Row(name: $0.name) }
        let rehearsal = try Rehearsal(config)
        defer { rehearsal.recorder.stop() }
        var hasArrived = false
        var seams = Rehearsal.Seams()
        // A model can be asked for only where it is offered.
        seams.adjust = { config in
            config.backends = config.backends.map { backend in
                var backend = backend
                backend.models = [Self.control, Self.canary]
                return backend
            }
        }
        try await rehearsal.run(try subject(), steps, seams: seams) { number, record in
            let (row, isCanary, isLast) = places[number]
            let word = isCanary ? Self.canary : Self.control
            rows[row].requests += record.received.count
            hasArrived = hasArrived || record.received.contains { Self.holds($0.bytes, word) }
            // A row counts a backend once, however many steps it takes.
            if isLast {
                if hasArrived && isCanary { rows[row].canary += 1 }
                if hasArrived && !isCanary { rows[row].control += 1 }
                hasArrived = false
            }
            return true
        }
        report(rows, of: backends.count)
    }

    @Test(
        "in every place that a configuration can write to, in every format, also of probes and lists of models",
        arguments: ["the model", "the path of the URL", "the key", "the path of the health page"]
    )
    func configured(_ place: String) async throws {
        let config = try Proof.config()
        var row = Row(name: place + ", as configured")
        for word in [Self.control, Self.canary] {
            let rehearsal = try Rehearsal(config)
            defer { rehearsal.recorder.stop() }
            var seams = Rehearsal.Seams()
            // Behind the check of the configuration, which would not let the daemon start with it.
            seams.adjust = { config in
                config.backends = config.backends.map { backend in
                    var backend = backend
                    switch place {
                    case "the model": backend.model = word
                    case "the key": backend.key = Secret("key-" + word)
                    case "the path of the URL": backend.url += "/" + word
                    default:
                        if case .get(let url) = backend.health { backend.health = .get(url + "/" + word) }
                    }
                    return backend
                }
            }
            var steps = config.backends.map {
                RehearsalStep(params: #"{"task":"Count the barrels.","cache":false,"backend":"\#($0.id)"}"#)
            }
            steps.append(RehearsalStep(method: "probe", params: "{}", isUnordered: true))
            steps.append(RehearsalStep(method: "models", params: #"{"refresh":true}"#, isUnordered: true))
            try await rehearsal.run(try subject(), steps, seams: seams) { _, record in
                let arrived = record.received.count { Self.holds($0.bytes, word) }
                row.requests += record.received.count
                if word == Self.canary { row.canary += arrived } else { row.control += arrived }
                return true
            }
        }
        report([row], of: config.backends.count)
        #expect(row.control >= config.backends.count)
    }

    private func report(_ rows: [Row], of backends: Int) {
        for row in rows {
            let name = row.name.padding(toLength: 46, withPad: " ", startingAt: 0)
            print(
                "position: \(name) a harmless word arrived \(row.control) times of \(backends), the canary \(row.canary)"
            )
            #expect(row.canary == 0, "\(row.name)")
            #expect(row.requests > 0, "\(row.name)")
        }
    }

    /// Whether a word stands in the bytes as it is, behind JSON's escapes, or in Base64.
    private static func holds(_ bytes: [UInt8], _ word: String) -> Bool {
        let texts = [bytes, EgressScan.read(bytes)].map { $0.map { (65...90).contains($0) ? $0 | 0x20 : $0 } }
        if texts.contains(where: { $0.firstRange(of: Array(word.lowercased().utf8)) != nil }) { return true }
        // At each of the three offsets in a group, without what its neighbours share.
        return (0..<3).contains { offset in
            let padded = Data(repeating: 0x20, count: offset) + Data(word.utf8) + Data([0x20, 0x20])
            let inner = padded.base64EncodedString().dropFirst(offset == 0 ? 0 : 4).dropLast(8)
            return bytes.firstRange(of: Array(inner.utf8)) != nil
        }
    }
}

extension EgressScan {
    /// JSON's escapes read, by Foundation and not by the scan itself: what is tested does not test itself.
    fileprivate static func read(_ request: [UInt8]) -> [UInt8] {
        guard let end = HeadReader.end(of: request),
            let object = try? JSONSerialization.jsonObject(with: Data(request[end...])),
            let data = try? JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes])
        else { return request }
        return Array(data)
    }
}
