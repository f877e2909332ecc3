internal import Foundation
internal import HTTPTypes
internal import Routing

/// What the door offers; `docs/http.md` is the reference.
struct DoorTable: Sendable {
    let service: ThoughtService
    let operations: Operations
    let switchboard: Switchboard
    let limits: DoorLimits
    let http: BridgeConfig.HTTP
    /// Seconds since 1970.
    let started = Int64(Date().timeIntervalSince1970)

    var routes: [DoorRoute] { thinking + models + switching + standing }

    private var thinking: [DoorRoute] {
        let thoughts = DoorThoughts(service: service, limits: limits, http: http)
        return [
            DoorRoute(method: .post, path: "/v1/chat/completions") { call throws(DoorError) in
                try await thoughts.answer(call, in: OpenAIDialect.self)
            },
            DoorRoute(method: .post, path: "/v1/messages", errors: AnthropicDialect.body(of:)) {
                call throws(DoorError) in
                try await thoughts.answer(call, in: AnthropicDialect.self)
            },
        ]
    }

    /// The list that both vendors' clients ask for at the same path, each in its own form.
    private var models: [DoorRoute] {
        [
            DoorRoute(method: .get, path: "/v1/models") { call throws(DoorError) in
                let names = ModelNames(service.registry)
                let isAnthropic = call.headers[.anthropicVersion] != nil
                return .json(isAnthropic ? names.anthropicList(created: started) : names.openAIList(created: started))
            },
            DoorRoute(method: .get, path: "/v1/models/*") { call throws(DoorError) in
                let names = ModelNames(service.registry)
                let name = String(call.path.dropFirst("/v1/models/".count))
                let isAnthropic = call.headers[.anthropicVersion] != nil
                let one =
                    isAnthropic
                    ? names.anthropicModel(name, created: started) : names.openAIModel(name, created: started)
                guard let one else { throw DoorError(.unknownModel, field: "model") }
                return .json(one)
            },
        ]
    }

    /// The models that are loaded on demand, in the words of the sidecar's own API.
    private var switching: [DoorRoute] {
        [
            // It has the last lines of a model server that failed, and those are whatever it wrote.
            DoorRoute(method: .get, path: "/models/status", access: .operators) { _ throws(DoorError) in
                .json(await switchboard.status())
            },
            DoorRoute(method: .get, path: "/models/available") { _ throws(DoorError) in
                .json(await switchboard.available())
            },
            DoorRoute(method: .post, path: "/models/switch", access: .operators) { call throws(DoorError) in
                let answer = await switchboard.change(call.body)
                return .json(answer.body, status: HTTPResponse.Status(code: answer.status))
            },
        ]
    }

    private var standing: [DoorRoute] {
        [
            DoorRoute(method: .get, path: "/health", access: .everybody) { _ throws(DoorError) in
                var json = JSONWriter()
                json.object { json in
                    json.key("status")
                    json.constant("ok")
                    json.key("version")
                    json.constant(Version.current)
                    json.key("in_flight")
                    json.integer(limits.inFlight)
                }
                return .json(json.bytes)
            },
            DoorRoute(method: .get, path: "/openapi.json", access: .everybody) { _ throws(DoorError) in
                .json(OpenAPIDocument.bytes)
            },
            DoorRoute(method: .get, path: "/api/backends") { _ throws(DoorError) in
                .json(ServerMessage.backends(await operations.reports()))
            },
        ]
    }
}
