/// A few texts that name nobody, to measure on when nothing better is given.
public enum CleanSample {
    /// The texts.
    public static let texts: [String] = [
        "What is the capital of Peru, and how high does it lie?",
        "Write a haiku about rain on an old tin roof.",
        "Summarise in two lines: the river rose in the night, the bridge held, and by morning the ferry ran again.",
        "def mean(values):\n    return sum(values) / len(values)  # what happens for an empty list?",
        "error: linker command failed with exit code 1 (use -v to see invocation)",
        "fatal: not a git repository (or any of the parent directories): .git",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8\nAuthor: Ann Example <ann@example.com>",
        "550e8400-e29b-41d4-a716-446655440000 was the id of the order; which version of UUID is that?",
        "Translate into French: the miller's daughter counts the barrels in the cellar.",
        "Wie viele Tage hat der Februar in einem Schaltjahr?",
        "\u{41F}\u{43E}\u{447}\u{435}\u{43C}\u{443} \u{43D}\u{435}\u{431}\u{43E} \u{441}\u{438}\u{43D}\u{435}\u{435}?",
        "The tranquillity of the valley was broken by a kettle that boiled over.",
        "SELECT name, count(*) FROM guests WHERE room > 12 GROUP BY name ORDER BY 2 DESC;",
        "A train leaves at 9:40 and another at 10:15; the second is 20 km/h faster. When do they meet?",
        "2026-03-01T12:00:00Z INFO worker[17]: 200 GET /health 1.8ms",
        "roll 3d6+2 for damage, then describe how the goblin falls off the wagon",
        "curl -H 'Content-Type: application/json' -d '{\"a\": 1}' http://localhost:8080/v1/items",
        "Is it \"its\" or \"it's\" in: the dog wagged ___ tail?",
    ]
}
