internal import Foundation
internal import HTTPTypes

/// A request at the door, as its routes see it.
struct DoorCall: Sendable {
    let method: HTTPRequest.Method
    /// Without the query, percent signs resolved.
    let path: String
    /// Behind the question mark; empty for none.
    let query: String
    let headers: HTTPFields
    /// Who asks; nil where nobody needs a key.
    let key: DoorKey?
    let body: [UInt8]
    /// The request's name, for the answer's headers.
    let id: String
    /// Where further tasks of the request run.
    let executor: LoopExecutor
}

/// What a route answers.
struct DoorAnswer: Sendable {
    /// A piece of a stream; an error as the first one is an answer of its own, with its status.
    typealias Piece = Result<[UInt8], DoorError>

    enum Body: Sendable {
        case whole([UInt8])
        /// Each piece is sent at once. Who ends the stream early, because its client has left, is told so.
        case stream(AsyncStream<Piece>)
    }

    var status = HTTPResponse.Status.ok
    var headers = HTTPFields()
    var body: Body

    init(_ body: Body, type: String, status: HTTPResponse.Status = .ok) {
        self.body = body
        self.status = status
        headers[.contentType] = type
    }

    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> DoorAnswer {
        DoorAnswer(.whole(bytes), type: "application/json", status: status)
    }

    static func events(_ pieces: AsyncStream<Piece>) -> DoorAnswer {
        var answer = DoorAnswer(.stream(pieces), type: "text/event-stream")
        // For nginx, which else collects what it passes on
        // (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering).
        answer.headers[.accelBuffering] = "no"
        return answer
    }
}

/// One path of the door, with one method.
struct DoorRoute: Sendable {
    /// Who may use it.
    enum Access: Sendable {
        /// Everybody who can connect.
        case everybody
        /// Everybody with a key, when there are keys.
        case keys
        /// Keys that may operate, when there are keys.
        case operators
    }

    let method: HTTPRequest.Method
    /// One that ends with `/*` stands for everything below.
    let path: String
    var access = Access.keys
    /// Errors are told in its words.
    var errors: @Sendable (DoorError) -> [UInt8] = OpenAIDialect.body(of:)
    let answer: @Sendable (DoorCall) async throws(DoorError) -> DoorAnswer
}

/// All routes, found by path.
struct DoorRoutes: Sendable {
    private var exact: [String: [DoorRoute]] = [:]
    private var below: [(prefix: String, routes: [DoorRoute])] = []

    init(_ routes: [DoorRoute]) {
        for route in routes {
            guard route.path.hasSuffix("/*") else {
                exact[route.path, default: []].append(route)
                continue
            }
            let prefix = String(route.path.dropLast())
            if let place = below.firstIndex(where: { $0.prefix == prefix }) {
                below[place].routes.append(route)
            } else {
                below.append((prefix, [route]))
            }
        }
    }

    /// The routes of a path, one for each method; none when there is no such path.
    func at(_ path: String) -> [DoorRoute] {
        if let routes = exact[path] { return routes }
        return below.first { path.hasPrefix($0.prefix) && path.utf8.count > $0.prefix.utf8.count }?.routes ?? []
    }
}

extension HTTPField.Name {
    /// A name that stands here in the code, and is one.
    private init(constant name: String) {
        guard let known = Self(name) else { preconditionFailure("no header can be called \(name)") }
        self = known
    }

    static let accelBuffering = Self(constant: "X-Accel-Buffering")
    static let anthropicVersion = Self(constant: "anthropic-version")
    static let apiKey = Self(constant: "x-api-key")
    static let requestID = Self(constant: "x-request-id")
    /// Anthropic's name for the same (https://docs.anthropic.com/en/api/errors#request-id).
    static let anthropicRequestID = Self(constant: "request-id")
    static let shouldRetry = Self(constant: "x-should-retry")
    static let workshopAttempts = Self(constant: "x-workshop-attempts")
    static let workshopBackend = Self(constant: "x-workshop-backend")
    static let workshopCost = Self(constant: "x-workshop-cost-usd")
    static let workshopModel = Self(constant: "x-workshop-model")
    static let workshopPersona = Self(constant: "x-workshop-persona")
    static let workshopThought = Self(constant: "x-workshop-thought")
}
