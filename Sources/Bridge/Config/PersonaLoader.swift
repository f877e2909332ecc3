internal import Foundation
public import Persona

/// Reads `personas/<name>/persona.yaml` and the soul beside it.
public enum PersonaLoader {
    /// The persona of one folder, whatever the folder is called.
    /// - Throws: ``ConfigProblems`` with all that is wrong.
    public static func load(folder: String) throws(ConfigProblems) -> PersonaCard {
        let context = ConfigReader.Context(environment: ProcessInfo.processInfo.environment)
        let name = URL(fileURLWithPath: folder).lastPathComponent
        let card = PersonaID(name) ?? PersonaID("persona")
        guard let id = card, let root = ConfigReader.open("\(folder)/persona.yaml", context: context),
            let loaded = read(id, root, file: "\(folder)/persona.yaml"), context.problems.isEmpty
        else { throw ConfigProblems(problems: context.problems) }
        return loaded
    }

    /// All personas of a folder, by name.
    /// - Parameter reader: the section that names the folder, for problems with the folder itself.
    static func loadAll(_ folder: String, reader: ConfigReader) -> [PersonaCard] {
        let files = named(folder)
        if files.isEmpty {
            reader.report("personas", "there is no persona in \(folder)", hint: "each is a folder with a persona.yaml")
        }
        return files.compactMap { name, file in
            guard let id = PersonaID(name) else {
                reader.report(
                    "personas",
                    "the folder \(name) is no name for a persona",
                    hint: "letters, digits, - and _"
                )
                return nil
            }
            return load(id, file: file, reader: reader)
        }
    }

    /// Everything that a persona is read from: its folder, and all files in it.
    static func files(in folder: String) -> [String] {
        named(folder).flatMap { name, _ in
            let inner = "\(folder)/\(name)"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: inner)) ?? []
            return [inner] + names.sorted().map { "\(inner)/\($0)" }
        }
    }

    private static func named(_ folder: String) -> [(name: String, file: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { ($0, "\(folder)/\($0)/persona.yaml") }
            .filter { FileManager.default.fileExists(atPath: $0.1) }
    }

    private static func load(_ id: PersonaID, file: String, reader: ConfigReader) -> PersonaCard? {
        guard let root = ConfigReader.open(file, context: reader.context) else {
            return nil
        }
        return read(id, root, file: file)
    }

    private static func read(_ id: PersonaID, _ root: ConfigReader, file: String) -> PersonaCard? {
        defer { root.finish() }
        guard let identity = root.section("identity") else {
            root.report("identity", "is missing", hint: "at least identity.name")
            return nil
        }
        defer { identity.finish() }
        let soul = readSoul(identity, file: file)
        let keys: [(String, IdentityClass)] = [
            ("name", .name), ("aliases", .alias), ("owner", .owner), ("people", .person), ("places", .place),
            ("projects", .project), ("accounts", .account), ("paths", .path), ("terms", .term),
        ]
        var terms: [(class: IdentityClass, text: String)] = []
        for (key, identityClass) in keys { terms += (identity.strings(key) ?? []).map { (identityClass, $0) } }
        if !identity.has("name") {
            identity.report("name", "is missing")
        } else if !terms.contains(where: { $0.class == .name && !$0.text.isEmpty }) {
            identity.report("name", "is empty")
        }
        terms += MachineIdentity.terms(environment: root.context.environment)
        let passages = soul.map { PassageIndex([$0]) } ?? .empty
        return PersonaCard(id: id, identity: Identity(terms: terms, passages: passages), voice: VoiceReader.read(root))
    }

    /// The soul stays in its file; what is kept of it are fingerprints. Without the key it is `SOUL.md`, if there is one.
    private static func readSoul(_ identity: ConfigReader, file: String) -> String? {
        let name = identity.string("soul")
        let path = ConfigLoader.absolute(name ?? "SOUL.md", URL(fileURLWithPath: file).deletingLastPathComponent())
        let soul = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        if soul == nil, name != nil { identity.report("soul", "the document cannot be read") }
        return soul
    }
}
