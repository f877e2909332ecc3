import Persona
import Testing

@testable import Routing

/// Backends of the shape of the example configuration, each with a URL of its own.
enum Fixture {
    static func id(_ name: String) throws -> BackendID { try #require(BackendID(name)) }

    static func backend(_ name: String, _ roles: [Role] = [.local], local: Bool = false) throws -> Backend {
        var backend = Backend(
            id: try id(name),
            url: "http://\(name).test/v1",
            model: "\(name)-1",
            roles: roles,
            isLocal: local
        )
        // Asked as the caller asks: what a test says of whole replies is about whole replies.
        backend.isStreamed = false
        return backend
    }

    /// The seven of `configs/backends.yaml`, all with their keys.
    static func seven() throws -> BackendRegistry {
        var local = try backend("local", [.local], local: true)
        local.maxContext = 8_192
        var claude = try backend("claude", [.reasoning])
        claude.maxContext = 200_000
        claude.modalities = ["image"]
        var kimi = try backend("kimi", [.longContext, .code])
        kimi.maxContext = 256_000
        var gpt = try backend("gpt", [.breadth])
        gpt.maxContext = 400_000
        gpt.modalities = ["image"]
        var gemini = try backend("gemini", [.multimodal])
        gemini.maxContext = 1_000_000
        gemini.modalities = ["image", "audio", "video", "application"]
        var grok = try backend("grok", [.speed])
        grok.maxContext = 2_000_000
        var openrouter = try backend("openrouter", [.fallback])
        openrouter.maxContext = 128_000
        return BackendRegistry([local, claude, kimi, gpt, gemini, grok, openrouter])
    }

    /// A backend for what does not depend on it.
    static let any: Backend = {
        guard let id = BackendID("any") else { preconditionFailure("a plain name") }
        return Backend(id: id, url: "http://any.test/v1", model: "any-1", roles: [.local], isLocal: false)
    }()

    /// A whole answer of the given text.
    static func answer(_ text: String, finish: String = "stop") -> String {
        #"{"model":"served-1","choices":[{"message":{"content":"\#(text)"},"finish_reason":"\#(finish)"}],"#
            + #""usage":{"prompt_tokens":10,"completion_tokens":5}}"#
    }

    /// One chunk of a streamed answer.
    static func chunk(_ text: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return #"data: {"choices":[{"delta":{"content":"\#(text)"},"finish_reason":\#(reason)}]}"# + "\n\n"
    }
}

extension HealthBoard {
    /// A permit, if there is one.
    func granted(_ id: BackendID, at now: ContinuousClock.Instant) -> BreakerPermit? {
        switch permit(for: id, at: now) {
        case .granted(let permit): permit
        case .refused: nil
        }
    }
}

extension Candidate {
    /// A candidate in good health.
    static func of(_ backend: Backend) -> Candidate {
        Candidate(
            backend: backend,
            state: .healthy,
            score: Score(quality: 0, speed: 0, cost: 0, reliability: 0, preference: 1),
            expectedCost: nil,
            isLastResort: false,
            gate: nil,
            reason: .primary
        )
    }
}
