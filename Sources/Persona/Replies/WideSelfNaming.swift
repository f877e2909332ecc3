/// The same in scripts without spaces: Chinese, Japanese, Korean.
enum WideSelfNaming {
    static func isNaming(_ sentence: String) -> Bool {
        let text = sentence.lowercased().filter { !$0.isWhitespace }
        guard let name = VendorNames.wide.first(where: { text.contains($0) }) else {
            return generic.contains { text.contains($0) }
        }
        let isSelf = selves.contains { text.contains($0) }
        guard isSelf || text.contains("\u{3068}\u{7533}\u{3057}") || roles.contains(where: { text.contains($0) }) else {
            return false
        }
        let parts = text.split(separator: name, maxSplits: 1, omittingEmptySubsequences: false)
        let before = String(parts.first ?? "")
        let behind = String(parts.last ?? "")
        if identities.contains(where: { before.hasSuffix($0) }) { return true }
        if roles.contains(where: { before.hasSuffix($0) || behind.hasPrefix($0) }) { return true }
        // "My name is ..." in the humble form, which nobody says of another.
        if behind.hasPrefix("\u{3068}\u{7533}\u{3057}") { return true }
        if isSelf, making.contains(where: { text.contains($0) }) { return true }
        return selves.contains { before.hasPrefix($0) && before.count <= $0.count + 12 }
            && copulas.contains { behind.contains($0) }
    }

    private static let selves = [
        "\u{6211}", "\u{79C1}", "\u{308F}\u{305F}\u{3057}", "\u{50D5}", "\u{C800}", "\u{B098}\u{B294}", "\u{C81C}",
    ]
    private static let identities = [
        "\u{6211}\u{662F}", "\u{6211}\u{53EB}", "\u{6211}\u{7684}\u{540D}\u{5B57}\u{662F}",
        "\u{6211}\u{7684}\u{540D}\u{5B57}\u{53EB}", "\u{79C1}\u{306F}", "\u{308F}\u{305F}\u{3057}\u{306F}",
        "\u{50D5}\u{306F}", "\u{540D}\u{524D}\u{306F}", "\u{C800}\u{B294}", "\u{B098}\u{B294}",
        "\u{C774}\u{B984}\u{C740}", "\u{6211}\u{662F}\u{4E00}\u{4E2A}", "\u{6211}\u{662F}\u{7531}", "\u{6211}\u{7531}",
    ]
    private static let roles = [
        "\u{4F5C}\u{4E3A}", "\u{4F5C}\u{70BA}", "\u{3068}\u{3057}\u{3066}", "\u{B85C}\u{C11C}",
        "\u{C73C}\u{B85C}\u{C11C}",
    ]
    private static let making = [
        "\u{5F00}\u{53D1}", "\u{8BAD}\u{7EC3}", "\u{7814}\u{53D1}", "\u{521B}\u{5EFA}", "\u{521B}\u{9020}",
        "\u{63A8}\u{51FA}", "\u{6253}\u{9020}", "\u{958B}\u{767A}", "\u{4F5C}\u{3089}\u{308C}", "\u{4F5C}\u{6210}",
        "\u{30C8}\u{30EC}\u{30FC}\u{30CB}\u{30F3}\u{30B0}",
        "\u{AC1C}\u{BC1C}", "\u{B9CC}\u{B4E0}", "\u{B9CC}\u{B4E4}", "\u{D6C8}\u{B828}", "\u{8A13}\u{7DF4}",
        "\u{5B66}\u{7FD2}",
    ]
    private static let copulas = [
        "\u{3067}\u{3059}", "\u{3068}\u{7533}", "\u{3068}\u{3044}\u{3044}", "\u{C785}\u{B2C8}\u{B2E4}",
        "\u{C608}\u{C694}", "\u{C774}\u{C5D0}\u{C694}",
    ]
    private static let generic = [
        "\u{4F5C}\u{4E3A}\u{4E00}\u{4E2A}\u{4EBA}\u{5DE5}\u{667A}\u{80FD}",
        "\u{4F5C}\u{4E3A}\u{4EBA}\u{5DE5}\u{667A}\u{80FD}",
        "\u{4F5C}\u{4E3A}\u{4E00}\u{4E2A}\u{8BED}\u{8A00}\u{6A21}\u{578B}",
        "\u{4F5C}\u{4E3A}\u{8BED}\u{8A00}\u{6A21}\u{578B}",
        "\u{4F5C}\u{4E3A}\u{4E00}\u{6B3E}ai", "\u{6211}\u{662F}\u{4EBA}\u{5DE5}\u{667A}\u{80FD}\u{52A9}\u{624B}",
        "\u{4F5C}\u{4E3A}\u{4E00}\u{4E2A}ai", "\u{4F5C}\u{4E3A}ai",
        "\u{6211}\u{662F}\u{4E00}\u{4E2A}\u{8BED}\u{8A00}\u{6A21}\u{578B}", "\u{6211}\u{662F}\u{4E00}\u{4E2A}ai",
        "ai\u{8A00}\u{8A9E}\u{30E2}\u{30C7}\u{30EB}\u{3068}\u{3057}\u{3066}",
        "\u{8A9E}\u{30E2}\u{30C7}\u{30EB}\u{3068}\u{3057}\u{3066}",
        "ai\u{C5B8}\u{C5B4}\u{BAA8}\u{B378}\u{B85C}\u{C11C}",
    ]
}
