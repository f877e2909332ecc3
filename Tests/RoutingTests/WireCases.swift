import Persona
import TestSupport
import Testing

@testable import Routing

/// Prompts of every form that there is, and the backends that they are written for.
enum WireCases {
    /// The smallest of each kind; vendors look at the media type only when a request is checked, not at the bytes.
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47]

    static let weather = ToolDefinition(
        name: "get_weather",
        summary: "The weather of a place.",
        parameters: #"{"type":"object","properties":{"place":{"type":"string","description":"Where."},"#
            + #""days":{"type":"integer"},"units":{"type":"string","enum":["C","F"]}},"required":["place"]}"#
    )

    static let call = ToolCall(id: "toolu_01ABC", name: "get_weather", arguments: #"{"place":"Oslo","days":2}"#)

    /// Drafts by name.
    static let drafts: [(name: String, draft: PromptDraft)] = [
        ("plain", PromptDraft(task: "Why is the sky blue?")), ("empty", PromptDraft(task: "")),
        ("instructions", PromptDraft(task: "2 + 2?", instructions: "Answer with a \"number\".\n")),
        (
            "history",
            PromptDraft(
                task: "And in winter?",
                history: [Turn(.user, "Is it warm in Oslo?"), Turn(.assistant, "In July it is.")]
            )
        ),
        ("tools", PromptDraft(task: "Is it warm in Oslo?", tools: [weather, ToolDefinition(name: "look")])),
        (
            "results",
            PromptDraft(
                task: "",
                history: [
                    Turn(.user, "Is it warm in Oslo?"), Turn(.assistant, "I look.", calls: [call]),
                    Turn(.tool, "9 degrees", answeredCall: call.id),
                ],
                tools: [weather]
            )
        ),
        ("untidy", untidy),
        (
            "image",
            PromptDraft(task: "What is this?", attachments: [Attachment(mediaType: "image/png", bytes: png)])
        ),
        (
            "material",
            PromptDraft(
                task: "Compare.",
                history: [Turn(.user, "Look at these.")],
                attachments: [
                    Attachment(mediaType: "image/jpg", bytes: png), Attachment(mediaType: "audio/wav", bytes: png),
                    Attachment(mediaType: "audio/mpeg", bytes: png),
                    Attachment(mediaType: "application/pdf", bytes: png),
                    Attachment(mediaType: "video/mp4", bytes: png),
                    Attachment(mediaType: "application/zip", bytes: png),
                    Attachment(mediaType: "text/plain; charset=utf-8", bytes: Array("Notes.".utf8)),
                    Attachment(mediaType: "image/png"),
                ]
            )
        ),
    ]

    /// Everything that some vendor refuses.
    private static let untidy = PromptDraft(
        task: "Go on.",
        history: [
            Turn(.assistant, "Good morning."), Turn(.assistant, "What is it?"), Turn(.user, "Look twice."),
            Turn(.user, ""), Turn(.user, "Please."),
            Turn(
                .assistant,
                "",
                calls: [
                    ToolCall(id: "7", name: "look", arguments: "no JSON"),
                    ToolCall(id: "8", name: "look", arguments: ""),
                ]
            ),
            Turn(.tool, "a barrel", answeredCall: "8"),
            // The same ids once more, out of order, and one without a result.
            Turn(
                .assistant,
                "Again.",
                calls: [
                    ToolCall(id: "7", name: "look", arguments: "{}"), ToolCall(id: "8", name: "look", arguments: "{}"),
                    ToolCall(id: "9", name: "look", arguments: "{}"),
                ]
            ),
            Turn(.tool, "two barrels", answeredCall: "8"), Turn(.tool, "a door", answeredCall: "7"),
            Turn(.tool, "nobody asked", answeredCall: "404"), Turn(.assistant, ""),
        ],
        tools: [ToolDefinition(name: "look", summary: nil, parameters: "no JSON")]
    )

    /// What a caller may ask, by name.
    static let options: [(name: String, options: CallOptions)] = [
        ("whole", CallOptions(kind: .general, isStreamed: false)),
        ("streamed", CallOptions(kind: .general, isStreamed: true)),
        (
            "limited",
            CallOptions(
                kind: .codeGeneration,
                maxTokens: 64,
                isStreamed: false,
                temperature: 0.25,
                stop: ["END", "\n\n"],
                model: "other-2"
            )
        ),
    ]

    /// A backend of each format and each dialect.
    static func backends() throws -> [Backend] {
        let dialects = [
            "", "openai", "xai", "moonshot", "openrouter", "openrouter-zdr", "anthropic", "gemini", "mistral",
            "llamacpp",
            "vllm", "lmstudio", "ollama",
        ]
        var backends = try dialects.map { try backend(.openAIChat, $0) }
        for wire in Backend.WireName.allCases where wire != .openAIChat { backends.append(try backend(wire)) }
        return backends
    }

    static func backend(_ wire: Backend.WireName, _ provider: String = "") throws -> Backend {
        var backend = try Fixture.backend("one")
        backend.wire = wire
        backend.provider = provider
        backend.model = wire == .geminiGenerate ? "gemini-3-pro" : "m-1"
        backend.key = Secret("sk-7")
        return backend
    }

    static func blind(_ draft: PromptDraft) throws -> BlindPrompt {
        let id = try #require(PersonaID("keeper"))
        let card = PersonaCard(id: id, identity: Identity(terms: [(.name, TestPrompts.term)]), voice: .plain)
        return try PromptGuard(persona: card, index: TestPrompts.index).blind(draft)
    }

    /// The body that a backend would get.
    static func body(
        _ draft: PromptDraft,
        _ wire: Backend.WireName,
        _ provider: String = "",
        _ options: CallOptions = CallOptions(kind: .general, isStreamed: false)
    ) throws -> String {
        let request = wire.format.encode(try blind(draft), for: try backend(wire, provider), options: options)
        return String(decoding: request.body, as: UTF8.self)
    }
}
