internal import Foundation

/// A TLS server with a certificate that nobody vouches for, by OpenSSL's command line.
public final class SelfSignedServer {
    /// The port that it listens on.
    public let port: Int
    private let process = Process()
    private let folder: URL

    /// Makes a certificate and listens.
    public init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = folder.appendingPathComponent("key.pem").path
        let certificate = folder.appendingPathComponent("cert.pem").path
        let make = Process()
        make.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        make.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ]
        make.standardError = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
        let free = LoopbackUpstream { _ in }
        port = free.port
        free.stop()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It says ACCEPT when it listens.
        var said = Data()
        while said.range(of: Data("ACCEPT".utf8)) == nil {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            said += more
        }
    }

    /// Ends it.
    public func stop() {
        // Not waited for: Foundation's wait on Linux can miss an end that came before it.
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }
}
