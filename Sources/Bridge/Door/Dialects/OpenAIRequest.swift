internal import Persona
internal import Routing

/// Reads the body of `POST /v1/chat/completions` (https://platform.openai.com/docs/api-reference/chat/create).
///
/// `docs/http-dialects.md` has the table of all fields: what is read, what is left aside, what is refused.
enum OpenAIRequest {
    static func read(_ body: [UInt8], _ models: ModelNames) throws(DoorError) -> DoorRequest {
        try DoorRequest.read(body, models) { fields throws(FieldFault) in
            try refuse(fields)
            return try request(fields)
        }
    }

    private static func request(_ fields: BodyFields) throws(FieldFault) -> DoorRequest {
        let model = try fields.text("model", count: 1...256)
        let tools = try fields.array("tools", atMost: DraftReader.maxTools, tool) ?? []
        let form = try form(fields)
        try form.check(tools)
        var reader = DraftReader()
        guard let messages = fields["messages"] else { throw FieldFault("messages", "is missing") }
        guard case .array(let messages) = messages else { throw FieldFault("messages", "must be an array") }
        _ = try BodyFields.elements(messages, "messages", atMost: DraftReader.maxMessages) {
            value throws(FieldFault) in
            try OpenAIMessage.read(BodyFields(value), into: &reader)
        }
        var params = ThoughtParams(try reader.draft(form, tools: tools, stop: try fields.stops("stop")))
        let most = 1...1_048_576
        let limit = try fields.integer("max_completion_tokens", in: most)
        params.maxTokens = try fields.integer("max_tokens", in: most)
        params.maxTokens = limit ?? params.maxTokens
        params.temperature = try fields.decimal("temperature", in: 0...2)
        let isStreamed = try fields.boolean("stream") ?? false
        params.isStreamed = isStreamed
        let options = try fields.object("stream_options")
        let tellsUsage: Bool?
        do throws(FieldFault) { tellsUsage = try options?.boolean("include_usage") } catch {
            throw error.inside("stream_options")
        }
        return DoorRequest(
            params: params,
            model: model,
            isStreamed: isStreamed,
            tellsUsage: tellsUsage ?? false,
            wantsJSON: form.isJSON
        )
    }

    // MARK: What is not done

    /// Refuses what would be misunderstood if it were left aside: the client would take the answer for another thing.
    private static func refuse(_ fields: BodyFields) throws(FieldFault) {
        if let number = fields["n"], number != .integer(1) {
            throw .unsupported("n", "must be 1: each request has one answer")
        }
        if let logprobs = fields["logprobs"], logprobs != .boolean(false) {
            throw .unsupported("logprobs", "is not supported: not every backend tells them")
        }
        if let top = fields["top_logprobs"], top != .integer(0) {
            throw .unsupported("top_logprobs", "is not supported: not every backend tells them")
        }
        if fields["audio"] != nil { throw .unsupported("audio", "is not supported: answers are text") }
        if let modalities = fields["modalities"], modalities != .array([.string("text")]) {
            throw .unsupported("modalities", "must be [\"text\"]: answers are text")
        }
        if let bias = fields["logit_bias"], bias != .object([]) {
            throw .unsupported("logit_bias", "is not supported: tokens differ from backend to backend")
        }
        for name in ["functions", "function_call"] where fields[name] != nil {
            throw .unsupported(name, "is not supported any more: use tools and tool_choice")
        }
        if fields["web_search_options"] != nil {
            throw .unsupported("web_search_options", "is not supported: backends search nothing")
        }
        if fields["moderation"] != nil {
            throw .unsupported("moderation", "is not supported: answers are judged, not scored")
        }
    }

    // MARK: Tools and the answer's form

    private static func tool(_ value: JSONValue) throws(FieldFault) -> ToolDefinition {
        let fields = try BodyFields(value)
        guard try fields.text("type") == "function" else {
            throw .unsupported("type", "must be function: no other tools are offered to backends")
        }
        return try fields.within("function") { function throws(FieldFault) in
            var tool = ToolDefinition(
                name: try function.toolName("name", atMost: 64),
                summary: try function.string("description")
            )
            if let parameters = try function.json("parameters") { tool.parameters = parameters }
            return tool
        }
    }

    private static func form(_ fields: BodyFields) throws(FieldFault) -> AnswerForm {
        var form = AnswerForm()
        form.calls = try calls(fields)
        guard fields["response_format"] != nil else { return form }
        return try fields.within("response_format") { format throws(FieldFault) in
            switch try format.text("type") {
            case "text": return form
            case "json_object":
                form.isJSON = true
                return form
            case "json_schema":
                return try format.within("json_schema") { inner throws(FieldFault) in
                    let schema = try inner.part("schema")
                    form.want(schema, text: try inner.json("schema") ?? "{}")
                    return form
                }
            default: throw .unsupported("type", "must be text, json_object or json_schema")
            }
        }
    }

