internal import CCurl
internal import Persona

#if canImport(Glibc)
    internal import Glibc
#endif

/// One transfer: its easy handle, what has come so far, and whom to tell.
///
/// `@unchecked Sendable`: it is made by the caller, handed over through the inbox's lock, and from then on touched by
/// the loop's thread alone (curl's callbacks run inside `curl_multi_perform`, on that same thread).
final class CurlTransfer: @unchecked Sendable {
    /// Who waits for what.
    enum Receiver {
        case whole(CheckedContinuation<Result<HTTPReply, TransportError>, Never>)
        /// Next: `body`.
        case head(CheckedContinuation<Result<HTTPStream, TransportError>, Never>, HTTPBody, HTTPStream.Pace)
        case body(HTTPBody, HTTPStream.Pace)
    }

    let id: UInt64
    private let request: SealedRequest
    private let limits: TransferLimits
    private var receiver: Receiver?
    /// Whether it is read as it comes. Beside the receiver, which would be copied with every piece to be asked.
    private let isStream: Bool
    private var hasHead = false
    private(set) var handle: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var headers: [UInt8] = []
    private var body: [UInt8] = []
    private var received = 0
    private var isTooLarge = false
    private var unwantedUntil: ContinuousClock.Instant?
    /// A stream's reader that is to hear that the reply has begun.
    private var unheard: (reader: CheckedContinuation<Result<HTTPStream, TransportError>, Never>, head: HTTPStream)?
    /// Whom to tell that something has come of a stream.
    private var arrivals: CurlArrivals?
    private var sockets: CurlSockets?
    /// Whether a connection has been given to carry the request.
    private var hasBegun = false

    /// How many bytes of header lines a response may have.
    private static let maxHeaders = 64 << 10

    init(id: UInt64, request: SealedRequest, limits: TransferLimits, receiver: Receiver) {
        self.id = id
        self.request = request
        self.limits = limits
        self.receiver = receiver
        isStream = if case .whole = receiver { false } else { true }
    }

    /// Why the transfer has to end now: a limit for tokens has run out, or nobody has wanted it for long enough.
    func expired(at now: ContinuousClock.Instant) -> TransportError? {
        if let unwantedUntil, now >= unwantedUntil { return .cancelled }
        return switch receiver {
        case .head(_, _, let pace), .body(_, let pace): pace.expired(at: now).map { .timedOut($0) }
        case .whole, nil: nil
        }
    }

    /// Lets what nobody wants any more come for a little longer; false when it is to end at once.
    func linger(from now: ContinuousClock.Instant) -> Bool {
        guard limits.linger > .zero else { return false }
        unwantedUntil = now + limits.linger
        return true
    }

    // MARK: Setting up

