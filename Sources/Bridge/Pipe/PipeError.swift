internal import Routing

/// Why a pipe does not answer: a code for programs, a sentence for people. It never carries a prompt, an answer or what a
/// model server wrote.
enum PipeError: Error, Sendable, Equatable {
    case badRequest(field: String)
    case notJSON
    case tooLarge
    case slowClient
    case unauthorized
    /// A page of another origin that has this address under a name of its own (DNS rebinding).
    case wrongHost
    case noSuchPath
    case wrongMethod
    case unknownModel
    /// All places are taken.
    case busy
    /// The server, or the command, did not do its part.
    case model(PipeFailure)
    case commandMissing
    /// The command ended with that code, or by that signal.
    case commandFailed(code: Int32)
    case commandKilled(signal: Int32)
    /// The client has left, or the pipe ends.
    case cancelled

    /// What stands under `code`.
    var code: StaticString {
        switch self {
        case .badRequest: "bad_request"
        case .notJSON: "not_json"
        case .tooLarge: "too_large"
        case .slowClient: "slow_client"
        case .unauthorized: "unauthorized"
        case .wrongHost: "wrong_host"
        case .noSuchPath: "not_found"
        case .wrongMethod: "wrong_method"
        case .unknownModel, .model(.unknownModel): "unknown_model"
        case .busy, .model(.busy): "busy"
        case .commandMissing: "command_missing"
        case .commandFailed, .commandKilled: "command_failed"
        case .cancelled, .model(.cancelled): "closing"
        case .model(.unreachable): "model_unreachable"
        case .model(.timedOut): "timed_out"
        case .model(.tooLarge): "answer_too_large"
        case .model(.garbage): "model_garbled"
        case .model(.cut): "model_cut"
        // OpenAI's word, which tells every client that a larger window would do.
        case .model(.tooLong): "context_length_exceeded"
        case .model(.keyRefused): "model_key_refused"
        case .model(.failed): "model_failed"
        case .model(.heldBack): "held_back"
        case .model(.exhausted): "exhausted"
        }
    }

    /// The HTTP status.
    var status: Int {
        switch self {
        case .badRequest: 400
        case .unauthorized: 401
        case .wrongHost: 403
        case .noSuchPath, .unknownModel, .model(.unknownModel): 404
        case .wrongMethod: 405
        case .slowClient: 408
        case .tooLarge, .model(.tooLong): 413
        case .notJSON: 415
        case .commandMissing, .commandFailed, .commandKilled, .model(.heldBack): 500
        case .model(.unreachable), .model(.tooLarge), .model(.garbage), .model(.cut), .model(.keyRefused),
            .model(.failed):
            502
        case .busy, .cancelled, .model(.busy), .model(.cancelled), .model(.exhausted): 503
        case .model(.timedOut): 504
        }
    }

    /// What is wrong, in a sentence that is fixed but for a field's name, a status or a code.
    var message: String {
        switch self {
        case .badRequest("prompt"), .badRequest("model_config"): "Missing required fields: prompt, model_config."
        case .badRequest(let field): "The field \(field) is not what it should be."
        case .notJSON: "The body is not a JSON object of type application/json."
        case .tooLarge: "The body is larger than this pipe takes."
        case .slowClient: "The request did not come in time."
        case .unauthorized: "The token is missing or wrong."
        case .wrongHost: "The Host header names another machine."
        case .noSuchPath: "There is no such path; GET /health, GET /models, POST /execute."
        case .wrongMethod: "This path has no such method."
        case .unknownModel, .model(.unknownModel): "This pipe has no such model; GET /models lists them."
        case .busy: "All places are taken; try again."
        case .commandMissing: "The command of this pipe cannot be started."
        case .commandFailed(let code): "The command ended with \(code)."
        case .commandKilled(let signal): "The command was ended by signal \(signal)."
        case .cancelled, .model(.cancelled): "The pipe is about to end."
        case .model(.unreachable): "The model server cannot be reached."
        case .model(.timedOut): "The time for this prompt is over."
        case .model(.tooLarge): "The answer is larger than this pipe passes on."
        case .model(.garbage): "What the model answered cannot be read."
        case .model(.cut): "The model server closed before its answer was whole."
        case .model(.tooLong): "The prompt is longer than the model's window."
        case .model(.busy): "The model server has too much to do; try again."
        case .model(.keyRefused): "The model server refuses this pipe's key."
        case .model(.failed(let status)): "The model server answered with status \(status)."
        case .model(.heldBack): "The request cannot be sent to the model server."
        case .model(.exhausted): "This machine has no descriptor left; try again."
        }
    }

    /// In how many seconds it may be otherwise.
    var retryAfter: Int? {
        switch self {
        case .busy, .model(.busy), .model(.exhausted), .cancelled, .model(.cancelled): 1
        default: nil
        }
    }
}
