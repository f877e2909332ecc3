internal import Persona
internal import Routing

/// Reads the body of `POST /v1/messages` (https://docs.claude.com/en/api/messages).
///
/// `docs/http-dialects.md` has the table of all fields: what is read, what is left aside, what is refused.
enum AnthropicRequest {
    static func read(_ body: [UInt8], _ models: ModelNames) throws(DoorError) -> DoorRequest {
        try DoorRequest.read(body, models) { fields throws(FieldFault) in
            try refuse(fields)
            return try request(fields)
        }
    }

    private static func request(_ fields: BodyFields) throws(FieldFault) -> DoorRequest {
        let model = try fields.text("model", count: 1...256)
        guard let limit = try fields.integer("max_tokens", in: 1...1_048_576) else {
            throw FieldFault("max_tokens", "is missing")
        }
        let tools = try fields.array("tools", atMost: DraftReader.maxTools, tool) ?? []
        let form = try form(fields)
        try form.check(tools)
        var reader = DraftReader()
        if fields["system"] != nil {
            reader.instruct(try AnthropicMessage.texts(fields, "system"))
        }
        guard let messages = fields["messages"] else { throw FieldFault("messages", "is missing") }
        guard case .array(let messages) = messages else { throw FieldFault("messages", "must be an array") }
        _ = try BodyFields.elements(messages, "messages", atMost: DraftReader.maxMessages) {
            value throws(FieldFault) in
            try AnthropicMessage.read(BodyFields(value), into: &reader)
        }
        var params = ThoughtParams(try reader.draft(form, tools: tools, stop: try fields.stops("stop_sequences")))
        params.maxTokens = limit
        params.temperature = try fields.decimal("temperature", in: 0...1)
        let isStreamed = try fields.boolean("stream") ?? false
        params.isStreamed = isStreamed
        return DoorRequest(
            params: params,
            model: model,
            isStreamed: isStreamed,
            tellsUsage: true,
            wantsJSON: form.isJSON
        )
    }

    /// Refuses what would be misunderstood if it were left aside.
    private static func refuse(_ fields: BodyFields) throws(FieldFault) {
        if let servers = fields["mcp_servers"], servers != .array([]) {
            throw .unsupported("mcp_servers", "is not supported: backends call no servers")
        }
        if fields["container"] != nil {
            throw .unsupported("container", "is not supported: backends run no code")
        }
    }

    private static func tool(_ value: JSONValue) throws(FieldFault) -> ToolDefinition {
        let fields = try BodyFields(value)
        guard try fields.string("type") ?? "custom" == "custom" else {
            throw .unsupported("type", "must be custom: tools that run at a provider are not offered to backends")
        }
        var tool = ToolDefinition(
            name: try fields.toolName("name", atMost: 128),
            summary: try fields.string("description")
        )
        guard let schema = try fields.json("input_schema") else { throw FieldFault("input_schema", "is missing") }
        tool.parameters = schema
        return tool
    }

    /// - Note: `output_format` was the field's name in the beta.
    private static func form(_ fields: BodyFields) throws(FieldFault) -> AnswerForm {
        var form = AnswerForm()
        if fields["tool_choice"] != nil { form.calls = try fields.within("tool_choice", calls) }
        func read(_ format: BodyFields) throws(FieldFault) {
            guard try format.text("type") == "json_schema" else {
                throw .unsupported("type", "must be json_schema")
            }
            form.want(try format.part("schema"), text: try format.json("schema") ?? "{}")
        }
        if fields["output_format"] != nil { try fields.within("output_format", read) }
        if fields["output_config"] != nil {
            try fields.within("output_config") { config throws(FieldFault) in
                if config["format"] != nil { try config.within("format", read) }
            }
        }
        return form
    }

    private static func calls(_ choice: BodyFields) throws(FieldFault) -> AnswerForm.Calls {
        switch try choice.text("type") {
        case "auto": .asItLikes
        case "none": .never
        case "any": .any
        case "tool": .one(try choice.toolName("name", atMost: 128))
        default: throw FieldFault("type", "must be auto, any, tool or none")
        }
    }
}

/// Reads one message of Anthropic's.
enum AnthropicMessage {
    private enum Role: String, CaseIterable {
        case user, assistant
    }

    static func read(_ fields: BodyFields, into reader: inout DraftReader) throws(FieldFault) {
        guard let role: Role = try fields.choice("role") else { throw FieldFault("role", "is missing") }
        switch role {
        case .user: try readUser(fields, into: &reader)
        case .assistant: reader.add(try assistant(fields))
        }
    }

