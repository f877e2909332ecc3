internal import HTTPTypes
internal import Routing

/// Who may come in. Pure but for the keys, which are looked up.
struct DoorGate: Sendable {
    let keys: KeyRing
    let http: BridgeConfig.HTTP

    /// Who asks; nil where nobody needs a key.
    /// - Throws: `invalid_api_key`, `not_permitted`, `wrong_host` or `wrong_origin`.
    func admit(
        _ headers: HTTPFields,
        authority: String?,
        access: DoorRoute.Access
    ) throws(DoorError) -> DoorKey? {
        let isOpen = keys.isMissing && http.isLoopback
        // Without keys the address is what protects: a page that has given it a name of its own (DNS rebinding) must not
        // come in under that name.
        if isOpen, !Self.isOurs(authority) { throw DoorError(.wrongHost) }
        if let origin = headers[.origin], !isKnown(origin, authority) { throw DoorError(.wrongOrigin) }
        guard !isOpen else { return nil }
        let key = Self.secret(headers).flatMap { keys.holder(of: $0) }
        if case .everybody = access { return key }
        guard let key else { throw DoorError(.unauthorized) }
        if case .operators = access, !key.isOperator { throw DoorError(.notPermitted) }
        return key
    }

    /// Whether a page's requests are answered: the door's own, and those that the configuration names.
    private func isKnown(_ origin: String, _ authority: String?) -> Bool {
        if http.origins.contains(origin) { return true }
        guard let authority else { return false }
        if origin == "https://" + authority { return true }
        // Before a door without TLS there may be a proxy with it. One with TLS has no page that came without.
        return http.tls == nil && origin == "http://" + authority
    }

    /// The headers that let a page of another origin read the answer; none for the others.
    func crossOrigin(_ headers: HTTPFields) -> HTTPFields {
        guard let origin = headers[.origin], http.origins.contains(origin) else { return [:] }
        return [
            .accessControlAllowOrigin: origin, .vary: "Origin",
            .accessControlExposeHeaders: "x-request-id, x-workshop-backend, x-workshop-model, x-workshop-attempts, "
                + "x-workshop-cost-usd, x-workshop-thought, retry-after",
        ]
    }

    /// What a page's browser asks beforehand (https://fetch.spec.whatwg.org/#cors-preflight-fetch); nil for other requests,
    /// and for pages that may not.
    func preflight(_ method: HTTPRequest.Method, _ headers: HTTPFields) -> DoorAnswer? {
        guard method == .options, headers[.accessControlRequestMethod] != nil, let origin = headers[.origin],
            http.origins.contains(origin)
        else { return nil }
        var answer = DoorAnswer(.whole([]), type: "text/plain", status: .noContent)
        answer.headers[.accessControlAllowMethods] = "GET, POST"
        answer.headers[.accessControlAllowHeaders] = headers[.accessControlRequestHeaders]
        answer.headers[.accessControlMaxAge] = "600"
        return answer
    }

    /// The key that a request shows, as OpenAI's or as Anthropic's clients do.
    private static func secret(_ headers: HTTPFields) -> Substring? {
        if let key = headers[.apiKey] { return key[...] }
        let scheme = "bearer "
        guard let header = headers[.authorization], header.prefix(scheme.count).lowercased() == scheme else {
            return nil
        }
        return header.dropFirst(scheme.count)
    }

    /// Whether the `Host` header names this machine, as everybody writes it who means the door.
    static func isOurs(_ authority: String?) -> Bool {
        guard let authority else { return false }
        var host = authority[...]
        if let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")),
            host[colon...].utf8.dropFirst().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        {
            host = host[..<colon]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        return LoopbackURL.isLoopback(host: String(host))
    }
}
