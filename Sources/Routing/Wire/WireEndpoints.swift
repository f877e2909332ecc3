internal import Persona

/// What is known of an API before any backend is configured.
extension Backend.WireName {
    /// The path of the page by which a backend is probed: it costs nothing, and tells whether the backend lives and,
    /// where there is one, takes the key. It stands behind the base URL; `/health` behind the base URL without `/v1`.
    /// - Parameter provider: ``Backend/provider``; matters for `openai-chat` alone.
    public func defaultHealthPath(provider: String) -> String {
        switch self {
        case .openAIChat: ChatDialect.of(provider).healthPath
        case .anthropicMessages, .geminiGenerate: "/models"
        case .ollamaChat: "/api/version"
        case .dumbPipe: "/health"
        }
    }

    /// The absolute URL of that page.
    /// - Parameter base: ``Backend/url``.
    public func defaultHealthURL(base: String, provider: String) -> String {
        let path = defaultHealthPath(provider: provider)
        guard path == "/health", base.hasSuffix("/v1") else { return base + path }
        return base.dropLast(3) + path
    }

    /// The base URL of a vendor that has one; nil for a server of one's own.
    public func defaultURL(provider: String) -> String? {
        switch self {
        case .openAIChat: ChatDialect.of(provider).url
        case .anthropicMessages: "https://api.anthropic.com/v1"
        case .geminiGenerate: "https://generativelanguage.googleapis.com/v1beta"
        case .ollamaChat: "http://127.0.0.1:11434"
        case .dumbPipe: nil
        }
    }

    /// Whether definitions and calls of tools can be written in it; where not, tools are left out of a request.
    public var takesTools: Bool { self != .dumbPipe }

    /// Whether material of that media type can be written in it. Where not, a request says in words that something was
    /// left out: the model must not be asked to look at what it was not given.
    /// - Parameter mediaType: such as `image/png`; of a main type alone, such as `image`, it is asked about its most
    ///   common form.
    public func takes(mediaType: String) -> Bool {
        let attachment = Attachment(mediaType: Self.commonForms[mediaType] ?? mediaType)
        return switch (self, attachment.material) {
        case (_, .text), (.openAIChat, .image), (.openAIChat, .document): true
        case (.openAIChat, .audio): attachment.audioFormat != nil
        case (.openAIChat, .video), (.openAIChat, .other): false
        case (.anthropicMessages, .image): attachment.isCommonImage
        case (.anthropicMessages, .document): true
        case (.anthropicMessages, _): false
        case (.geminiGenerate, _): true
        case (.ollamaChat, .image): true
        case (.ollamaChat, _): false
        case (.dumbPipe, _): false
        }
    }

    private static let commonForms = [
        "image": "image/png", "audio": "audio/wav", "video": "video/mp4", "application": "application/pdf",
        "text": "text/plain",
    ]
}
