import Foundation
import Testing

@testable import Bridge

@Suite("checkpoints and proofs are in the text forms of C2SP")
struct SignedNoteTests {
    /// The example and key of https://pkg.go.dev/golang.org/x/mod/sumdb/note.
    private static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let note = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """

    private func signer(_ seed: UInt8 = 1, origin: String? = "example.org/log") throws -> NoteSigner {
        try NoteSigner(secret: [UInt8](repeating: seed, count: 32), origin: origin)
    }

    @Test("the example of Go's package is read, and its signature holds")
    func example() throws {
        let key = try #require(NoteKey(Self.peter))
        let note = try #require(SignedNote(Self.note))
        #expect(note.isSigned(by: key))
        #expect(note.description == Self.note)
        #expect(key.text == Self.peter)
        let other = try #require(SignedNote(Self.note.replacingOccurrences(of: "answer", with: "anzwer")))
        #expect(!other.isSigned(by: key))
    }

    @Test(
        "what is no note is none",
        arguments: [
            "", "text\n", "text\n\n", "text\n\n- name AAAAAAAA\n", "text\n\n\u{2014} name\n",
            "text\n\n\u{2014} name AA==\n",
            "text\n\n\u{2014} na+me AAAAAAAA\n", "te\u{7}xt\n\n\u{2014} name AAAAAAAA\n",
            "text\n\n\u{2014} name AAAAAAAA",
        ]
    )
    func noNote(text: String) {
        #expect(SignedNote(text) == nil)
    }

    @Test("a checkpoint is three lines, signed by the log's own name, and comes back")
    func checkpoint() throws {
        let signer = try signer()
        let checkpoint = Checkpoint(origin: signer.publicKey.name, size: 20, root: .leaf([7]))
        let note = try SignedNote(signing: checkpoint.text, with: signer)
        let read = try #require(SignedNote(note.description))
        #expect(read.isSigned(by: signer.publicKey))
        #expect(Checkpoint(read) == checkpoint)
        #expect(note.description.hasPrefix("example.org/log\n20\n"))
        #expect(!read.isSigned(by: try self.signer(2).publicKey))
        #expect(!read.isSigned(by: try self.signer(1, origin: "example.org/other").publicKey))
        #expect(NoteKey(signer.publicKey.text)?.text == signer.publicKey.text)
    }

    @Test("numbers have one form", arguments: ["01", "-1", "+1", " 1", "1e3", ""])
    func numbers(text: String) {
        #expect(Checkpoint.number(text) == nil)
    }

    @Test("without a name in the configuration, the name is made of the key, and tells nothing else")
    func nameless() throws {
        let name = try signer(origin: nil).publicKey.name
        #expect(NoteKey.isName(name))
        #expect(name != (try signer(2, origin: nil).publicKey.name))
    }

    @Test("a proof comes back, holds, and holds no more when anything in it is changed")
    func proof() throws {
        let signer = try signer()
        var edge = TreeEdge()
        let (left, leaf) = (TreeHash.leaf([1]), Array("the leaf\n".utf8))
        _ = edge.append(left)
        _ = edge.append(.leaf(leaf))
        let head = Checkpoint(origin: signer.publicKey.name, size: 2, root: edge.root)
        let note = try SignedNote(signing: head.text, with: signer)
        let proof = LeafProof(leaf: leaf, index: 1, path: [left], note: note)
        let read = try #require(LeafProof(proof.description))
        #expect(read == proof)
        #expect(read.holds(for: signer.publicKey))
        #expect(!read.holds(for: try self.signer(2).publicKey))
        #expect(!LeafProof(leaf: [1], index: 1, path: [left], note: note).holds(for: signer.publicKey))
        #expect(!LeafProof(leaf: leaf, index: 0, path: [left], note: note).holds(for: signer.publicKey))
        #expect(LeafProof(proof.description.replacingOccurrences(of: "index 1", with: "index 01")) == nil)
    }
}
