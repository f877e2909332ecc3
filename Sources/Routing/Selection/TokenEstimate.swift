public import Persona

/// How many tokens something has, without a tokenizer: they differ from vendor to vendor, and a decision waits for none.
public enum TokenEstimate {
    /// The tokens of everything that a prompt sends, the instruction of its kind among them.
    public static func tokens(of prompt: BlindPrompt) -> Int {
        prompt.task.utf8.count / 3 + 64
    }
}
