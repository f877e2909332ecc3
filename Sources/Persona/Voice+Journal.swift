extension Voice {
    /// What the persona says of its journal: how much there is, and what it thought last.
    public func journal(_ entries: [JournalEntry], about: String?) -> String {
        guard let first = entries.first else {
            return about == nil ? "I remember nothing yet." : "Of that I remember nothing."
        }
        let count = entries.count == 1 ? "one thing" : "\(entries.count) things"
        return
            "I remember \(count). \(about == nil ? "Last" : "First of all") there was this: \(first.task.prefix(200))"
    }
}
