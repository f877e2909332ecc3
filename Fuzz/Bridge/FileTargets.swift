#if DEBUG
    @testable internal import Bridge
    internal import Foundation
    public import FuzzCore

    extension FuzzTarget {
        /// `backends.yaml`, and behind a zero byte an `.env` file that lies over it.
        public static let config = FuzzTarget("config", longest: 3_000) { bytes in
            let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            let server = "server: {persona: keeper, personas: \(Files.personas)}\n"
            let text = server + String(decoding: parts[0], as: UTF8.self)
            try Files.check(["backends.yaml": Array(text.utf8), ".env": parts.count > 1 ? Array(parts[1]) : []]) {
                _ = try ConfigLoader.load("\($0)/backends.yaml", environment: Files.environment)
            }
        }

        /// `persona.yaml`.
        public static let persona = FuzzTarget("persona", longest: 3_000) { bytes in
            try Files.check(["persona.yaml": bytes, "SOUL.md": Array("A soul of a few words.".utf8)]) {
                _ = try PersonaLoader.load(folder: $0)
            }
        }

        /// `manifest.yaml`.
        public static let manifest = FuzzTarget("manifest", longest: 3_000) { bytes in
            try Files.check(["manifest.yaml": bytes]) {
                _ = try ManifestReader.load("\($0)/manifest.yaml", environment: Files.environment)
            }
        }

        /// `pipe.yaml`.
        public static let pipeConfig = FuzzTarget("pipe-config", longest: 3_000) { bytes in
            try Files.check(["pipe.yaml": bytes]) {
                _ = try PipeConfigReader.load("\($0)/pipe.yaml", environment: Files.environment)
            }
        }

        /// The front door's keys, as they are kept.
        public static let keys = FuzzTarget("keys") { bytes in
            try Files.check(["keys.json": bytes]) { folder in
                do { _ = try KeyFile(path: "\(folder)/keys.json").rows() } catch KeyFile.Problem.unreadable { return }
            }
        }

        /// An `.env` file: what is read is `NAME=value`, and written out again it is read as the same.
        public static let dotEnv = FuzzTarget("dot-env", longest: 1_024) { bytes in
            let entries = DotEnv.parse(String(decoding: bytes, as: UTF8.self)).entries
            for entry in entries {
                try promise(entry.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3D }, "an odd name")
            }
            try promise(Set(entries.map(\.name)).count == entries.count, "a name twice")
        }

        /// Signed notes, proofs and keys, which come from others: what is read, written out is the same again.
        public static let notes = FuzzTarget("notes") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let note = SignedNote(text) {
                try promise(SignedNote(note.description) == note, "a note is another when it is written")
                if let head = Checkpoint(note) { try promise(head.size >= 0, "a log of less than nothing") }
            }
            if let key = NoteKey(text) { try promise(NoteKey(key.text)?.text == key.text, "a key is another") }
            if let proof = LeafProof(text) {
                try promise(LeafProof(proof.description) == proof, "a proof is another when it is written")
                if let key = NoteKey(Files.noteKey) {
                    try promise(!proof.holds(for: key), "a proof that nobody signed")
                }
            }
        }
    }

    /// Files of one run, in memory.
    private enum Files {
        /// What nobody may be shown.
        static let secret = "sk-fuzz-9f31c7d25ab84e60"
        static let environment = ["HOME": "/h", "SECRET_KEY": secret, "XDG_RUNTIME_DIR": "/r"]
        static let noteKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

        /// A folder with one persona that gives no problems of its own.
        static let personas: String = {
            let folder = root + "/personas"
            try? FileManager.default.createDirectory(atPath: folder + "/keeper", withIntermediateDirectories: true)
            let text = Data("identity: {name: Quillon}\n".utf8)
            _ = FileManager.default.createFile(atPath: folder + "/keeper/persona.yaml", contents: text)
            return folder
        }()
        static let root: String = {
            let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
            let folder = "\(base)/workshop-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            atexit { try? FileManager.default.removeItem(atPath: Files.root) }
            return folder
        }()

        /// Reads files: they are taken, or told what is wrong with them, each place with a line that there is, and no
        /// secret in it.
        static func check(_ files: [String: [UInt8]], _ read: (String) throws -> Void) throws {
            let folder = root + "/files"
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (name, bytes) in files {
                _ = FileManager.default.createFile(
                    atPath: "\(folder)/\(name)",
                    contents: Data(bytes),
                    attributes: [.posixPermissions: 0o600]
                )
            }
            do { try read(folder) } catch let error as ConfigProblems {
                try promise(!error.problems.isEmpty, "refused without a reason")
                try promise(!error.description.contains(secret), "a secret is told")
            }
        }
    }

    extension FuzzTarget {
        /// Those of the daemon.
        public static let bridge: [FuzzTarget] = [
            socket, neighbours, doorOpenAI, doorAnthropic, fence, config, persona, manifest, pipeConfig, keys, dotEnv,
            notes,
        ]
    }
#endif
