internal import Foundation
internal import Persona
internal import Routing

/// What a job asks, as it is kept: the parameters as they came, and the numbers of the jobs that they name.
struct StoredTask: Sendable, Codable, Equatable {
    /// The parameters of a thought as JSON.
    var think: String
    /// The jobs that came together with it, by the names that stand in its task.
    var names: [String: Int64] = [:]

    /// The longest task that a thought may have.
    static let longest = 262_144

    init(think: String, names: [String: Int64]) {
        self.think = think
        self.names = names
    }

    /// As it was kept; what cannot be read asks for nothing that can be done.
    init(json: String) {
        self = (try? JSONTree.decode(StoredTask.self, from: Array(json.utf8))) ?? StoredTask(think: "", names: [:])
    }

    var json: String { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// The thought as it came, with its places.
    func asked() throws(BridgeError) -> ThoughtParams {
        let tree = try? Array(think.utf8).withUnsafeBytes { try JSONParser.parse($0) }
        guard let object = tree.flatMap({ JSONObject($0) }) else { throw BridgeError(.internalError) }
        return try ThoughtParams(Params(object), isThink: true)
    }

    /// The thought, with the results of other jobs in its places.
    /// - Parameter result: what came of a job.
    func params(_ result: (Int64) -> JobTexts.Result?) throws(BridgeError) -> ThoughtParams {
        var params = try asked()
        let template = JobTemplate(params.draft.task)
        guard !template.names.isEmpty else { return params }
        var stays = false
        let task = template.filled { name in
            guard let id = names[name] ?? Int64(name), let found = result(id) else { return nil }
            stays = stays || found.stays
            return found.plain
        }
        guard let task else { throw BridgeError(.internalError) }
        guard task.utf8.count <= Self.longest else { throw .invalidParams("task") }
        params.draft.task = task
        // What had to stay on this machine stays, in whatever it has become part of.
        if stays { params.constraints.isLocalOnly = true }
        return params
    }
}
