internal import Foundation
internal import Logging
internal import NIOSSL
internal import Synchronization

extension BridgeConfig {
    /// The files of the front door's certificate.
    struct TLS: Sendable, Equatable {
        /// The certificate, and behind it those that vouch for it; PEM.
        var certificate: String
        /// Its private key, without a passphrase; PEM.
        var key: String
    }
}

/// The front door's certificate as it is now; a reload reads it again, and connections that there are keep what they have.
final class DoorTLS: Sendable {
    /// What is wrong with the files.
    struct Problem: Error {
        /// The key of the section that names the file.
        var key: String
        var message: String
        var hint: String
    }

    let files: BridgeConfig.TLS
    private let context: Mutex<NIOSSLContext>

    init(_ files: BridgeConfig.TLS) throws(Problem) {
        self.files = files
        context = Mutex(try Self.read(files))
    }

    /// What a new connection begins with.
    var handler: NIOSSLServerHandler { NIOSSLServerHandler(context: context.withLock { $0 }) }

    /// Reads the files again. Those that are wrong change nothing.
    func reload(_ logger: Logger) {
        do {
            let fresh = try Self.read(files)
            context.withLock { $0 = fresh }
        } catch {
            logger.error(
                "the certificate is wrong, and the old one stays",
                metadata: ["key": "http.tls.\(error.key)", "why": "\(error.message)"]
            )
        }
    }

    /// Reads and checks the files.
    static func read(_ files: BridgeConfig.TLS) throws(Problem) -> NIOSSLContext {
        let chain = try certificates(files.certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try privateKey(files.key))
        )
        // RFC 8996: nothing older is to be spoken.
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw Problem(
                key: "key",
                message: "does not fit the certificate",
                hint: "the key that the certificate was made with; the file's first certificate is the door's own"
            )
        }
    }

    private static func certificates(_ path: String) throws(Problem) -> [NIOSSLCertificate] {
        _ = try mode(path, "certificate")
        let chain = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
        guard !chain.isEmpty else {
            throw Problem(
                key: "certificate",
                message: "holds no certificate",
                hint: "PEM, the door's own first: -----BEGIN CERTIFICATE-----"
            )
        }
        return chain
    }

    private static func privateKey(_ path: String) throws(Problem) -> NIOSSLPrivateKey {
        // A group may read it, as that of Debian's ssl-cert may; nobody else may, and nobody but its owner may change it.
        guard try mode(path, "key") & 0o027 == 0 else {
            throw Problem(key: "key", message: "can be read by others, or changed", hint: "chmod 600 \(path)")
        }
        guard let key = try? NIOSSLPrivateKey(file: path, format: .pem) else {
            throw Problem(
                key: "key",
                message: "holds no private key",
                hint: "PEM without a passphrase: -----BEGIN PRIVATE KEY-----"
            )
        }
        return key
    }

    /// The mode of a file that can be read; of that which a link leads to, as ACME clients make them.
    private static func mode(_ path: String, _ key: String) throws(Problem) -> UInt32 {
        let mode = FileStamp.of([path])[0].mode
        // Not a pipe: it might never end.
        guard mode & 0o170000 == 0o100000, FileManager.default.isReadableFile(atPath: path) else {
            throw Problem(key: key, message: "is no file that can be read", hint: path)
        }
        return mode
    }
}
