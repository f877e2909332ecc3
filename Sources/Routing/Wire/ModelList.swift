/// A list of models: OpenAI's and Anthropic's `{"data":[{"id"}]}`, Gemini's and Ollama's `{"models":[{"name"}]}`, the
/// dumb pipe's `{"models":["name"]}`, and a bare list.
struct ModelList: Decodable {
    /// One model.
    private struct Entry: Decodable {
        var name: String?

        private enum CodingKeys: String, CodingKey {
            case id, name, model
            case methods = "supportedGenerationMethods"
        }

        init(from decoder: any Swift.Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                name = text
                return
            }
            guard let fields = try? decoder.container(keyedBy: CodingKeys.self) else { return }
            // Gemini lists models that make pictures or vectors too.
            if let methods = fields.lenient([String].self, .methods), !methods.contains("generateContent") { return }
            name = [.id, .name, .model].lazy.compactMap { fields.lenient(String.self, $0) }.first
        }
    }

    private var entries: [Entry]

    private enum CodingKeys: String, CodingKey { case data, models }

    init(from decoder: any Swift.Decoder) throws {
        if let list = try? decoder.singleValueContainer().decode([Entry].self) {
            entries = list
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        if let data = fields.lenient([Entry].self, .data) {
            entries = data
        } else {
            entries = try fields.decode([Entry].self, forKey: .models)
        }
    }

    /// The names, each once, in the order of the list; without what could be no name, and without Gemini's `models/`.
    static func names(in body: [UInt8]) throws(WireError) -> [String] {
        guard let list = try? JSONTree.decode(ModelList.self, from: body) else {
            throw WireError(.malformed)
        }
        var seen = Set<String>()
        return list.entries.compactMap { entry in
            guard var name = entry.name else { return nil }
            if name.hasPrefix("models/") { name.removeFirst("models/".count) }
            return name.isPlainWord && seen.insert(name).inserted ? name : nil
        }
    }
}
