internal import Routing

#if canImport(Glibc)
    internal import Glibc
#endif

/// What a pipe answers, in the form of the specification. Pure.
struct PipeReply: Sendable {
    /// The HTTP status.
    var status = 200
    var body: [UInt8]

    /// `POST /execute`, done.
    /// - Parameter time: how long the model took.
    static func answer(_ text: String, model: String, time: Duration, costCents: Double) -> PipeReply {
        reply(reserving: text.utf8.count + 256) { json in
            json.key("status")
            json.constant("success")
            json.key("result")
            json.string(text)
            json.key("model_used")
            json.string(model)
            json.key("execution_time")
            json.number(((time / .seconds(1)) * 1_000).rounded() / 1_000)
            json.key("cost_cents")
            json.number(costCents)
        }
    }

    /// `GET /models`.
    static func models(_ names: [String]) -> PipeReply {
        reply { json in
            json.key("models")
            json.array(names) { $0.string($1) }
        }
    }

    /// `GET /health`; with an error it is the one that `POST /execute` would bring.
    static func health(_ models: [String], error: PipeError?, at now: time_t) -> PipeReply {
        var reply = reply { json in
            json.key("status")
            json.constant(error == nil ? "healthy" : "unhealthy")
            json.key("models")
            json.array(models) { $0.string($1) }
            json.key("timestamp")
            json.string(Self.timestamp(now))
            if let error { write(error, &json) }
        }
        if error != nil { reply.status = 503 }
        return reply
    }

    static func error(_ error: PipeError) -> PipeReply {
        var reply = reply { json in
            json.key("status")
            json.constant("error")
            write(error, &json)
        }
        reply.status = error.status
        return reply
    }

    private static func write(_ error: PipeError, _ json: inout JSONWriter) {
        json.key("error")
        json.string(error.message)
        json.key("code")
        json.constant(error.code)
    }

    private static func reply(reserving size: Int = 256, _ fields: (inout JSONWriter) -> Void) -> PipeReply {
        var json = JSONWriter(reserving: size)
        json.object(fields)
        return PipeReply(body: json.bytes)
    }

    /// RFC 3339, in UTC.
    static func timestamp(_ now: time_t) -> String {
        var now = now
        var date = tm()
        gmtime_r(&now, &date)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(date.tm_year + 1900)-\(two(date.tm_mon + 1))-\(two(date.tm_mday))"
        return day + "T\(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec))Z"
    }
}
