import Foundation
import Routing
import TestSupport

@testable import Bridge

/// A dialect of the door, and how the answer comes.
struct DoorWay: Sendable, CustomStringConvertible {
    /// How the answer comes.
    enum Form: String, CaseIterable {
        /// At once.
        case whole
        /// Piece by piece, as the backend speaks.
        case live
        /// As a stream that begins when the answer stands.
        case held
    }

    let isAnthropic: Bool
    let form: Form

    static let all = Form.allCases.flatMap { form in
        [false, true].map { DoorWay(isAnthropic: $0, form: form) }
    }

    var description: String { (isAnthropic ? "Anthropic's, " : "OpenAI's, ") + form.rawValue }

    /// Asks, and gives what its client makes of the answer.
    func ask(_ task: String, _ client: DoorClient) async -> (end: FailoverEnd, reply: DoorReply) {
        let stream = form == .whole ? "" : ",\"stream\":true"
        let reply: DoorReply
        if isAnthropic {
            let messages = "\"max_tokens\":500,\"messages\":[{\"role\":\"user\",\"content\":\"\(task)\"}]"
            let body = "{\"model\":\"auto\",\(messages)\(stream)}"
            reply = await client.ask("POST", "/v1/messages", ["anthropic-version": "2023-06-01"], body: body)
        } else {
            let usage = form == .whole ? "" : ",\"stream_options\":{\"include_usage\":true}"
            reply = await client.chat(Daemonette.chat(task, model: "auto", more: stream + usage))
        }
        return (form == .whole || reply.status != 200 ? whole(reply) : streamed(reply), reply)
    }

    // MARK: Reading

    private func whole(_ reply: DoorReply) -> FailoverEnd {
        var end = FailoverEnd()
        guard reply.status == 200 else { return told(reply.json, end) }
        end.by = reply.headers["x-workshop-backend"]
        end.cost = reply.headers["x-workshop-cost-usd"].flatMap(Double.init).flatMap { NanoDollars(dollars: $0) }
        end.model = reply.json["model"] as? String
        if isAnthropic {
            end.text = (reply.json["content"] as? [[String: Any]])?.compactMap { $0["text"] as? String }.joined()
        } else {
            let choice = (reply.json["choices"] as? [[String: Any]])?.first
            end.text = (choice?["message"] as? [String: Any])?["content"] as? String
        }
        count(reply.json["usage"], &end)
        return end
    }

    private func streamed(_ reply: DoorReply) -> FailoverEnd {
        var end = FailoverEnd()
        var text = ""
        for event in reply.events {
            if event == "[DONE]" {
                end.text = text
                continue
            }
            let json = (try? JSONSerialization.jsonObject(with: Data(event.utf8))) as? [String: Any] ?? [:]
            if json["error"] != nil { end = told(json, end) }
            if json["type"] as? String == "message_stop" { end.text = text }
            let delta =
                isAnthropic ? json["delta"] : ((json["choices"] as? [[String: Any]])?.first?["delta"])
            text += (delta as? [String: Any])?[isAnthropic ? "text" : "content"] as? String ?? ""
            count(json["usage"], &end)
            guard let origin = json["workshop"] as? [String: Any] else { continue }
            end.by = origin["backend"] as? String
            end.model = json["model"] as? String ?? origin["model"] as? String
            end.cost = (origin["cost_usd"] as? Double).flatMap { NanoDollars(dollars: $0) }
        }
        end.shown = text
        return end
    }

    private func count(_ usage: Any?, _ end: inout FailoverEnd) {
        guard let usage = usage as? [String: Any] else { return }
        end.tokens.input = usage[isAnthropic ? "input_tokens" : "prompt_tokens"] as? Int ?? end.tokens.input
        end.tokens.output = usage[isAnthropic ? "output_tokens" : "completion_tokens"] as? Int ?? end.tokens.output
    }

    /// An error, as an answer of its own or within a stream.
    private func told(_ json: [String: Any], _ end: FailoverEnd) -> FailoverEnd {
        var end = end
        guard let error = json["error"] as? [String: Any] else { return end }
        end.story = (error["attempts"] as? [[String: String]] ?? []).map {
            "\($0["backend"] ?? "?") \($0["outcome"] ?? "?")"
        }
        if error["code"] as? String == "stream_interrupted" { end.interruptedBy = error["src"] as? String }
        return end
    }
}