    /// Says once to a fresh easy handle what holds for every request.
    static func prepare(_ handle: UnsafeMutableRawPointer, _ sockets: CurlSockets) {
        sockets.watch(handle)
        // Threads and signals do not mix (libcurl-thread(3)).
        _ = ccurl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        // A name that nobody resolves: without it the loop waits, with everybody's transfers, until the resolver's thread
        // gives up. With it that thread is left to itself, and frees what it has when it ends.
        _ = ccurl_setopt_long(handle, CURLOPT_QUICK_EXIT, 1)
        _ = ccurl_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        // An empty string switches proxies from the environment off; nil would not.
        _ = ccurl_setopt_string(handle, CURLOPT_PROXY, "")
        _ = ccurl_setopt_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
        _ = ccurl_setopt_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
        _ = ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        _ = ccurl_setopt_long(handle, CURLOPT_HTTP09_ALLOWED, 0)
        // Four times as much is set aside by default, for each transfer under way. What comes is small, or comes slowly.
        _ = ccurl_setopt_long(handle, CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
        _ = ccurl_setopt_long(handle, CURLOPT_BUFFERSIZE, 4 << 10)
        _ = ccurl_setopt_function(handle, CURLOPT_WRITEFUNCTION, onBody)
        _ = ccurl_setopt_function(handle, CURLOPT_HEADERFUNCTION, onHeader)
        _ = ccurl_setopt_ready(handle, onReady)
    }

    /// Sets up a prepared easy handle, fresh or used for a request like this one, for the request.
    func configure(_ handle: UnsafeMutableRawPointer, _ arrivals: CurlArrivals, _ sockets: CurlSockets) {
        self.handle = handle
        self.arrivals = arrivals
        self.sockets = sockets
        let me = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_setopt_string(handle, CURLOPT_URL, request.url)
        _ = ccurl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, limits.connect.wholeMilliseconds)
        _ = ccurl_setopt_long(handle, CURLOPT_TIMEOUT_MS, limits.total.wholeMilliseconds)
        _ = ccurl_setopt_off_t(handle, CURLOPT_MAXFILESIZE_LARGE, limits.maxBody)
        _ = ccurl_setopt_pointer(handle, CURLOPT_WRITEDATA, me)
        _ = ccurl_setopt_pointer(handle, CURLOPT_HEADERDATA, me)
        _ = ccurl_setopt_pointer(handle, CURLOPT_PREREQDATA, me)
        setHeaders(on: handle)
        switch request.method {
        case .post:
            _ = ccurl_setopt_long(handle, CURLOPT_POST, 1)
            _ = ccurl_setopt_off_t(handle, CURLOPT_POSTFIELDSIZE_LARGE, request.body.count)
            // Head and body leave in one write.
            request.body.withUnsafeBytes {
                _ = ccurl_setopt_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            }
        case .get:
            // A probe is to show that a connection can be made.
            _ = ccurl_setopt_long(handle, CURLOPT_FRESH_CONNECT, 1)
            _ = ccurl_setopt_long(handle, CURLOPT_FORBID_REUSE, 1)
        }
    }

    /// Whether it sends a body.
    var hasBody: Bool { request.method == .post }

    private func setHeaders(on handle: UnsafeMutableRawPointer) {
        for (name, value) in request.headers { headerList = curl_slist_append(headerList, "\(name): \(value)") }
        // curl would wait a second for "100 Continue" before it sends a large body.
        headerList = curl_slist_append(headerList, "Expect:")
        _ = ccurl_setopt_slist(handle, CURLOPT_HTTPHEADER, headerList)
    }

    // MARK: What goes and what comes

    private static let onBody:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
            { bytes, size, count, me in
                guard let bytes, let me else { return 0 }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
                return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
            }

    private static let onHeader:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
            { bytes, size, count, me in
                guard let bytes, let me else { return 0 }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
                return transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
            }

