internal import Synchronization

/// The body of a reply on its way from the transport's thread to its one reader.
///
/// Not an `AsyncStream`: its iterator leaves the reader's executor and comes back for every element, which is two
/// thread switches a token. Memory is bounded by ``TransferLimits/maxBody``.
public final class HTTPBody: Sendable {
    private struct State {
        var pieces: [UInt8] = []
        var end: End?
        var reader: CheckedContinuation<Void, Never>?
    }

    /// How a body ended.
    public enum End: Sendable, Equatable {
        case whole
        case failed(TransportError)
    }

    private let state = Mutex(State())

    /// An empty body that is still coming.
    public init() {}

    /// Whether all of it has come, or no more will.
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Everything that has come since the last call; nil behind the last byte. Only one task may read.
    /// - Throws: why the body is not whole, behind what had come of it.
    public func next() async throws(TransportError) -> [UInt8]? {
        while true {
            let (bytes, end): ([UInt8], End?) = state.withLock { state in
                defer { state.pieces = [] }
                return (state.pieces, state.end)
            }
            if !bytes.isEmpty { return bytes }
            switch end {
            case .whole: return nil
            case .failed(let error): throw error
            case nil: await arrival()
            }
        }
    }

    /// Adds bytes.
    public func append(_ bytes: some Sequence<UInt8>) { take(Array(bytes), nil) }

    /// Ends the body; what comes after the first end is ignored.
    public func finish(_ end: End) { take([], end) }

    /// Adds bytes, and the end when it has come with them: the reader is woken once.
    func take(_ bytes: [UInt8], _ end: End?) {
        let reader = state.withLock { state in
            if state.pieces.isEmpty { state.pieces = bytes } else { state.pieces += bytes }
            if state.end == nil { state.end = end }
            return state.reader.take()
        }
        reader?.resume()
    }

    private func arrival() async {
        await withCheckedContinuation { continuation in
            let isHere = state.withLock { state in
                guard state.pieces.isEmpty && state.end == nil else { return true }
                state.reader = continuation
                return false
            }
            if isHere { continuation.resume() }
        }
    }
}
