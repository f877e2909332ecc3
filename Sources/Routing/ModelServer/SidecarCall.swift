internal import Persona

/// What a sidecar is asked, or told to do (`docs/sidecar.md`).
///
/// A closed list, as ``ModelServerCall`` is: no call has a place for a prompt.
package enum SidecarCall: Sendable, Equatable {
    case available
    case status
    /// Permission for one request, or more time for one that is held already.
    case lease(String, profile: String, seconds: Int)
    case release(String)
    /// A wish for a profile, or for none.
    case change(to: String?, ifBusy: String, waits: Bool, patience: Int)

    func request(at sidecar: LoopbackURL, token: Secret?) -> OutgoingRequest {
        switch self {
        case .available: request(.get, sidecar.base + "/models/available", token)
        case .status: request(.get, sidecar.base + "/models/status", token)
        case .lease(let lease, let profile, let seconds):
            request(.post, sidecar.base + "/models/lease", token) { json in
                json.key("profile")
                json.string(profile)
                json.key("lease")
                json.string(lease)
                json.key("seconds")
                json.integer(seconds)
            }
        case .release(let lease):
            request(.post, sidecar.base + "/models/release", token) { json in
                json.key("lease")
                json.string(lease)
            }
        case .change(let profile, let ifBusy, let waits, let patience):
            request(.post, sidecar.base + "/models/switch", token) { json in
                json.key("profile")
                if let profile { json.string(profile) } else { json.null() }
                json.key("if_busy")
                json.string(ifBusy)
                json.key("wait")
                json.boolean(waits)
                json.key("patience_s")
                json.integer(patience)
            }
        }
    }

    private func request(
        _ method: OutgoingRequest.Method,
        _ url: String,
        _ token: Secret?,
        _ body: ((inout JSONWriter) -> Void)? = nil
    ) -> OutgoingRequest {
        var headers: [(name: String, value: String)] = []
        if let token { headers.append(("Authorization", "Bearer " + token.reveal())) }
        guard let body else { return OutgoingRequest(method: method, url: url, headers: headers) }
        var json = JSONWriter()
        json.object(body)
        headers.append(("Content-Type", "application/json"))
        return OutgoingRequest(method: method, url: url, headers: headers, body: json.bytes)
    }
}

extension ModelServerLine {
    /// A sidecar's reply, whatever its status.
    /// - Parameter limit: for all of it.
    package func ask(
        _ call: SidecarCall,
        at sidecar: LoopbackURL,
        token: Secret?,
        limit: Duration = .seconds(2)
    ) async -> Result<HTTPReply, Failure> {
        await send(call.request(at: sidecar, token: token), limit: limit)
    }
}
