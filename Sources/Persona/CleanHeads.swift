internal import Synchronization

/// The heads of requests (URL and headers) that the scan has read and found clean. They come from the configuration and
/// are the same for request after request, so they need not be read each time; a head that differs in one byte is another.
final class CleanHeads: Sendable {
    private let known = Mutex<Set<[UInt8]>>([])

    /// A URL may hold a model's name, and nothing of a task; more heads than that are no configuration.
    private static let most = 4_096

    /// The bytes of a head, so joined that two different heads are never the same.
    static func bytes(of request: OutgoingRequest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(request.url.utf8.count + 64 * request.headers.count)
        bytes.append(contentsOf: request.url.utf8)
        for (name, value) in request.headers {
            bytes.append(0)
            bytes.append(contentsOf: name.utf8)
            bytes.append(0)
            bytes.append(contentsOf: value.utf8)
        }
        return bytes
    }

    /// Whether the head was found clean before.
    func contains(_ head: [UInt8]) -> Bool { known.withLock { $0.contains(head) } }

    /// Remembers a head that was found clean. One that holds a zero byte could be mistaken for another, and is not kept.
    func insert(_ head: [UInt8], of request: OutgoingRequest) {
        guard head.lazy.filter({ $0 == 0 }).count == 2 * request.headers.count else { return }
        known.withLock { known in if known.count < Self.most { known.insert(head) } }
    }
}
