import Testing

@testable import Bridge

@Suite("What was said before is cut to what fits, by whole exchanges")
struct ConversationTrimTests {
    @Test(
        "the newest go, and none is left out in between",
        arguments: [
            ([], 100, 0), ([50], 100, 1), ([100], 100, 1), ([101], 100, 0), ([40, 60, 1], 100, 2),
            ([40, 61, 1], 100, 1), ([101, 1, 1], 100, 0), ([0, 0, 0], 0, 3), ([1], 0, 0),
        ]
    )
    func kept(sizes: [Int], budget: Int, count: Int) {
        #expect(ConversationTrim.kept(of: sizes, within: budget) == count)
    }

    @Test(
        "no window that has room for a worthwhile part becomes too small by history",
        arguments: [
            // Nobody to ask: what is configured.
            (4_096, 100, nil, [], 4_096),
            // Room for all of it.
            (4_096, 100, 1_000, [8_192, 200_000], 4_096),
            // The smaller window decides.
            (4_096, 6_000, 1_000, [8_192, 200_000], 1_192),
            // 192 are not worth it: the larger window decides.
            (4_096, 7_000, 1_000, [8_192, 200_000], 4_096),
            // Nobody has room for a worthwhile part: what there is.
            (4_096, 7_000, 1_000, [8_192], 192),
            (4_096, 9_000, 1_000, [8_192], 0),
            // Nobody said how long the answer may be: a quarter of a small window, 2,048 of a large one.
            (4_096, 0, nil, [4_000], 3_000), (100_000, 0, nil, [100_000], 97_952),
            // A part of a small budget is worthwhile when it is all of it.
            (300, 7_500, 300, [8_192, 200_000], 300),
        ] as [(Int, Int, Int?, [Int], Int)]
    )
    func budget(configured: Int, own: Int, answer: Int?, windows: [Int], budget: Int) {
        #expect(
            ConversationTrim.budget(configured: configured, own: own, answer: answer, windows: windows) == budget
        )
    }
}