    private static func calls(_ fields: BodyFields) throws(FieldFault) -> AnswerForm.Calls {
        switch fields["tool_choice"] {
        case nil, .string("auto"): return .asItLikes
        case .string("none"): return .never
        case .string("required"): return .any
        case .object:
            return try fields.within("tool_choice") { choice throws(FieldFault) in
                guard try choice.text("type") == "function" else {
                    throw .unsupported("type", "must be function")
                }
                return try choice.within("function") { function throws(FieldFault) in
                    .one(try function.toolName("name", atMost: 64))
                }
            }
        default: throw FieldFault("tool_choice", "must be none, auto, required or a function's name")
        }
    }
}

/// Reads one message of OpenAI's.
enum OpenAIMessage {
    private enum Role: String, CaseIterable {
        case system, developer, user, assistant, tool
    }

    static func read(_ fields: BodyFields, into reader: inout DraftReader) throws(FieldFault) {
        if fields["role"] == .string("function") {
            throw .unsupported("role", "must not be function any more: use tool")
        }
        guard let role: Role = try fields.choice("role") else { throw FieldFault("role", "is missing") }
        switch role {
        case .system, .developer: reader.instruct(try texts(fields))
        case .user: reader.add(Turn(.user, try content(fields, into: &reader)))
        case .tool:
            reader.add(Turn(.tool, try texts(fields), answeredCall: try fields.callID("tool_call_id")))
        case .assistant:
            let calls = try fields.array("tool_calls", atMost: DraftReader.maxCalls, call) ?? []
            if fields["function_call"] != nil {
                throw .unsupported("function_call", "is not supported any more: use tool_calls")
            }
            let text = fields["content"] == nil ? try fields.string("refusal") ?? "" : try texts(fields)
            reader.add(Turn(.assistant, text, calls: calls))
        }
    }

    /// Content that is nothing but text.
    private static func texts(_ fields: BodyFields) throws(FieldFault) -> String {
        try parts(fields) { part throws(FieldFault) in
            switch try part.text("type") {
            case "text": try part.text("text")
            case "refusal": try part.text("refusal")
            default: throw FieldFault("type", "must be text in a message of this role")
            }
        }
    }

    /// A user's content, with pictures and files.
    private static func content(_ fields: BodyFields, into reader: inout DraftReader) throws(FieldFault) -> String {
        var attached: [Attachment] = []
        let text = try parts(fields) { part throws(FieldFault) in
            let type = try part.text("type")
            if type == "text" { return try part.text("text") }
            attached.append(try attachment(part, type))
            return ""
        }
        for attachment in attached { try reader.attach(attachment, "content") }
        return text
    }

    private static func attachment(_ part: BodyFields, _ type: String) throws(FieldFault) -> Attachment {
        switch type {
        case "image_url":
            return try part.within(type) { image throws(FieldFault) in try image.dataURL("url", of: "image") }
        case "input_audio":
            return try part.within(type) { audio throws(FieldFault) in
                let format = try audio.text("format")
                guard let type = ["wav": "audio/wav", "mp3": "audio/mpeg"][format] else {
                    throw FieldFault("format", "must be wav or mp3")
                }
                return try audio.attachment(type, try audio.base64("data"), "data")
            }
        case "file":
            return try part.within(type) { file throws(FieldFault) in
                guard file["file_data"] != nil else {
                    throw .unsupported("file_data", "is missing: a file comes with its bytes, not by an id")
                }
                return try file.dataURL("file_data")
            }
        default: throw .unsupported("type", "must be text, image_url, input_audio or file")
        }
    }

    /// A text, or a list of parts that come to texts.
    private static func parts(
        _ fields: BodyFields,
        _ read: (BodyFields) throws(FieldFault) -> String
    ) throws(FieldFault) -> String {
        switch fields["content"] {
        case .string(let text): return text
        case .array(let values):
            let texts = try BodyFields.elements(values, "content", atMost: DraftReader.maxParts) {
                value throws(FieldFault) in
                try read(try BodyFields(value))
            }
            return DraftReader.joined(texts.filter { !$0.isEmpty })
        case nil: throw FieldFault("content", "is missing")
        default: throw FieldFault("content", "must be a text or an array of parts")
        }
    }

    private static func call(_ value: JSONValue) throws(FieldFault) -> ToolCall {
        let fields = try BodyFields(value)
        let type = try fields.string("type") ?? "function"
        guard type == "function" else { throw .unsupported("type", "must be function") }
        let id = try fields.callID("id")
        return try fields.within("function") { function throws(FieldFault) in
            ToolCall(
                id: id,
                name: try function.toolName("name", atMost: 128),
                arguments: try function.string("arguments") ?? "{}"
            )
        }
    }
}
