internal import HTTPTypes
internal import Routing

/// Why the sidecar does not do what was asked: a code for programs, a sentence and what to do for people.
enum SidecarError: Error, Sendable, Equatable {
    case badRequest(field: String)
    case notJSON
    case tooLarge
    case unauthorized
    /// A page of another origin that has this address under a name of its own (DNS rebinding).
    case wrongHost
    case noSuchPath
    case unknownProfile(hint: String?)
    case unknownLease
    case notActive(String)
    case busy(String)
    case loading(String)
    case switching(to: String?)
    case failed(ModelFailure)
    case timedOut
    case closing

    /// For programs.
    var code: StaticString {
        switch self {
        case .badRequest: "bad_request"
        case .notJSON: "not_json"
        case .tooLarge: "too_large"
        case .unauthorized: "unauthorized"
        case .wrongHost: "wrong_host"
        case .noSuchPath: "not_found"
        case .unknownProfile: "unknown_profile"
        case .unknownLease: "unknown_lease"
        case .notActive: "not_active"
        case .busy: "busy"
        case .loading: "loading"
        case .switching: "switching"
        case .failed: "model_failed"
        case .timedOut: "timed_out"
        case .closing: "closing"
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .notJSON: .unsupportedMediaType
        case .tooLarge: .contentTooLarge
        case .unauthorized: .unauthorized
        case .wrongHost: .forbidden
        case .noSuchPath, .unknownProfile, .unknownLease: .notFound
        case .notActive, .busy, .loading, .switching: .conflict
        case .failed, .closing: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        }
    }

    /// What is wrong.
    var message: String {
        switch self {
        case .badRequest(let field): "The field \(field) is missing, unknown, or not what it should be."
        case .notJSON: "The body is not JSON of type application/json."
        case .tooLarge: "The body is larger than 16 KiB."
        case .unauthorized: "The token is missing or wrong."
        case .wrongHost: "The Host header names another machine."
        case .noSuchPath: "There is no such path, or it has no such method."
        case .unknownProfile: "The manifest has no such profile."
        case .unknownLease: "There is no such lease; it may have run out."
        case .notActive(let profile): "\(profile) is not the model that is ready."
        case .busy(let profile): "\(profile) has requests under way."
        case .loading(let profile): "\(profile) is loading."
        case .switching(let target): "The sidecar is about to switch to \(target ?? "no model")."
        case .failed(let failure): failure.display + "."
        case .timedOut: "The time for this switch is over."
        case .closing: "The sidecar is about to end."
        }
    }

    /// What to do.
    var hint: String? {
        switch self {
        case .badRequest: "docs/sidecar.md has the fields"
        case .notJSON: "send a JSON object with Content-Type: application/json"
        case .unauthorized: "Authorization: Bearer ..., see sidecar.token"
        case .wrongHost: "use the address that the sidecar listens on"
        case .noSuchPath: "GET /models/available, GET /models/status, POST /models/switch"
        case .unknownProfile(let hint): hint ?? "GET /models/available lists them"
        case .unknownLease: "take another with POST /models/lease"
        case .notActive: "POST /models/switch first"
        case .busy: "try again, or send if_busy: wait"
        case .loading: "wait for it, or send if_busy: wait"
        case .switching: "wait for it: GET /models/status"
        case .failed: "error.log has its last lines; POST /models/switch tries it anew"
        case .timedOut: "GET /models/status says how it stands; a model that loads goes on loading"
        case .tooLarge, .closing: nil
        }
    }

    /// In how many seconds it may be otherwise.
    var retryAfter: Int? {
        switch self {
        case .busy, .loading, .switching, .closing: 1
        default: nil
        }
    }

    init?(_ outcome: SwitchOutcome) {
        switch outcome {
        case .done: return nil
        case .failed(let failure): self = .failed(failure)
        case .busy(let profile): self = .busy(profile)
        case .loading(let profile): self = .loading(profile)
        case .switching(let target): self = .switching(to: target)
        case .timedOut: self = .timedOut
        case .closing: self = .closing
        }
    }
}
