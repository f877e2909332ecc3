internal import Foundation
internal import Logging
internal import Routing
internal import Synchronization

/// The keys of now: the file is looked at with each request, so that a key that was taken away opens nothing any more.
final class KeyRing: Sendable {
    private struct State {
        var stamp: [FileStamp] = []
        var keys: [String: DoorKey] = [:]
    }

    private let path: String
    private let logger: Logger
    private let onChange: @Sendable ([Budget]) -> Void
    private let state = Mutex(State())

    /// - Parameter onChange: told what the keys may spend, now and whenever the file is another one.
    init(_ path: String, logger: Logger, onChange: @escaping @Sendable ([Budget]) -> Void) {
        self.path = path
        self.logger = logger
        self.onChange = onChange
        refresh()
    }

    /// Whether no key was ever made: a file without keys, or one that cannot be read, opens nothing.
    var isMissing: Bool {
        refresh()
        return state.withLock { $0.stamp.allSatisfy { $0.file == 0 } }
    }

    /// What the keys may spend.
    var budgets: [Budget] { state.withLock { $0.keys.values.flatMap(\.budgets) } }

    /// Who shows that key; nil for a key that there is not. What is looked up is a hash of 256 bits of chance, so how long
    /// it takes tells nothing that helps to guess one.
    func holder(of secret: some StringProtocol) -> DoorKey? {
        refresh()
        guard secret.utf8.count <= 256 else { return nil }
        let hash = DoorKey.hash(of: secret)
        return state.withLock { $0.keys[hash] }
    }

    private func refresh() {
        let stamp = FileStamp.of([path])
        let budgets: [Budget]? = state.withLock { state in
            guard stamp != state.stamp else { return nil }
            state.stamp = stamp
            do {
                let keys = try KeyFile(path: path).keys()
                state.keys = Dictionary(keys.map { ($0.hash, $0) }) { first, _ in first }
            } catch {
                // Keys that cannot be read stay as they were: a door that falls open would be worse.
                logger.error("the keys cannot be read, and the old ones stay", metadata: ["path": "\(path)"])
                return nil
            }
            return state.keys.values.flatMap(\.budgets)
        }
        if let budgets { onChange(budgets) }
    }
}
