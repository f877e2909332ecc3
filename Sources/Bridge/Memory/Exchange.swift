internal import Foundation
internal import Persona
internal import Routing

/// A task, its answer, and what tools were asked and said in between. It is kept, sent and forgotten as a whole: a call of
/// a tool never goes without its result, nor an answer without what it answers.
struct Exchange: Sendable, Equatable, Undisclosed {
    /// As they were typed, and as they were answered: with no stand-in, and without the persona's words around them.
    var turns: [Turn]
    /// What the task was taken for.
    var kind: TaskKind?
    /// Whether no backend off this machine may see it.
    var stays = false

    /// The calls whose results have not come yet.
    var openCalls: [ToolCall] { turns.last?.calls ?? [] }
    /// What was asked; nil when it began with something else.
    var task: String? { turns.first { $0.speaker == .user }?.text }
}

extension Exchange: Codable {
    private struct Line: Codable {
        struct Call: Codable {
            var id: String
            var name: String
            var arguments: String
        }

        var by: String
        var text: String
        var calls: [Call]?
        var answers: String?
    }

    private enum CodingKeys: CodingKey {
        case turns, kind, stays
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        turns = try fields.decode([Line].self, forKey: .turns).map { line in
            guard let speaker = Turn.Speaker(rawValue: line.by) else { throw CocoaError(.coderReadCorrupt) }
            let calls = (line.calls ?? []).map { ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments) }
            return Turn(speaker, line.text, calls: calls, answeredCall: line.answers)
        }
        kind = try fields.decodeIfPresent(String.self, forKey: .kind).flatMap(TaskKind.init)
        stays = try fields.decodeIfPresent(Bool.self, forKey: .stays) ?? false
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        let lines = turns.map { turn in
            let calls = turn.calls.map { Line.Call(id: $0.id, name: $0.name, arguments: $0.arguments) }
            return Line(
                by: turn.speaker.rawValue,
                text: turn.text,
                calls: calls.isEmpty ? nil : calls,
                answers: turn.answeredCall
            )
        }
        try fields.encode(lines, forKey: .turns)
        try fields.encodeIfPresent(kind?.rawValue, forKey: .kind)
        if stays { try fields.encode(true, forKey: .stays) }
    }
}
