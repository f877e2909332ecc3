#if DEBUG
    @testable internal import Bridge
    public import FuzzCore
    internal import NIOCore
    internal import NIOEmbedded
    @testable internal import Routing

    extension FuzzTarget {
        /// What a client writes to the socket: torn anywhere it is the same lines, and each is a request or gets one line
        /// of JSON that says what is wrong, without repeating what it says.
        public static let socket = FuzzTarget("socket") { bytes in
            let whole = try lines([bytes[...]])
            for pieces in Tears.all(bytes, seed: bytes.seed).dropFirst() {
                try promise(try lines(pieces) == whole, "torn lines are others")
            }
            for line in whole {
                let message = ClientMessage.read(ByteBuffer(bytes: line))
                guard case .failure(let error) = message.request else { continue }
                try JSONLine.check(ServerMessage.error(message.id, error))
                if let field = error.details.field {
                    try promise(
                        field.utf8.count <= 160 && field.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F },
                        "an odd field"
                    )
                }
            }
        }

        private static func lines(_ pieces: [ArraySlice<UInt8>]) throws -> [[UInt8]] {
            let channel = EmbeddedChannel(handler: LineBatcher())
            for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
            var lines: [[UInt8]] = []
            while let batch = try channel.readInbound(as: LineBatcher.Batch.self) {
                lines += batch.lines.map { Array($0.readableBytesView) }
            }
            _ = try? channel.finish(acceptAlreadyClosed: true)
            return lines
        }

        /// What other programs of this machine send: a task for a dumb pipe, the bodies of the sidecar's API, what model
        /// servers say of themselves, and a job as it is kept.
        public static let neighbours = FuzzTarget("neighbours") { bytes in
            if let task = try? PipeRequest(bytes) {
                try promise(!task.prompt.isEmpty && (task.maxTokens ?? 1) > 0, "a task that asks for nothing")
            }
            if let fields = RequestFields(bytes) {
                try? fields.allow(["profile", "if_busy", "wait", "patience_s"])
                _ = try? fields.string("profile")
                _ = try? fields.boolean("wait")
                if let seconds = try? fields.integer("patience_s", in: 1...86_400) {
                    try promise((1...86_400).contains(seconds), "a number out of its range")
                }
            }
            if let count = Slots.processing(bytes) { try promise(count >= 0, "fewer than none") }
            _ = ServedModels.ollama(bytes, "a")
            _ = ServedModels.router(bytes, "a")
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? StoredTask(json: text).params { _ in nil }
            _ = try? DecisionWishes(json: text)
        }
    }

    /// One line of JSON.
    enum JSONLine {
        static func check(_ line: [UInt8]) throws {
            try promise(!line.dropLast().contains(0x0A), "more than one line")
            let value = try? line.withUnsafeBytes { try JSONParser.parse($0) }
            try promise(value != nil, "an answer that is no JSON")
        }
    }
#endif
