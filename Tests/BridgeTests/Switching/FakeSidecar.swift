import Routing
import Synchronization
import TestSupport

@testable import Bridge

/// A sidecar without models: it says that it has switched, and answers chats itself.
final class FakeSidecar: Sendable {
    private let active = Mutex<String?>(nil)
    private let url = Mutex("")
    private let model: String
    /// What it was asked, in order, without chats and looks at its status.
    let asked = Mutex<[String]>([])

    /// Opened for each switch; without it one takes no time.
    private let gate: Gate?

    init(model: String, gate: Gate? = nil) {
        self.model = model
        self.gate = gate
    }

    /// It, listening.
    func upstream() -> LoopbackUpstream {
        let upstream = LoopbackUpstream.answering { request, peer in self.answer(request, peer) }
        url.withLock { $0 = upstream.url }
        return upstream
    }

    private func answer(_ request: String, _ peer: LoopbackUpstream.Peer) {
        let url = url.withLock { $0 }
        let path = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        if !["/models/status", "/v1/chat/completions", "/health"].contains(path) { asked.withLock { $0.append(path) } }
        switch path {
        case "/models/available": peer.reply("{\"profiles\":[{\"id\":\"\(model)\",\"aliases\":[\"fast\"]}]}")
        case "/models/status", "/models/release": peer.reply(status)
        case "/models/switch":
            gate?.wait()
            active.withLock { $0 = model }
            peer.reply(status)
        case "/models/lease":
            guard active.withLock({ $0 }) != nil else {
                return peer.reply("{\"status\":\(status)}", status: "409 Conflict")
            }
            peer.reply("{\"profile\":\"\(model)\",\"url\":\"\(url)\",\"model\":\"\(model)\"}")
        case "/v1/chat/completions":
            Upstream.stream([Upstream.chunk("Blue.") + Upstream.chunk("", finish: "stop") + Upstream.usage], to: peer)
        default: peer.reply("{}")
        }
    }

    private var status: String {
        guard let active = active.withLock({ $0 }) else { return "{\"state\":\"stopped\"}" }
        return "{\"state\":\"ready\",\"active\":\"\(active)\",\"switching\":false,\"since_s\":0}"
    }
}
