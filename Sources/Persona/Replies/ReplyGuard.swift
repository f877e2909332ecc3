/// Takes a backend's own naming out of its reply, sentence by sentence, as the reply comes.
///
/// Models name themselves and their makers, often the wrong ones, so every vendor's name counts. Code and quotations pass,
/// and so does talk about a vendor: only a sentence in which the speaker says who it is goes. Words are shown as they come;
/// from the first sign of a naming on the rest of the sentence is held back, until it is harmless or judged at its end, and
/// no more than ``longestHeld`` bytes of it. If it goes, an ellipsis closes what was shown of it: "Well\u{2026}".
///
/// What is shown, joined, is the same for every way of cutting the reply into pieces. It works on bytes and reads each once;
/// only sentences with a name are read by the rules.
public struct ReplyGuard: Sendable, Undisclosed {
    /// How many bytes of an unfinished sentence are held back.
    public static let longestHeld = 800

    /// How many sentences were taken out or cut.
    public private(set) var caught = 0
    /// The sentence that is being written.
    private var held: [UInt8] = []
    /// How much of it was shown.
    private var shown = 0
    private var watch = NamingWatch()
    /// How much of the unfinished sentence is known to hold no end.
    private var searched = 0
    private var code = CodeFences()
    private var json = JSONValueEdges()
    /// Whether the last sentence went, so that the space behind it goes too.
    private var isAfterCut = false

    /// For one reply.
    public init() {}

    /// What may be shown after this piece.
    public mutating func feed(_ piece: String) -> String {
        held.append(contentsOf: piece.utf8)
        return drain(isEnd: false)
    }

    /// What is left at the end.
    public mutating func finish() -> String { drain(isEnd: true) }

    private mutating func drain(isEnd: Bool) -> String {
        var out: [UInt8] = []
        var start = 0
        while let end = sentenceEnd(from: start, isEnd: isEnd) {
            searched = 0
            pass(held[start..<end], to: &out)
            start = end
        }
        if start > 0 { held.removeFirst(start) }
        if !held.isEmpty { show(to: &out) }
        return out.isEmpty ? "" : String(decoding: out, as: UTF8.self)
    }

    /// The end of the sentence that begins here, or of the white space; nil while it goes on.
    private mutating func sentenceEnd(from start: Int, isEnd: Bool) -> Int? {
        guard start < held.count else { return nil }
        if let space = space(at: start) { return start + space.length }
        let limit = start + Self.longestHeld
        var index = start + searched
        while index < min(held.count, limit) {
            let byte = held[index]
            if byte < 0x80 ? Self.isMark[Int(byte)] : byte >= 0xC2 {
                if let space = space(at: index) {
                    if space.isLine { return index }
                } else if !code.isOpen, let width = mark(at: index) {
                    if width.isWide { return index + width.length }
                    switch endBehind(index + width.length, limit) {
                    case .end(let end): return end
                    case .open where !isEnd:
                        searched = index - start
                        return nil
                    case .open, .none: break
                    }
                }
            }
            index += 1
        }
        guard index >= limit else {
            searched = index - start
            return isEnd ? index : nil
        }
        // Between characters.
        while held[index - 1] >= 0x80, index < held.count, held[index] & 0xC0 == 0x80 { index -= 1 }
        return index
    }

    private enum End {
        case end(Int)
        /// What comes next decides.
        case open
        case none
    }

    /// A mark ends a sentence if white space follows it, or quotation marks and then white space.
    private func endBehind(_ place: Int, _ limit: Int) -> End {
        var index = place
        while index < held.count {
            if index >= limit { return .none }
            if let width = closer(at: index) {
                index += width
            } else {
                return space(at: index) == nil ? .none : .end(index)
            }
        }
        return index >= limit ? .none : .open
    }

    /// What may be shown of the sentence before its end.
    private mutating func show(to out: inout [UInt8]) {
        var end = held.count
        if !code.isCertain && !json.isOpen {
            watch.read(held[...], isEnd: false)
            end = watch.clear
        }
        guard end > shown else { return }
        out += held[shown..<end]
        shown = end
    }

    private mutating func pass(_ sentence: ArraySlice<UInt8>, to out: inout [UInt8]) {
        if let space = space(at: sentence.startIndex) {
            // The space behind what went goes with it; an end of line stays.
            if !isAfterCut || space.isLine { out += sentence }
            isAfterCut = isAfterCut && !space.isLine
            return
        }
        isAfterCut = false
        let rest = sentence.dropFirst(shown)
        defer {
            shown = 0
            watch = NamingWatch()
        }
        // Code, and JSON that a program reads, are nobody's speech; a sentence taken out would break them.
        if code.take(sentence) || json.take(sentence) {
            out += rest
            return
        }
        watch.read(sentence, isEnd: true)
        guard watch.hasName, case .cut(let kept) = SelfNaming.judge(String(decoding: sentence, as: UTF8.self)) else {
            out += rest
            return
        }
        let front = sentence.prefix(watch.clear)
        // What was shown reaches into what is left: the naming stands there, in an odd spelling, and cannot be taken back.
        guard front.isEmpty || front.count + kept.utf8.count <= sentence.count else {
            out += rest
            return
        }
        caught += 1
        out += front.dropFirst(shown)
        if !front.isEmpty { out += (kept.isEmpty ? "\u{2026}" : "\u{2026} ").utf8 }
        out += kept.utf8
        isAfterCut = front.isEmpty && kept.isEmpty
    }

    // MARK: Characters

    /// ASCII that ends lines or sentences.
    private static let isMark: [Bool] = (0..<128).map { [0x0A, 0x0B, 0x0C, 0x0D, 0x21, 0x2E, 0x3F].contains($0) }

    /// White space at a place, and whether it ends a line.
    private func space(at index: Int) -> (length: Int, isLine: Bool)? {
        switch held[index] {
        case 0x20, 0x09: (1, false)
        case 0x0A...0x0D: (1, true)
        case 0xC2 where has([0x85], behind: index): (2, true)
        case 0xC2 where has([0xA0], behind: index): (2, false)
        case 0xE2 where has([0x80, 0xA8], behind: index) || has([0x80, 0xA9], behind: index): (3, true)
        case 0xE2 where has([0x80, 0xAF], behind: index): (3, false)
        case 0xE3 where has([0x80, 0x80], behind: index): (3, false)
        default: nil
        }
    }

    /// A mark that may end a sentence; a wide one does.
    private func mark(at index: Int) -> (length: Int, isWide: Bool)? {
        switch held[index] {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): (1, false)
        case 0xE2 where has([0x80, 0xA6], behind: index): (3, false)
        case 0xE3 where has([0x80, 0x82], behind: index): (3, true)
        case 0xEF where has([0xBC, 0x81], behind: index) || has([0xBC, 0x9F], behind: index): (3, true)
        default: nil
        }
    }

    /// How long what may stand between a mark and the white space is: more marks, quotation marks.
    private func closer(at index: Int) -> Int? {
        switch held[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "_"): 1
        case 0xE2 where has([0x80, 0x9D], behind: index) || has([0x80, 0x99], behind: index): 3
        case 0xC2 where has([0xBB], behind: index): 2
        default: mark(at: index).flatMap { $0.isWide ? nil : $0.length }
        }
    }

    private func has(_ bytes: [UInt8], behind index: Int) -> Bool {
        index + bytes.count < held.count && zip(bytes, held[(index + 1)...]).allSatisfy { $0 == $1 }
    }
}
