import Foundation
import Testing

@testable import Bridge

@Suite("the tree is that of RFC 6962")
struct MerkleTreeTests {
    /// The leaves and roots of the reference implementation's own test
    /// (https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc).
    private static let leaves: [[UInt8]] = [
        [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6F),
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// A tree in memory, and the roots of all of its sizes.
    private struct Grown {
        var nodes: [[TreeHash]] = []
        var roots: [TreeHash] = []
        let leaves: [TreeHash]

        init(_ texts: [[UInt8]]) {
            leaves = texts.map { TreeHash.leaf($0) }
            var edge = TreeEdge()
            roots = [edge.root]
            for leaf in leaves {
                for (level, hash) in edge.append(leaf).enumerated() {
                    if nodes.count == level { nodes.append([]) }
                    nodes[level].append(hash)
                }
                roots.append(edge.root)
            }
        }

        var tree: MerkleTree { MerkleTree(size: Int64(leaves.count)) { nodes[$0][Int($1)] } }
    }

    private static let large = Grown((0..<131).map { Array("leaf \($0)".utf8) })

    @Test("the known roots of eight leaves", arguments: 0...8)
    func known(size: Int) throws {
        let grown = Grown(Array(Self.leaves.prefix(size)))
        #expect(NoteKey.hex(grown.roots[size].bytes) == Self.roots[size])
        #expect(try grown.tree.root() == grown.roots[size])
    }

    @Test("the known paths and proofs of the eight leaves")
    func knownProofs() throws {
        let tree = Grown(Self.leaves).tree
        #expect(
            try tree.inclusionProof(of: 5, in: 8).map { NoteKey.hex($0.bytes) } == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        )
        #expect(
            try tree.consistencyProof(from: 6, to: 8).map { NoteKey.hex($0.bytes) } == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        )
    }

    @Test("every leaf of every size up to 131 has a path that holds, and that holds for nothing else")
    func inclusion() throws {
        let grown = Self.large
        for size in 1...131 {
            for index in 0..<size {
                let path = try grown.tree.inclusionProof(of: Int64(index), in: Int64(size))
                let (leaf, root) = (grown.leaves[index], grown.roots[size])
                func holds(_ leaf: TreeHash, _ index: Int, _ root: TreeHash, _ path: [TreeHash]) -> Bool {
                    MerkleProof.includes(leaf, at: Int64(index), in: Int64(size), root: root, path: path)
                }
                #expect(holds(leaf, index, root, path))
                #expect(!holds(.leaf([1]), index, root, path))
                #expect(!holds(leaf, index, grown.roots[size - 1], path))
                #expect(!holds(leaf, index, root, path + [root]))
                #expect(size == 1 || !holds(leaf, (index + 1) % size, root, path))
                #expect(path.isEmpty || !holds(leaf, index, root, path.dropLast()))
            }
        }
    }

    @Test("every size up to 131 is the beginning of every later one, and of no other tree")
    func consistency() throws {
        let grown = Self.large
        for size in 0...131 {
            for old in 0...size {
                let proof = try grown.tree.consistencyProof(from: Int64(old), to: Int64(size))
                let first = (size: Int64(old), root: grown.roots[old])
                let second = (size: Int64(size), root: grown.roots[size])
                #expect(MerkleProof.isConsistent(first, second, proof: proof))
                let other = TreeHash.leaf([1])
                #expect(!MerkleProof.isConsistent((first.size, other), second, proof: proof))
                #expect(!MerkleProof.isConsistent(second, (first.size - 1, first.root), proof: proof))
                guard old > 0 else { continue }
                #expect(!MerkleProof.isConsistent(first, (second.size, other), proof: proof))
                #expect(!MerkleProof.isConsistent(first, second, proof: proof + [other]))
            }
        }
    }

    @Test("an edge that is read from the kept nodes is the edge that grew")
    func resumed() throws {
        let grown = Self.large
        var edge = TreeEdge()
        for size in 0...130 {
            let tree = MerkleTree(size: Int64(size)) { grown.nodes[$0][Int($1)] }
            #expect(try TreeEdge(of: tree) == edge)
            _ = edge.append(grown.leaves[size])
        }
    }
}
