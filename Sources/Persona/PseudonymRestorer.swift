/// Puts back what stand-ins stand for, in a reply that comes in pieces.
///
/// It holds back no more than the beginning of a stand-in, so that none is ever given out, and restores only those of its
/// own request: a reply that guesses another conversation's gets the guess back. However the reply writes one, in
/// capitals, in bold, as a plural or a possessive, the term comes back in the same form.
public struct PseudonymRestorer: Sendable, Undisclosed {
    private let issued: [(standIn: [UInt8], issued: Pseudonyms.Issued)]
    private let table: PrefixTable
    private let isJSON: Bool
    private var held: [UInt8] = []
    /// Whether what was given out last ends in a letter.
    private var isInWord = false

    /// For the replies to one request.
    /// - Parameter isJSON: whether the reply is JSON as text, in which what comes back must be escaped.
    public init(_ pseudonyms: Pseudonyms, isJSON: Bool = false) {
        issued = pseudonyms.issued.map { (Array($0.standIn.lowercased().utf8), $0) }
            .sorted { $0.standIn.count > $1.standIn.count }
        table = PrefixTable(issued.map(\.standIn))
        self.isJSON = isJSON
    }

    /// What may be shown after this piece.
    public mutating func feed(_ piece: String) -> String {
        guard !issued.isEmpty else { return piece }
        held += piece.utf8
        return drain()
    }

    /// What is left at the end.
    /// - Parameter isCut: whether the reply broke off, as at its longest length: then the larger part of a stand-in stands
    ///   for all of it.
    public mutating func finish(isCut: Bool = false) -> String {
        defer { held = [] }
        if isCut, !isInWord,
            let whole = issued.first(where: {
                held.count > $0.standIn.count / 2 && Self.common($0.standIn, held[...]) == held.count
            })
        {
            return original(whole.issued, like: held[...])
        }
        return String(decoding: held, as: UTF8.self)
    }

    /// A text that is whole.
    public func restored(_ text: String) -> String {
        var restorer = self
        return restorer.feed(text) + restorer.finish()
    }

    private mutating func drain() -> String {
        var out: [UInt8] = []
        out.reserveCapacity(held.count)
        var index = 0
        var work = 0
        scan: while index < held.count {
            switch table.find(in: held[index...], work: &work) {
            case .word(let place, let length):
                out += original(issued[place].issued, like: held[index..<(index + length)]).utf8
                index += length
            case .open: break scan
            case .none:
                out.append(held[index])
                index += 1
            }
        }
        held.removeFirst(index)
        if let last = out.last { isInWord = (0x61...0x7A).contains(last.small) || last >= 0x80 }
        return String(decoding: out, as: UTF8.self)
    }

    /// How many bytes of a stand-in stand at the front of a text.
    private static func common(_ standIn: [UInt8], _ text: ArraySlice<UInt8>) -> Int {
        zip(standIn, text).prefix { $0 == $1.small }.count
    }

    private func original(_ issued: Pseudonyms.Issued, like written: ArraySlice<UInt8>) -> String {
        let original = issued.original(Pseudonyms.Form(String(decoding: written, as: UTF8.self)))
        guard isJSON else { return original }
        return original.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "\"", "\\": out += "\\" + String(scalar)
            case ..<" ":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
