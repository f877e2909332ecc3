internal import Routing

/// How much of what was said before goes with a task. Pure: sizes in, a number of exchanges out.
///
/// History is a help, and the choice of a backend is not its to make: it is cut until it takes nobody out who could take
/// the task with a worthwhile part of it.
enum ConversationTrim {
    /// The least that is worth going: a smaller window than that leaves its backend out of the reckoning.
    static let least = 512

    /// How many of the exchanges go, the newest first and none left out in between.
    /// - Parameter sizes: their tokens, the newest first.
    static func kept(of sizes: some Sequence<Int>, within budget: Int) -> Int {
        var left = budget
        return sizes.prefix { size in
            left -= size
            return left >= 0
        }.count
    }

    /// How many tokens of history may go.
    /// - Parameters:
    ///   - configured: at most so many.
    ///   - own: the tokens of all that goes in any case.
    ///   - answer: what is kept for the answer; nil when nobody said.
    ///   - windows: those of the backends that may take the task.
    static func budget(configured: Int, own: Int, answer: Int?, windows: some Sequence<Int>) -> Int {
        let rooms = windows.map { window in window - own - (answer ?? min(usualAnswer, window / 4)) }
        guard let largest = rooms.max() else { return configured }
        let worthwhile = min(least, configured)
        return max(0, min(configured, rooms.filter { $0 >= worthwhile }.min() ?? largest))
    }

    /// What the selector reckons with for a complex task.
    private static let usualAnswer = 2_048
}
