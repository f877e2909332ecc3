#if DEBUG
    internal import FoundationEssentials
    @testable internal import Persona
    @testable internal import Routing

    extension FuzzTarget {
        /// What a backend of each format answers, whole and streamed.
        public static let replies: [FuzzTarget] = Backend.WireName.allCases.map { wire in
            FuzzTarget("wire-\(wire.rawValue)") { try ReplyPromises(wire).check($0) }
        }

        /// A vector, the answers of model servers on this machine, and a list of models.
        public static let modelServers = FuzzTarget("model-server") { bytes in
            if let reply = try? EmbeddingWire.decode(HTTPReply(status: 200, body: bytes)) {
                try promise(EmbeddingWire.dimensions.contains(reply.vector.count), "a vector of another length")
                try promise(reply.vector.allSatisfy(\.isFinite), "a vector that is none")
                try promise((reply.tokens ?? 0) >= 0, "negative counts")
            }
            for kind in PipeServer.Kind.allCases {
                _ = try? PipeServer(kind: kind, url: LoopbackURL(port: 1)).answer(in: bytes)
            }
            if let names = try? ModelList.names(in: bytes) {
                try promise(names.allSatisfy(\.isPlainWord), "a name that could be none")
                try promise(Set(names).count == names.count, "a name twice")
            }
        }

        /// The headers of an answer, and when it may be asked again.
        public static let headers = FuzzTarget("headers", longest: 1_024) { bytes in
            let headers = HTTPHeaders(block: bytes)
            for name in ["retry-after", "retry-after-ms", "content-type", "x-should-retry"] {
                if let value = headers[name] {
                    try promise(!value.utf8.contains(0x0A), "a value on more than one line")
                }
            }
            let waits = [
                RetryAfter.parse(headers, now: .init(timeIntervalSince1970: 1_700_000_000)),
                RetryAfter.parse(protobuf: String(decoding: bytes, as: UTF8.self)),
            ]
            for wait in waits.compactMap({ $0 }) {
                try promise(wait >= .zero && wait <= RetryAfter.longest, "a wait of \(wait)")
            }
        }
    }

    /// What every format promises of a reply.
    private struct ReplyPromises {
        private let format: any WireFormat
        private let backend: Backend

        init(_ wire: Backend.WireName) throws {
            guard let id = BackendID("any") else { throw Broken("no name") }
            format = wire.format
            backend = Backend(id: id, url: "http://any.test/v1", model: "any-1", roles: [.local], isLocal: false)
        }

        func check(_ body: [UInt8]) throws {
            let whole = stream([body[...]])
            try check(whole)
            for pieces in Tears.all(body, seed: body.seed) {
                let torn = stream(pieces)
                switch (whole.end, torn.end) {
                case (.success(let one), .success(let other)):
                    try promise(one == other, "torn it is another answer")
                    try promise(whole.text == torn.text, "torn it is another text")
                case (.failure(let one), .failure(let other)):
                    try promise(one == other, "torn it is \(other), whole \(one)")
                default: try promise(false, "torn it is \(torn.end), whole \(whole.end)")
                }
            }
            do {
                try check(try format.decode(HTTPReply(status: 200, body: body), from: backend))
            } catch let error as WireError { try check(error) }
            for status in [400, 401, 429, 500, 503] {
                try check(format.failure(HTTPReply(status: status, body: body)))
            }
            if let names = try? format.decodeModels(HTTPReply(status: 200, body: body)) {
                try promise(names.allSatisfy(\.isPlainWord), "a model's name that could be none")
            }
        }

        private struct Streamed {
            var text = ""
            var end: Result<Completion, WireError>
        }

        private func stream(_ pieces: [ArraySlice<UInt8>]) -> Streamed {
            var decoder = format.makeStreamDecoder(for: backend)
            var text = ""
            do throws(WireError) {
                for piece in pieces { text += try decoder.feed(Array(piece)).text }
                let (rest, completion) = try decoder.finish()
                return Streamed(text: text + rest, end: .success(completion))
            } catch { return Streamed(text: text, end: .failure(error)) }
        }

        private func check(_ streamed: Streamed) throws {
            switch streamed.end {
            case .success(let completion):
                try promise(streamed.text == completion.text, "what was streamed is not the answer")
                try check(completion)
            case .failure(let error): try check(error)
            }
        }

        private func check(_ completion: Completion) throws {
            try promise(completion.text.utf8.count <= Completion.maxText, "a text over the limit")
            try promise(!completion.text.isEmpty || !completion.calls.isEmpty, "an answer without anything")
            try promise(completion.model?.isPlainWord != false, "a model's name that could be none")
            for call in completion.calls {
                try promise(call.id.isPlainWord && call.name.isPlainWord, "a call's name that could be none")
                try promise(JSONValue.object(call.arguments) != nil, "arguments that are no object")
            }
            try check(completion.usage)
            try promise((completion.reportedCost?.value ?? 0) >= 0, "a negative cost")
        }

        private func check(_ error: WireError) throws {
            if let wait = error.retryAfter {
                try promise(wait >= .zero && wait <= RetryAfter.longest, "a wait of \(wait)")
            }
            try check(error.usage)
        }

        private func check(_ usage: Usage) throws {
            let counts = [
                usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite, usage.inputCacheWriteHour,
                usage.outputVisible, usage.outputReasoning,
            ]
            try promise(counts.allSatisfy { ($0 ?? 0) >= 0 }, "a negative count")
            // Whoever adds them up must not overflow.
            try promise(counts.allSatisfy { ($0 ?? 0) < 1 << 50 }, "a count that nobody counts to")
        }
    }
#endif