    /// A connection stands, and is about to carry the request.
    private static let onReady:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int32, Int32
        ) -> Int32 =
            { me, host, _, remote, local in
                guard let me, let host else { return CURL_PREREQFUNC_OK }
                let transfer = Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
                return transfer.mayUse(host, remote, local) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }

    /// Whether the request may leave. libcurl sends it again by itself when a kept connection dies under it, and what is sent
    /// must be on record; and of a kept connection that is not clean, nothing may be read.
    private func mayUse(_ host: UnsafePointer<CChar>, _ remote: Int32, _ local: Int32) -> Bool {
        guard !hasBegun else { return false }
        hasBegun = true
        guard hasBody, request.url.hasPrefix("http://") else { return true }
        return sockets?.isClean(host: host, remote: remote, local: local) ?? true
    }

    /// Takes a part of the body; false stops the transfer.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        received += bytes.count
        guard received <= limits.maxBody else {
            isTooLarge = true
            return false
        }
        if isStream {
            sendHead()
            if body.isEmpty { arrivals?.transfers.append(self) }
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// Takes a header line; a status line starts anew, so that only the last response's headers are kept.
    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        if line.starts(with: "HTTP/".utf8) { headers.removeAll(keepingCapacity: true) }
        headers.append(contentsOf: line)
        isTooLarge = headers.count > Self.maxHeaders
        return !isTooLarge
    }

    /// The reply has begun: the reader of a stream is to be told, with what comes of the body now.
    private func sendHead() {
        guard !hasHead, case .head(let reader, let body, let pace) = receiver else { return }
        hasHead = true
        receiver = .body(body, pace)
        let head = HTTPStream(status: status, headers: HTTPHeaders(block: headers), body: body, pace: pace)
        unheard = (reader, head)
    }

    /// Gives the reader of a stream what has come for it, in one turn: a short reply is there whole when it is told.
    func deliver(_ end: HTTPBody.End? = nil) {
        guard case .body(let piece, _) = receiver else { return }
        piece.take(body, end)
        body = []
        guard let (reader, head) = unheard else { return }
        unheard = nil
        reader.resume(returning: .success(head))
    }

    private var status: Int {
        var code = 0
        if let handle { _ = ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &code) }
        return code
    }

    // MARK: The end

    /// Tells the receiver how it ended; the only place that does, and it does so once.
    func finish(_ failure: TransportError?) {
        let failure = isTooLarge ? .responseTooLarge : failure
        // A stream without a body still has a head.
        if failure == nil { sendHead() }
        switch receiver {
        case .whole(let continuation):
            let reply = HTTPReply(status: status, headers: HTTPHeaders(block: headers), body: body)
            continuation.resume(returning: failure.map { .failure($0) } ?? .success(reply))
        case .head(let head, _, _): head.resume(returning: .failure(failure ?? .cut))
        case .body: deliver(failure.map { .failed($0) } ?? .whole)
        case nil: return
        }
        receiver = nil
        curl_slist_free_all(headerList)
        headerList = nil
        // The handle may be kept; what it has sent is not.
        if let handle, hasBody { _ = ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, nil) }
    }

    /// What curl's result means for this transfer.
    func meaning(of code: CURLcode) -> TransportError? {
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_CONNECT where isOutOfDescriptors: return .exhausted
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY: return .unreachable
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(isConnected ? .total : .connect)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE:
            return .tls
        // Aborted by ``onReady``: before a byte was sent on this connection.
        case CURLE_ABORTED_BY_CALLBACK: return .stale
        // Out of memory is what libcurl before 8.6 says of a header line above its own limit of 100 KiB.
        case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED, CURLE_OUT_OF_MEMORY: return .responseTooLarge
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .cut
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: return .notHTTP
        default: return .curl(code.rawValue)
        }
    }

    /// Whether there was no descriptor for a connection. Of a socket that cannot be made libcurl 7.88 gives no error of the
    /// system's, so the system is asked whether there is one now.
    private var isOutOfDescriptors: Bool {
        let number = osError
        guard number == 0 else { return [Int(EMFILE), Int(ENFILE)].contains(number) }
        let probe = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard probe < 0 else {
            close(probe)
            return false
        }
        return [EMFILE, ENFILE].contains(errno)
    }

    /// The system's error behind curl's.
    private var osError: Int {
        var number = 0
        if let handle { _ = ccurl_getinfo_long(handle, CURLINFO_OS_ERRNO, &number) }
        return number
    }

    /// Whether the connection stood, by the bytes of the request that curl has sent.
    private var isConnected: Bool {
        var sent = 0
        guard let handle else { return false }
        _ = ccurl_getinfo_long(handle, CURLINFO_REQUEST_SIZE, &sent)
        return sent > 0
    }
}

/// The streams of which something has come in this turn of the loop; touched by its thread alone.
final class CurlArrivals {
    var transfers: [CurlTransfer] = []

    /// Tells their readers.
    func deliver() {
        for transfer in transfers { transfer.deliver() }
        transfers.removeAll(keepingCapacity: true)
    }
}

extension Duration {
    /// In whole milliseconds, at least one: to curl, zero means "no limit". Rounded up: what ends at a deadline must not
    /// end before it, or it would look like the backend's own fault.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(
            1,
            Int(min(seconds, 1 << 31)) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        )
    }
}
