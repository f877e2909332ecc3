/// The question to a fast model whether an answer is good, and what its reply says.
///
/// The question holds the answer of another model, which may hold anything. It is a draft, not a prompt: only the guard
/// makes it one, and what the guard refuses is not asked.
public enum SelfCritique {
    /// How much of a task and of an answer is shown, in bytes: a fast model has a small window.
    private static let taskLimit = 1_500
    private static let answerLimit = 3_000

    /// The instruction of the question.
    public static let instruction: StaticString =
        "You check answers. Reply with one number from 0 to 10 and nothing else: 10 for an answer that is right, complete and in the form asked for, 0 for one that is useless."

    /// The question about an answer to a task.
    public static func question(task: String, answer: String) -> String {
        """
        Task:
        \(clipped(task, to: taskLimit))

        Answer:
        \(clipped(answer, to: answerLimit))

        How good is the answer to the task, from 0 to 10? Reply with the number alone.
        """
    }

    /// The opinion in a reply, from 0 to 1; nil when there is none. Reads `7`, `7/10`, `0.8`, `80 %`, `Score: 7`, and
    /// `{"score": 7}`.
    public static func opinion(in reply: String) -> Double? {
        let bytes = Array(reply.utf8.prefix(400))
        var index = 0
        while index < bytes.count {
            guard let (value, end) = number(bytes, at: index) else {
                index += 1
                continue
            }
            // A sign before it makes it no grade, a letter before it a name such as `gpt4`.
            if index > 0, isLetter(bytes[index - 1]) || bytes[index - 1] == UInt8(ascii: "-") { return nil }
            return scaled(value, isFraction: bytes[index..<end].contains(UInt8(ascii: ".")), rest: bytes[end...])
        }
        return nil
    }

    private static func scaled(_ value: Double, isFraction: Bool, rest: ArraySlice<UInt8>) -> Double? {
        let rest = rest.drop { $0 == UInt8(ascii: " ") }
        if rest.first == UInt8(ascii: "%") { return value <= 100 ? value / 100 : nil }
        if rest.first == UInt8(ascii: "/") {
            let after = Array(rest.dropFirst().drop { $0 == UInt8(ascii: " ") })
            guard let (whole, _) = number(after, at: 0), whole > 0, value <= whole else { return nil }
            return value / whole
        }
        // The scale that was asked for goes to ten; a fraction up to one is on the other usual scale.
        if isFraction && value <= 1 { return value }
        return value <= 10 ? value / 10 : nil
    }

    private static func number(_ bytes: [UInt8], at start: Int) -> (value: Double, end: Int)? {
        var end = start
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        guard end > start, end - start <= 4 else { return nil }
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(bytes[end + 1]) {
            end += 1
            while end < bytes.count, isDigit(bytes[end]), end - start < 8 { end += 1 }
        }
        return Double(String(decoding: bytes[start..<end], as: UTF8.self)).map { ($0, end) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The text, or its two ends: whether an answer breaks off is seen at its end.
    private static func clipped(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let head = String(decoding: text.utf8.prefix(limit * 2 / 3), as: UTF8.self)
        let tail = String(decoding: text.utf8.suffix(limit / 3), as: UTF8.self)
        return head + "\n[...]\n" + tail
    }
}
