import Foundation

/// An answer of the daemon, taken apart.
struct DaemonAnswer {
    let message: [String: Any]

    /// The members of its result; nil for an error.
    var result: [String: Any]? { message["result"] as? [String: Any] }
    /// The name of its error.
    var code: String? { data?["code"] as? String }
    /// The field that is to blame.
    var field: String? { data?["field"] as? String }

    private var data: [String: Any]? { (message["error"] as? [String: Any])?["data"] as? [String: Any] }

    /// One of the rows under `backends`.
    func row(_ backend: String) -> [String: Any]? {
        (result?["backends"] as? [[String: Any]])?.first { $0["backend"] as? String == backend }
    }
}

extension LineClient {
    /// Sends a request, and gives the next line.
    func ask(_ method: String, _ params: [String: Any] = [:]) async throws -> DaemonAnswer {
        let request: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": method, "params": params]
        let line = String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
        return DaemonAnswer(message: try await ask(line))
    }

    /// Has a model switched; nil for the configuration's.
    func choose(_ model: String?, of backend: String) async throws -> DaemonAnswer {
        var params = ["action": "switch", "backend": backend]
        params["model"] = model
        return try await ask("backends", params)
    }
}
