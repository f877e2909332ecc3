internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// The file of the front door's keys: JSON, for the owner's eyes alone, replaced whole with each change.
public struct KeyFile: Sendable {
    /// What a new key may have.
    public struct Wishes: Sendable {
        /// Who speaks when no header says; nil for nobody.
        public var persona: String?
        /// What it may spend, in dollars.
        public var dollarsPerDay: Double?
        /// What it may spend, in dollars.
        public var dollarsPerMonth: Double?
        /// How many requests it may send in a minute.
        public var requestsPerMinute: Int?
        /// How many requests it may have under way.
        public var inFlight: Int?
        /// Whether its streams are held until the answer stands.
        public var isWhole = false
        /// Whether it may have models switched.
        public var isOperator = false

        /// Nothing is wished for.
        public init() {}
    }

    /// What kept a key from being made or taken away.
    public enum Problem: Error, CustomStringConvertible {
        case badName, taken, unreadable(String), unwritable(String)

        /// What to do.
        public var description: String {
            switch self {
            case .badName: "a key's name has 1 to 48 letters, digits, '-', '_' and '.'"
            case .taken: "there is a key of that name; revoke it first, or choose another"
            case .unreadable(let path): "\(path) cannot be read, or holds no keys"
            case .unwritable(let path): "\(path) cannot be written"
            }
        }
    }

    private let path: String

    /// The file of a configuration; nil when it has no section `http`.
    public init?(_ config: BridgeConfig) {
        guard let path = config.http?.keys else { return nil }
        self.path = path
    }

    /// A file of keys; it need not be there.
    public init(path: String) { self.path = path }

    /// How many keys a file holds; none when it is not there.
    static func count(_ path: String) -> Int { (try? KeyFile(path: path).keys().count) ?? 0 }

    /// The keys, the oldest first; none when there is no file.
    func keys() throws(Problem) -> [DoorKey] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let data = FileManager.default.contents(atPath: path),
            let content = try? decoder.decode(Content.self, from: data)
        else { throw .unreadable(path) }
        return content.keys
    }

    /// One line for each key: what it is called and what it may have; never the key.
    public func rows() throws(Problem) -> [[String]] {
        try keys().map { key in
            let sums = [(key.dollarsPerDay, "day"), (key.dollarsPerMonth, "month")].compactMap { sum, period in
                sum.map { "$\($0) a \(period)" }
            }
            let rates = [
                key.requestsPerMinute.map { "\($0) requests a minute" }, key.inFlight.map { "\($0) at once" },
                key.streams.map { "streams \($0.rawValue)" }, key.isOperator ? "operator" : nil,
            ].compactMap(\.self)
            let limits = (sums + rates).joined(separator: ", ")
            return [key.name, key.created.formatted(.iso8601), key.persona ?? "none", limits.isEmpty ? "-" : limits]
        }
    }

    /// Makes a key.
    /// - Returns: the key. It is kept nowhere: whoever loses it makes another.
    public func add(_ name: String, _ wishes: Wishes = Wishes()) throws(Problem) -> String {
        guard DoorKey.isName(name) else { throw .badName }
        let secret = DoorKey.secret()
        var key = DoorKey(name: name, hash: DoorKey.hash(of: secret), created: Date())
        key.persona = wishes.persona
        key.dollarsPerDay = wishes.dollarsPerDay
        key.dollarsPerMonth = wishes.dollarsPerMonth
        key.requestsPerMinute = wishes.requestsPerMinute
        key.inFlight = wishes.inFlight
        key.streams = wishes.isWhole ? .whole : nil
        key.isOperator = wishes.isOperator
        try change { (keys: inout [DoorKey]) throws(Problem) in
            guard !keys.contains(where: { $0.name == name }) else { throw .taken }
            keys.append(key)
        }
        return secret
    }

    /// Takes a key away; a running daemon refuses it from its next request on.
    /// - Returns: whether there was one of that name.
    public func revoke(_ name: String) throws(Problem) -> Bool {
        var isThere = false
        try change { (keys: inout [DoorKey]) throws(Problem) in
            isThere = keys.contains { $0.name == name }
            keys.removeAll { $0.name == name }
        }
        return isThere
    }

    // MARK: Parts

    private struct Content: Codable {
        var keys: [DoorKey]
    }

    /// Two commands at once do not lose each other's change: the lock is the folder's, since the file is replaced.
    private func change(_ body: (inout [DoorKey]) throws(Problem) -> Void) throws(Problem) {
        let folder = (path as NSString).deletingLastPathComponent
        try? PrivateFile.makeFolder(folder)
        let lock = open(folder, O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { throw .unwritable(path) }
        defer { close(lock) }
        flock(lock, LOCK_EX)
        var keys = try keys()
        try body(&keys)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let new = path + ".new"
        guard let data = try? encoder.encode(Content(keys: keys)),
            FileManager.default.createFile(atPath: new, contents: data, attributes: [.posixPermissions: 0o600]),
            rename(new, path) == 0
        else { throw .unwritable(path) }
    }
}
