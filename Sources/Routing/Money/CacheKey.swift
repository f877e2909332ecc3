internal import Persona

/// Everything that an answer depends on, as bytes. The bytes themselves are the key: two requests that differ in one of
/// them are two, and no digest can make them one.
///
/// A prompt is blind, so personas and callers who ask the same share an answer; the voice is put around it later.
struct CacheKey: Hashable, Sendable, Undisclosed {
    private var bytes: [UInt8] = []

    /// How many bytes it has.
    var size: Int { bytes.count }

    /// - Parameters:
    ///   - kind: stands for its own system prompt, too: that is fixed when the daemon is compiled.
    ///   - epoch: of the cache; what was asked before it was emptied is never found again.
    ///   - hasTask: whether the task is part of it; where not, it is what questions in other words must share.
    init(_ prompt: BlindPrompt, kind: TaskKind, call: AnswerCache.Call, epoch: Int, hasTask: Bool = true) {
        add(epoch)
        add(kind.rawValue)
        add(prompt.instructions)
        add(hasTask ? prompt.task : nil)
        add(prompt.history.count)
        for turn in prompt.history {
            add(turn.speaker.rawValue)
            add(turn.text)
            add(turn.answeredCall)
            add(turn.calls.count)
            for call in turn.calls { [call.id, call.name, call.arguments].forEach { add($0) } }
        }
        add(prompt.attachments.count)
        for attachment in prompt.attachments {
            add(attachment.mediaType)
            add(attachment.bytes)
        }
        add(call.constraints.isLocalOnly ? 1 : 0)
        add(call.constraints.backend?.rawValue)
        add(call.constraints.tier?.rawValue)
        add(call.constraints.prefersLocal.map { $0 ? 1 : 0 })
        add(call.constraints.minQuality.map { Int(truncatingIfNeeded: $0.bitPattern) })
        add(call.model)
        add(call.criterion.rawValue)
        add(call.maxTokens)
        add(call.temperature.map { Int(truncatingIfNeeded: $0.bitPattern) })
        add(call.stop.count)
        call.stop.forEach { add($0) }
        add(call.generation)
    }

    // Each part begins with its length, so that no two lists of parts are the same bytes; nil is no length at all.

    private mutating func add(_ text: String?) {
        guard let text else { return add(-1) }
        add(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func add(_ more: [UInt8]) {
        add(more.count)
        bytes.append(contentsOf: more)
    }

    private mutating func add(_ number: Int) {
        withUnsafeBytes(of: Int64(number)) { bytes.append(contentsOf: $0) }
    }

    private mutating func add(_ number: Int?) {
        add(number == nil ? 0 : 1)
        if let number { add(number) }
    }
}
