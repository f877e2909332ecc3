#if DEBUG
    @testable internal import Bridge
    public import FuzzCore
    internal import Persona
    @testable internal import Routing

    extension FuzzTarget {
        /// A body for `/v1/chat/completions`.
        public static let doorOpenAI = FuzzTarget("door-openai") { try DoorPromises<OpenAIDialect>.check($0) }
        /// A body for `/v1/messages`.
        public static let doorAnthropic = FuzzTarget("door-anthropic") { try DoorPromises<AnthropicDialect>.check($0) }

        /// An answer that is JSON in a fence: torn anywhere the same is shown, and nothing is made up.
        public static let fence = FuzzTarget("fence", longest: 512) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            func shown(_ pieces: [String]) -> [UInt8] {
                var fence = Fence()
                let out = pieces.reduce(into: "") { $0 += fence.feed($1) } + fence.finish()
                return Array(out.utf8)
            }
            let whole = shown([text])
            for pieces in Tears.all(Array(text.unicodeScalars), seed: bytes.seed) {
                let torn = shown(pieces.map { String(String.UnicodeScalarView($0)) })
                try promise(torn == whole, "torn, something else is shown")
            }
            try promise(whole.count <= text.utf8.count, "more is shown than was said")
        }
    }

    private enum DoorPromises<Dialect: DoorDialect> {
        static func check(_ body: [UInt8]) throws {
            do {
                let request = try Dialect.read(body, names())
                try check(request, body)
            } catch let error as DoorError {
                let told = Dialect.body(of: error)
                try JSONLine.check(told)
                try promise(told.count <= 2_000, "an error that repeats a whole body")
            }
        }

        /// What is streamed for it is whole events, each of one line of JSON.
        private static func check(_ request: DoorRequest, _ body: [UInt8]) throws {
            let stop = request.params.draft.stop
            try promise(stop.allSatisfy { !$0.isEmpty }, "an end that is everywhere")
            var dialect = Dialect(id: "one", created: 1, request: request)
            var bytes = dialect.begin()
            for piece in Tears.some(body, seed: body.seed, upTo: 40).prefix(4) {
                bytes += dialect.delta(String(decoding: piece, as: UTF8.self))
            }
            bytes += dialect.fail(DoorError(.busy))
            var reader = ServerSentEvents(limit: 1 << 20)
            for event in try reader.feed(bytes) { try JSONLine.check(event.data) }
            try promise(reader.finish() == nil, "an event that is not whole")
        }

        private static func names() -> ModelNames {
            let names = ["local", "claude"]
            let backends = names.compactMap { BackendID($0) }.map {
                Backend(id: $0, url: "http://any.test/v1", model: "m-\($0.rawValue)", roles: [.local], isLocal: false)
            }
            return ModelNames(BackendRegistry(backends))
        }
    }
#endif
