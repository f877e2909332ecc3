/// Finds identity terms in texts: the compiled union of every persona's identity.
///
/// One index serves all personas of a daemon, because what one of them is must not leave on another's behalf either.
/// A term whose words have four letters or fewer counts only where it stands as a word ("Sam" is no part of "same", "Old
/// Tim" none of "old times"), its plural and the words of an identifier included: "Tims", `getBessMemory`, `bess2`. A
/// longer one counts anywhere, so that `getTimmyMemory` and `Timmys` are found.
public final class IdentityIndex: Sendable, Undisclosed {
    private let automaton: TermAutomaton
    private let classes: [IdentityClass]
    private let shapes: [Shape]
    let detectors: Detectors
    /// Every term as it is written, and the parts of names.
    let terms: [(class: IdentityClass, text: String)]
    private let names: ExactTerms

    /// The length of a folded term, and how many word edges it has itself: one in `OldTim`, none in `Sam`.
    private struct Shape: Sendable {
        let length: Int
        let edges: Int
    }

    /// Terms of words this short count only as whole words: "sam" stands inside "same", "sample" and "balsam".
    static let longestWholeWordTerm = 4

    /// Compiles the terms of all identities.
    /// - Parameters:
    ///   - names: what the game calls its own.
    ///   - keys: the bridge's own.
    public convenience init(
        _ identities: [Identity],
        rule: OddityRule = .standard,
        names: GameNames = .none,
        keys: [GuardedKey] = []
    ) {
        self.init(identities, rule: rule, names: names, keys: keys, skims: true)
    }

    /// - Parameter skims: whether to pass over what cannot hold anything; without it every text is read for everything,
    ///   which finds no more, and is what the tests hold the quick way against.
    init(
        _ identities: [Identity],
        rule: OddityRule = .standard,
        names: GameNames = .none,
        keys: [GuardedKey] = [],
        skims: Bool
    ) {
        var terms: [TermAutomaton.Term] = []
        var classes: [IdentityClass] = []
        var shapes: [Shape] = []
        var seen: Set<[UInt8]> = []
        for (kind, text) in identities.flatMap(\.terms).flatMap(Self.spellings) {
            let folded = Self.trimmed(TextFolding.standard.fold(text))
            let words = folded.split(separator: UInt8(ascii: " "))
            let isWholeWord = (words.map(\.count).max() ?? 0) <= Self.longestWholeWordTerm
            let edges = words.count - 1 + Self.edges(in: text)
            for form in Self.forms(of: folded).flatMap({ isWholeWord ? [$0] + Self.plurals(of: $0) : [$0] })
            where seen.insert(form).inserted {
                terms.append(.init(folded: form, isWholeWord: isWholeWord))
                classes.append(kind)
                shapes.append(Shape(length: form.count, edges: edges))
            }
        }
        self.automaton = TermAutomaton(terms)
        let written = terms.map { $0.folded.filter { $0 != UInt8(ascii: " ") } }
        self.classes = classes
        self.shapes = shapes
        let whole = identities.flatMap(\.terms)
        self.terms = whole + whole.flatMap { term in Self.parts(of: term).map { (term.class, $0) } }
        self.names = names.terms(without: self.terms)
        self.detectors = Detectors(
            Self.guarded(whole),
            written: written,
            passages: PassageIndex(joining: identities.map(\.passages), keys: keys.map(\.runs)),
            rule: rule,
            names: self.names,
            keys: keys.map(\.short).filter { $0.count > 0 },
            skims: skims
        )
    }

    /// The game's names that stand in these texts; stand-ins may be wanted for them beside the identity's terms.
    func names(in texts: [String]) -> [(class: IdentityClass, text: String)] { names.standing(in: texts) }

    /// The terms and the parts of names as the detectors compare them, each spelling once.
    private static func guarded(_ terms: [(class: IdentityClass, text: String)]) -> [GuardedTerm] {
        var seen: Set<[UInt8]> = []
        let wholes = terms.compactMap { GuardedTerm($0.class, $0.text, isWhole: true) }
        let pieces = terms.flatMap { term in
            Self.parts(of: term).compactMap { GuardedTerm(term.class, $0, isWhole: false) }
        }
        return (wholes + pieces).filter { seen.insert($0.letters).inserted }
    }

    /// Every trace of the identity in the fields of one request, each once.
    package func traces(in fields: [String], _ depth: Detectors.Depth = .thorough) -> [Trace] {
        var traces: [Trace] = []
        Self.withBytes(of: fields) { traces = self.traces(in: $0, depth) }
        return traces
    }

    /// Every trace in UTF-8 bytes.
    func traces(in bytes: UnsafeBufferPointer<UInt8>, _ depth: Detectors.Depth) -> [Trace] {
        traces(in: [bytes], depth)
    }

    private func traces(in fields: [UnsafeBufferPointer<UInt8>], _ depth: Detectors.Depth) -> [Trace] {
        var traces: [Trace] = []
        let mayStand = detectors.detect(fields, depth) { if !traces.contains($0) { traces.append($0) } }
        // Most texts do not even hold the letters of a term, and need not be read for where its words begin and end.
        guard mayStand else { return traces }
        let plain = fields.indices.compactMap { index in
            firstClass(in: fields[index]).map {
                Trace(identityClass: $0, certainty: .plain, isWhole: false, field: index)
            }
        }
        return plain + traces.filter { !plain.contains($0) }
    }

