internal import Dispatch
internal import Foundation
internal import Persona
internal import Routing
internal import Synchronization

/// Opens payloads, holds them against their leaves, and reads them with the scan of today; on all cores, beside the walk.
final class PayloadCheck: Sendable {
    struct Kept: Sendable {
        let sequence: Int64
        let day: Int
        let digest: Data
        let sealed: Data
    }

    struct Result: Sendable {
        var opened = 0
        /// Those that do not open, or are not what the leaf says.
        var changed: [Int64] = []
        /// Of days whose key is gone: how many, and the first.
        var keyless: [Int: (count: Int, first: Int64)] = [:]
        var rescan = AuditFindings.Rescan()
    }

    private static let batch = 128
    private static let mostUnderWay = 4

    private let keys: DayKeys
    private let scan: EgressScan?
    private let result = Mutex(Result())
    private let known = Mutex<[Int: DayKeys.Key?]>([:])
    private let queue = DispatchQueue(label: "payloads", attributes: .concurrent)
    private let group = DispatchGroup()
    /// The walk waits when it is too far ahead: payloads are what takes memory.
    private let places = DispatchSemaphore(value: mostUnderWay)

    init(keys: DayKeys, scan: EgressScan?) {
        self.keys = keys
        self.scan = scan
    }

    /// Takes what has gathered, when it is enough or the last.
    func take(_ gathered: inout [Kept], isLast: Bool = false) {
        guard !gathered.isEmpty, isLast || gathered.count >= Self.batch else { return }
        let batch = gathered
        gathered = []
        places.wait()
        queue.async(group: group) {
            for kept in batch { self.check(kept) }
            self.places.signal()
        }
    }

    /// Waits for all, and gives what came of it.
    func finish() -> Result {
        group.wait()
        return result.withLock { $0 }
    }

    private func check(_ kept: Kept) {
        guard let key = key(of: kept.day) else {
            return result.withLock { result in
                let before = result.keyless[kept.day]
                result.keyless[kept.day] = ((before?.count ?? 0) + 1, min(before?.first ?? .max, kept.sequence))
            }
        }
        guard let payload = try? key.open(kept.sealed), key.digest(payload) == kept.digest,
            let request = Payload.request(payload)
        else { return result.withLock { $0.changed.append(kept.sequence) } }
        var found: IdentityClass?
        do { _ = try scan?.seal(request) } catch { found = error.identityClass }
        result.withLock { result in
            result.opened += 1
            guard scan != nil else { return }
            result.rescan.scanned += 1
            guard let found else { return }
            result.rescan.found += 1
            result.rescan.byClass[found.rawValue, default: 0] += 1
            if result.rescan.sequences.count < AuditFindings.mostProblems {
                result.rescan.sequences.append(kept.sequence)
            }
        }
    }

    private func key(of day: Int) -> DayKeys.Key? {
        known.withLock { known in
            if let key = known[day] { return key }
            let key = keys.kept(day)
            known[day] = .some(key)
            return key
        }
    }
}
