internal import CCurl

#if canImport(Glibc)
    internal import Glibc
#endif

/// What must be done once in a process before the first use of libcurl.
enum CurlGlobal {
    /// Runs the set-up on first use; true when it worked.
    static let isReady: Bool = {
        ccurl_ignore_sigpipe()
        keepOpenSSLAliveAtExit()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    /// OpenSSL frees itself in `atexit` while the curl thread may still use it:
    /// https://github.com/swiftlang/swift-corelibs-foundation/issues/5469. The flag must be set before curl's own
    /// initialisation, and by symbol: which OpenSSL curl was linked to is not ours to know.
    private static func keepOpenSSLAliveAtExit() {
        typealias Initialise = @convention(c) (UInt64, OpaquePointer?) -> Int32
        guard let symbol = dlsym(nil, "OPENSSL_init_crypto") else { return }
        let noAtExit: UInt64 = 0x0008_0000
        _ = unsafeBitCast(symbol, to: Initialise.self)(noAtExit, nil)
    }
}
