internal import Foundation

/// What a log was at one moment: its name, its size and its root (https://c2sp.org/tlog-checkpoint).
struct Checkpoint: Sendable, Equatable {
    let origin: String
    let size: Int64
    let root: TreeHash

    init(origin: String, size: Int64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads the text of a note; nil when it is no checkpoint. Lines after the third are passed over.
    init?(_ note: SignedNote) {
        let lines = note.text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }), let size = Self.number(lines[1]),
            let root = TreeHash(base64: lines[2])
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// The text that is signed.
    var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// A decimal number without leading zeroes.
    static func number(_ text: some StringProtocol) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }
}

/// A proof that a leaf is in the log, which can be checked anywhere (https://c2sp.org/tlog-proof).
///
/// Its extra data are the bytes of the leaf, so that whoever holds it sees what was recorded.
struct LeafProof: Sendable, Equatable, CustomStringConvertible {
    private static let header = "c2sp.org/tlog-proof@v1"

    let leaf: [UInt8]
    let index: Int64
    let path: [TreeHash]
    let note: SignedNote

    init(leaf: [UInt8], index: Int64, path: [TreeHash], note: SignedNote) {
        self.leaf = leaf
        self.index = index
        self.path = path
        self.note = note
    }

    /// Reads a proof; nil when it is none, or has no leaf with it.
    init?(_ text: String) {
        guard let gap = text.range(of: "\n\n"), let note = SignedNote(String(text[gap.upperBound...])) else {
            return nil
        }
        let lines = text[..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[0] == Self.header, lines[1].hasPrefix("extra "), lines[2].hasPrefix("index "),
            let leaf = Data(base64Encoded: String(lines[1].dropFirst(6))),
            let index = Checkpoint.number(lines[2].dropFirst(6))
        else { return nil }
        let path = lines.dropFirst(3).compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count - 3 else { return nil }
        self.init(leaf: Array(leaf), index: index, path: path, note: note)
    }

    var description: String {
        let lines = [Self.header, "extra \(Data(leaf).base64EncodedString())", "index \(index)"] + path.map(\.base64)
        return lines.joined(separator: "\n") + "\n\n" + note.description
    }

    /// Whether the log that the key belongs to has the leaf.
    func holds(for key: NoteKey) -> Bool {
        guard note.isSigned(by: key), let head = Checkpoint(note) else { return false }
        return MerkleProof.includes(.leaf(leaf), at: index, in: head.size, root: head.root, path: path)
    }
}
