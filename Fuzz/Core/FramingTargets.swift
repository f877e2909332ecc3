#if DEBUG
    @testable internal import Routing

    extension FuzzTarget {
        /// `text/event-stream`: torn anywhere it is the same events, a CR LF is one end, and none is over the limit.
        public static let events = FuzzTarget("events") { bytes in
            func read(_ pieces: [ArraySlice<UInt8>]) -> [ServerSentEvents.Event]? {
                var reader = ServerSentEvents(limit: 1_000)
                var events: [ServerSentEvents.Event] = []
                for piece in pieces {
                    guard let more = try? reader.feed(Array(piece)) else { return nil }
                    events += more
                }
                if let last = reader.finish() { events.append(last) }
                return events
            }
            let whole = read([bytes[...]])
            for pieces in Tears.all(bytes, seed: bytes.seed) {
                try promise(read(pieces) == whole, "torn events are others")
            }
            for event in whole ?? [] {
                try promise(event.data.count <= 1_000, "an event over the limit")
                try promise(!event.data.contains(0x0D) && !event.name.contains(0x0A), "an end of line in an event")
            }
        }

        /// JSON on lines: torn anywhere it is the same lines.
        public static let lines = FuzzTarget("lines") { bytes in
            func read(_ pieces: [ArraySlice<UInt8>]) -> [[UInt8]]? {
                var splitter = LineSplitter(limit: 500)
                var lines: [[UInt8]] = []
                for piece in pieces {
                    guard let more = try? splitter.feed(Array(piece)) else { return nil }
                    lines += more
                }
                if let last = splitter.finish() { lines.append(last) }
                return lines
            }
            let whole = read([bytes[...]])
            for pieces in Tears.all(bytes, seed: bytes.seed) {
                try promise(read(pieces) == whole, "torn lines are others")
            }
            for line in whole ?? [] {
                try promise(line.count <= 500 && !line.contains(0x0A), "a line that is none")
                try promise(line.contains { $0 > 0x20 }, "an empty line")
            }
        }
    }
#endif
