internal import Persona

/// The headers of every request. Nothing in them tells one user of the bridge from another: no attribution, a constant
/// agent.
enum RequestHeaders {
    /// Those that all requests have, the key's, and the body's.
    static func common(
        _ key: [(name: String, value: String)],
        hasBody: Bool
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(5)
        headers.append((name: "User-Agent", value: "workshop"))
        headers.append((name: "Accept", value: "*/*"))
        headers += key
        if hasBody { headers.append((name: "Content-Type", value: "application/json")) }
        return headers
    }

    /// With the key as `Authorization: Bearer`, if there is one.
    static func bearer(_ backend: Backend, hasBody: Bool = false) -> [(name: String, value: String)] {
        common(backend.key.map { [(name: "Authorization", value: "Bearer " + $0.reveal())] } ?? [], hasBody: hasBody)
    }
}

extension BlindPrompt {
    /// About how many bytes it takes in a request.
    var sizeEstimate: Int {
        let history = history.reduce(0) { $0 + $1.text.utf8.count + 64 }
        let attachments = attachments.reduce(0) { $0 + $1.bytes.count / 3 * 4 + 64 }
        return task.utf8.count + history + attachments
    }
}
