/// The growing edge of a Merkle tree (RFC 6962, section 2.1): as many hashes as the size has ones, and no more is needed to
/// append and to know the root.
struct TreeEdge: Sendable, Equatable {
    /// How many leaves there are.
    private(set) var size: Int64
    /// The roots of the complete subtrees, the largest first.
    private(set) var peaks: [TreeHash]

    /// The edge of a tree without leaves.
    init() {
        size = 0
        peaks = []
    }

    /// The edge of a tree that is kept somewhere.
    init(of tree: MerkleTree) throws {
        var peaks: [TreeHash] = []
        var start: Int64 = 0
        for level in (0..<Int64.bitWidth - 1).reversed() where tree.size & (1 << Int64(level)) != 0 {
            peaks.append(try tree.node(level, start >> Int64(level)))
            start += 1 << Int64(level)
        }
        size = tree.size
        self.peaks = peaks
    }

    /// Adds a leaf.
    /// - Returns: what is complete with it: the leaf, and the nodes above it, upwards.
    mutating func append(_ leaf: TreeHash) -> [TreeHash] {
        var completed = [leaf]
        var top = leaf
        var rest = size
        while rest & 1 == 1, let left = peaks.popLast() {
            top = .node(left, top)
            completed.append(top)
            rest >>= 1
        }
        peaks.append(top)
        size += 1
        return completed
    }

    /// The hash that stands for all leaves.
    var root: TreeHash {
        guard var root = peaks.last else { return .ofNothing }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }
}

/// A tree whose nodes are kept somewhere: its roots and proofs read a number of nodes that grows with the logarithm of its
/// size.
struct MerkleTree {
    /// How many leaves it has.
    let size: Int64
    /// The hash of a complete subtree: `level` 0 is a leaf, `index` counts the subtrees of that level from the left.
    let node: (_ level: Int, _ index: Int64) throws -> TreeHash

    /// The root of its first leaves, of all without a number.
    func root(of count: Int64? = nil) throws -> TreeHash {
        let count = count ?? size
        return count == 0 ? .ofNothing : try hash(0..<count)
    }

    /// The path of RFC 6962, section 2.1.1, from the leaf's sibling to the root's child, in the tree of the first `count`.
    func inclusionProof(of index: Int64, in count: Int64) throws -> [TreeHash] {
        try path(index, 0..<count)
    }

    /// The proof of RFC 6962, section 2.1.2, that the tree of the first `old` leaves is the beginning of that of `count`.
    func consistencyProof(from old: Int64, to count: Int64) throws -> [TreeHash] {
        guard old > 0, old < count else { return [] }
        return try subproof(old, 0..<count, isComplete: true)
    }

    private func hash(_ range: Range<Int64>) throws -> TreeHash {
        let count = range.upperBound - range.lowerBound
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try node(level, range.lowerBound >> Int64(level))
        }
        let middle = range.lowerBound + Self.split(count)
        return .node(try hash(range.lowerBound..<middle), try hash(middle..<range.upperBound))
    }

    private func path(_ index: Int64, _ range: Range<Int64>) throws -> [TreeHash] {
        let count = range.upperBound - range.lowerBound
        guard count > 1 else { return [] }
        let middle = range.lowerBound + Self.split(count)
        return index < middle
            ? try path(index, range.lowerBound..<middle) + [hash(middle..<range.upperBound)]
            : try path(index, middle..<range.upperBound) + [hash(range.lowerBound..<middle)]
    }

    private func subproof(_ old: Int64, _ range: Range<Int64>, isComplete: Bool) throws -> [TreeHash] {
        if old == range.upperBound { return isComplete ? [] : [try hash(range)] }
        let middle = range.lowerBound + Self.split(range.upperBound - range.lowerBound)
        return old <= middle
            ? try subproof(old, range.lowerBound..<middle, isComplete: isComplete) + [hash(middle..<range.upperBound)]
            : try subproof(old, middle..<range.upperBound, isComplete: false) + [hash(range.lowerBound..<middle)]
    }

    /// The largest power of two below a count.
    private static func split(_ count: Int64) -> Int64 {
        1 << Int64(Int64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}

/// Whether proofs hold; needs no tree.
enum MerkleProof {
    /// Whether the leaf stands at that index of the tree with that root (RFC 9162, section 2.1.3.2).
    static func includes(_ leaf: TreeHash, at index: Int64, in size: Int64, root: TreeHash, path: [TreeHash]) -> Bool {
        guard index >= 0, index < size else { return false }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in path {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = .node(sibling, hash)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether the tree of the first size is the beginning of that of the second (RFC 9162, section 2.1.4.2).
    static func isConsistent(
        _ first: (size: Int64, root: TreeHash),
        _ second: (size: Int64, root: TreeHash),
        proof: [TreeHash]
    ) -> Bool {
        guard first.size >= 0, first.size <= second.size else { return false }
        if first.size == second.size { return proof.isEmpty && first.root == second.root }
        if first.size == 0 { return proof.isEmpty && first.root == .ofNothing }
        let proof = first.size & (first.size - 1) == 0 ? [first.root] + proof : proof
        guard let start = proof.first else { return false }
        var (place, last) = (first.size - 1, second.size - 1)
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var (old, new) = (start, start)
        for hash in proof.dropFirst() {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                old = .node(hash, old)
                new = .node(hash, new)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == first.root && new == second.root
    }
}