    /// Every sure trace in the text of bytes that are no text as a whole, such as a picture's.
    func traces(inBinary bytes: [UInt8]) -> [Trace] {
        var text = DecodedText(room: 2 * bytes.count + 16)
        bytes.withUnsafeBufferPointer { text.takeText(of: $0) }
        return detectors.traces(in: text)
    }

    /// Every sure trace in what an encoded file decodes to.
    func traces(inEncoded run: ArraySlice<UInt8>) -> [Trace] {
        var text = DecodedText(room: 8 * run.count + 16)
        run.withUnsafeBufferPointer { EncodedRuns.decode($0, into: &text) }
        return detectors.traces(in: text)
    }

    private static func withBytes(of fields: [String], _ body: ([UnsafeBufferPointer<UInt8>]) -> Void) {
        func open(_ index: Int, _ opened: [UnsafeBufferPointer<UInt8>]) {
            guard index < fields.count else { return body(opened) }
            var field = fields[index]
            field.withUTF8 { open(index + 1, opened + [$0]) }
        }
        open(0, [])
    }

    /// The class of the first identity term in the text, or nil.
    public func firstClass(in text: String) -> IdentityClass? {
        var text = text
        return text.withUTF8 { firstClass(in: $0) }
    }

    /// The class of the first identity term in UTF-8 bytes, or nil.
    public func firstClass(in bytes: UnsafeBufferPointer<UInt8>) -> IdentityClass? {
        var isInside = false
        let standing = automaton.firstMatch(
            in: TextFolding.standard.fold(bytes),
            orInside: { _ in
                isInside = true
                return false
            }
        )
        if let standing { return classes[standing.term] }
        // Only a text that holds a short term inside a word is read again, with the edges of its words.
        guard isInside else { return nil }
        let (folded, edges) = TextFolding.standard.foldMarkingEdges(bytes)
        return automaton.firstMatch(in: folded, orInside: { isWord($0, in: folded, edges) }).map { classes[$0.term] }
    }

    /// Whether a term stands between the edges of words, with no more edges in it than it has itself: `getSamNotes`,
    /// and not `sAmX2`, since random keys and Base64 are full of edges.
    private func isWord(_ match: TermAutomaton.Match, in folded: [UInt8], _ edges: [Bool]) -> Bool {
        let start = match.end - shapes[match.term].length
        let space = UInt8(ascii: " ")
        guard start == 0 || folded[start - 1] == space || edges[start],
            match.end == folded.count || folded[match.end] == space || edges[match.end]
        else { return false }
        return edges[(start + 1)..<match.end].count { $0 } <= shapes[match.term].edges
    }

    private static func edges(in text: String) -> Int {
        var text = text
        let (folded, edges) = text.withUTF8 { TextFolding.standard.foldMarkingEdges($0) }
        return folded.indices.dropFirst().count { index in
            edges[index] && !folded[(index - 1)...index].contains(UInt8(ascii: " "))
        }
    }

    /// "tims" for "tim", "besses" for "bess"; not "times", which is a word of its own. A term of one or two letters has
    /// none: "as" is no plural of "A".
    private static func plurals(of form: [UInt8]) -> [[UInt8]] {
        guard form.count > 2 else { return [] }
        let hisses = ["s", "x", "z", "ch", "sh"].contains { form.suffix($0.utf8.count).elementsEqual($0.utf8) }
        return [form + Array("s".utf8)] + (hisses ? [form + Array("es".utf8)] : [])
    }

    /// A full name of a person also leaks by its parts: "Ashdown" alone says who "Rowan Ashdown" is.
    private static func spellings(_ term: (class: IdentityClass, text: String)) -> [(IdentityClass, String)] {
        // Some letters look like one Latin letter when small and like another one when not: Greek eta, like n and H.
        let cases = [term.text, term.text.lowercased(), term.text.uppercased()].map { (term.class, $0) }
        return cases + parts(of: term).map { (term.class, $0) }
    }

    private static func parts(of term: (class: IdentityClass, text: String)) -> [String] {
        guard [.owner, .person, .name, .alias].contains(term.class) else { return [] }
        let parts = term.text.split { $0.isWhitespace }
        guard parts.count > 1 else { return [] }
        // Of an alias such as "Old Lantern" only what is no ordinary word says who is meant.
        return parts.map(String.init).filter { part in
            part.count >= longestWholeWordTerm && part.first?.isUppercase == true
                && (term.class != .alias || part.count > longestWholeWordTerm && !Identity.isOrdinary(part))
        }
    }

    /// "lantern mill" is also looked for as "lanternmill".
    private static func forms(of folded: [UInt8]) -> [[UInt8]] {
        let joined = folded.filter { $0 != UInt8(ascii: " ") }
        guard !joined.isEmpty else { return [] }
        return joined == folded ? [folded] : [folded, joined]
    }

    private static func trimmed(_ folded: [UInt8]) -> [UInt8] {
        let space = UInt8(ascii: " ")
        guard let first = folded.firstIndex(where: { $0 != space }),
            let last = folded.lastIndex(where: { $0 != space })
        else { return [] }
        return Array(folded[first...last])
    }
}
