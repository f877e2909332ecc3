/// Names of models and of those who make them.
enum VendorNames {
    /// What kind of name a word is.
    enum Kind {
        /// Nothing else is called so.
        case strong
        /// A word or a person may be called so: only beside talk of models does it count.
        case weak
    }

    /// The kind of a small word, typos of long names included; nil for other words.
    static func kind(of word: Substring) -> Kind? {
        if strong.contains(String(word)) { return .strong }
        if weak.contains(String(word)) { return .weak }
        // "gpt4o", "claude3", "qwen2.5-72b".
        let front = word.prefix { $0.isLetter }
        if front.count < word.count, front.count > 2, strong.contains(String(front)) { return .strong }
        guard word.utf8.count >= 5, word.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let letters = Array(word.utf8)
        return letters.withUnsafeBufferPointer { letters in
            misspelt.contains { name in
                abs(name.count - letters.count) <= 1 && name[0] == letters[0]
                    && Likeness.isOneEditApart(letters[...], name)
            } && !notMeant.contains(String(word)) ? .strong : nil
        }
    }

    private static let strong: Set<String> = Set(
        """
        chatgpt gpt gpt-3 gpt-3.5 gpt-4 gpt-4o gpt-5 openai claude anthropic gemini deepmind grok xai x.ai llama llama2 llama3 \
        deepseek qwen qwen2 tongyi mistral mixtral kimi moonshot copilot ernie doubao bytedance chatglm glm-4 zhipu hunyuan \
        minimax gemma nemotron huggingchat openrouter ollama perplexity cohere inflection ai21 stablelm davinci openchat \
        vicuna codex bing \
        \u{447}\u{430}\u{442}\u{436}\u{43F}\u{442} \u{43A}\u{43B}\u{43E}\u{434} gigachat yandexgpt alisa
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )

    private static let weak: Set<String> = Set(
        """
        google meta microsoft amazon apple ibm nvidia alibaba baidu tencent nova phi titan falcon bard hermes nous sonar \
        granite watson alpaca pi siri alexa cortana yi jamba reka zephyr orca dolly bloom palm lamda sydney yandex
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )

    /// All of them, for those who look for signs of one.
    static var all: Set<String> { strong.union(weak) }

    static let misspelt: [[UInt8]] = [
        "chatgpt", "openai", "claude", "anthropic", "gemini", "deepseek", "mistral", "copilot", "llama", "chat-gpt",
    ].map { Array($0.utf8) }

    /// Words that are one slip away from a name.
    private static let notMeant: Set<String> = [
        "clause", "clauses", "clued", "cloud", "clouds", "laude", "claudia", "claud", "opening", "open", "mistrial",
        "lama", "llamas",
        "pilot", "gemina", "geminis", "minstrel", "claudes", "lamas", "llana", "mistrals", "copilots",
    ]

    /// In scripts without spaces, and as phrases.
    static let wide = [
        "chatgpt", "gpt-4", "gpt", "openai", "claude", "anthropic", "gemini", "google", "grok", "llama", "meta",
        "deepseek", "qwen",
        "kimi", "copilot", "mistral", "\u{901A}\u{4E49}\u{5343}\u{95EE}", "\u{901A}\u{4E49}", "\u{5343}\u{95EE}",
        "\u{6587}\u{5FC3}\u{4E00}\u{8A00}", "\u{8C46}\u{5305}", "\u{667A}\u{8C31}", "\u{6708}\u{4E4B}\u{6697}\u{9762}",
        "\u{6DF1}\u{5EA6}\u{6C42}\u{7D22}", "\u{767E}\u{5EA6}", "\u{963F}\u{91CC}", "\u{817E}\u{8BAF}",
        "\u{8C37}\u{6B4C}",
        "\u{5B57}\u{8282}\u{8DF3}\u{52A8}", "\u{30AF}\u{30ED}\u{30FC}\u{30C9}", "\u{30B0}\u{30FC}\u{30B0}\u{30EB}",
        "\u{30C1}\u{30E3}\u{30C3}\u{30C8}gpt", "\u{AD6C}\u{AE00}", "\u{D074}\u{B85C}\u{B4DC}", "\u{C624}\u{D508}ai",
        "\u{CC57}gpt", "\u{CC57}\u{C9C0}\u{D53C}\u{D2F0}", "\u{C81C}\u{BBF8}\u{B098}\u{C774}",
    ]
}
