import Persona
import Testing

@testable import Routing

@Suite("What comes with a task is sent in the form that each vendor takes, or it is said that it was left out")
struct AttachmentEncodeTests {
    private static let data = "iVBORw=="

    private func body(_ types: [String], _ wire: Backend.WireName, _ provider: String = "") throws -> String {
        let attachments = types.map { Attachment(mediaType: $0, bytes: WireCases.png) }
        return try WireCases.body(PromptDraft(task: "What is it?", attachments: attachments), wire, provider)
    }

    @Test(
        "an image, an audio, a document, a video",
        arguments: [
            (
                .openAIChat, "image/png",
                #"[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}},{"type":"text","#
                    + #""text":"What is it?"}]"#
            ),
            (.openAIChat, "audio/wav", #"{"type":"input_audio","input_audio":{"data":"\#(data)","format":"wav"}}"#),
            (.openAIChat, "audio/mpeg", #"{"type":"input_audio","input_audio":{"data":"\#(data)","format":"mp3"}}"#),
            (
                .openAIChat, "application/pdf",
                #"{"type":"file","file":{"filename":"file.pdf","file_data":"data:application/pdf;base64,\#(data)"}}"#
            ),
            (
                .anthropicMessages, "image/jpg",
                #"[{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"\#(data)"}},"#
                    + #"{"type":"text","text":"What is it?"}]"#
            ),
            (
                .anthropicMessages, "Application/PDF; x=y",
                #"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"\#(data)"}}"#
            ),
            (.geminiGenerate, "image/png", #"[{"inlineData":{"mimeType":"image/png","data":"\#(data)"}},{"text":"#),
            (.geminiGenerate, "video/mp4", #"{"inlineData":{"mimeType":"video/mp4","data":"\#(data)"}}"#),
            (.ollamaChat, "image/png", #""content":"What is it?","images":["\#(data)"]}"#),
        ] as [(Backend.WireName, String, String)]
    )
    func forms(_ wire: Backend.WireName, _ type: String, _ expected: String) throws {
        let body = try body([type], wire)
        #expect(body.contains(expected), "\(body)")
        #expect(wire.takes(mediaType: type))
        #expect(wire.takes(mediaType: String(type.lowercased().prefix { $0 != "/" })))
    }

    @Test(
        "what a format cannot carry is named in words, and `takes` says so before",
        arguments: [
            (.openAIChat, "video/mp4"), (.openAIChat, "application/zip"), (.anthropicMessages, "audio/wav"),
            (.openAIChat, "audio/ogg"), (.anthropicMessages, "image/svg+xml"),
            (.anthropicMessages, "video/mp4"), (.ollamaChat, "audio/wav"), (.ollamaChat, "application/pdf"),
            (.dumbPipe, "image/png"),
        ] as [(Backend.WireName, String)]
    )
    func leftOut(_ wire: Backend.WireName, _ type: String) throws {
        let body = try body([type], wire)
        #expect(body.contains(Attachment.leftOut))
        #expect(!body.contains(Self.data))
        #expect(!wire.takes(mediaType: type))
    }

    @Test("a video goes to those of OpenAI's family that take one", arguments: ["openrouter", "vllm", "moonshot"])
    func video(_ provider: String) throws {
        let expected = #"{"type":"video_url","video_url":{"url":"data:video/mp4;base64,\#(Self.data)"}}"#
        #expect(try body(["video/mp4"], .openAIChat, provider).contains(expected))
    }

    @Test("text is sent as text to all", arguments: Backend.WireName.allCases)
    func text(_ wire: Backend.WireName) throws {
        let notes = Attachment(mediaType: "text/markdown; charset=utf-8", bytes: Array("# Notes".utf8))
        let body = try WireCases.body(PromptDraft(task: "Sum up.", attachments: [notes]), wire)
        #expect(body.contains("# Notes"))
        #expect(wire.takes(mediaType: "application/json"))
    }

    @Test("a kind without bytes is for choosing a backend, and is not sent", arguments: Backend.WireName.allCases)
    func empty(_ wire: Backend.WireName) throws {
        let empty = Attachment(mediaType: "image/png")
        let with = try WireCases.body(PromptDraft(task: "x", attachments: [empty]), wire)
        #expect(try with == WireCases.body(PromptDraft(task: "x"), wire))
    }
}