    /// A text, or a list of blocks that come to texts.
    static func blocks(
        _ fields: BodyFields,
        _ name: String,
        _ read: (BodyFields) throws(FieldFault) -> String
    ) throws(FieldFault) -> String {
        switch fields[name] {
        case .string(let text): return text
        case .array(let values):
            let texts = try BodyFields.elements(values, name, atMost: DraftReader.maxParts) {
                value throws(FieldFault) in
                try read(try BodyFields(value))
            }
            return DraftReader.joined(texts.filter { !$0.isEmpty })
        case nil: throw FieldFault(name, "is missing")
        default: throw FieldFault(name, "must be a text or an array of blocks")
        }
    }

    /// What is nothing but text.
    static func texts(_ fields: BodyFields, _ name: String) throws(FieldFault) -> String {
        try blocks(fields, name) { block throws(FieldFault) in
            guard try block.text("type") == "text" else { throw FieldFault("type", "must be text") }
            return try block.text("text")
        }
    }

    /// Results of tools are turns of their own, before what else the user says: they belong to the calls just made.
    private static func readUser(_ fields: BodyFields, into reader: inout DraftReader) throws(FieldFault) {
        var results: [Turn] = []
        var attached: [Attachment] = []
        let text = try blocks(fields, "content") { block throws(FieldFault) in
            switch try block.text("type") {
            case "tool_result":
                results.append(try result(block, &attached))
                return ""
            default: return try said(block, &attached)
            }
        }
        results.forEach { reader.add($0) }
        for attachment in attached { try reader.attach(attachment, "content") }
        if !text.isEmpty || !attached.isEmpty || results.isEmpty { reader.add(Turn(.user, text)) }
    }

    private static func result(_ block: BodyFields, _ attached: inout [Attachment]) throws(FieldFault) -> Turn {
        var more: [Attachment] = []
        var text = ""
        if block["content"] != nil {
            text = try blocks(block, "content") { block throws(FieldFault) in try said(block, &more) }
        }
        attached += more
        // The flag has no place in a turn; what failed mostly says so itself.
        if try block.boolean("is_error") == true, text.isEmpty { text = "The tool failed." }
        return Turn(.tool, text, answeredCall: try block.callID("tool_use_id"))
    }

    /// What a user's block says, with what comes with it.
    private static func said(_ block: BodyFields, _ attached: inout [Attachment]) throws(FieldFault) -> String {
        switch try block.text("type") {
        case "text": return try block.text("text")
        case "image":
            attached.append(try block.within("source") { source throws(FieldFault) in try bytes(source, of: "image") })
            return ""
        case "document":
            let title = try block.string("title")
            let text = try block.within("source") { source throws(FieldFault) in
                switch try source.text("type") {
                case "text": return try source.text("data")
                case "content":
                    return try blocks(source, "content") { block throws(FieldFault) in try said(block, &attached) }
                default:
                    attached.append(try bytes(source))
                    return ""
                }
            }
            return text.isEmpty ? "" : DraftReader.joined([title ?? "", text].filter { !$0.isEmpty })
        case "search_result":
            let title = try block.text("title")
            let source = try block.text("source")
            let text = try texts(block, "content")
            return DraftReader.joined([title, source, text])
        default:
            throw .unsupported("type", "must be text, image, document, search_result or tool_result")
        }
    }

    private static func bytes(_ source: BodyFields, of main: String? = nil) throws(FieldFault) -> Attachment {
        guard try source.text("type") == "base64" else {
            throw .unsupported("type", "must be base64: addresses are not fetched, and files come with their bytes")
        }
        return try source.attachment(
            try source.text("media_type"),
            try source.base64("data"),
            "media_type",
            of: main
        )
    }

    /// Hidden reasoning of before is left out: it is signed for the model that had it, and means nothing to another.
    private static func assistant(_ fields: BodyFields) throws(FieldFault) -> Turn {
        var calls: [ToolCall] = []
        let text = try blocks(fields, "content") { block throws(FieldFault) in
            switch try block.text("type") {
            case "text": return try block.text("text")
            case "thinking", "redacted_thinking": return ""
            case "tool_use":
                guard calls.count < DraftReader.maxCalls else { throw FieldFault("", "is one call too many") }
                calls.append(
                    ToolCall(
                        id: try block.callID("id"),
                        name: try block.toolName("name", atMost: 128),
                        arguments: try block.json("input") ?? "{}"
                    )
                )
                return ""
            default:
                throw .unsupported("type", "must be text, thinking or tool_use")
            }
        }
        return Turn(.assistant, text, calls: calls)
    }
}
