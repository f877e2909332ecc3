internal import CGlibc
internal import Foundation
internal import Routing

#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// Looks at a machine, a configuration and a game. It changes nothing, and asks no backend.
public enum Examination {
    /// What is found, the most local first.
    /// - Parameters:
    ///   - game: the folder of an Evennia game; nil to look at none.
    ///   - patience: how long the daemon may take to answer.
    public static func findings(
        _ config: BridgeConfig,
        game: String? = nil,
        patience: Duration = .seconds(5)
    ) -> [DoctorFinding] {
        Diagnosis.findings(symptoms(config, game: game, patience: patience))
    }

    private static func symptoms(_ config: BridgeConfig, game: String?, patience: Duration) -> Symptoms {
        var symptoms = Symptoms()
        symptoms.socket = config.server.socket
        symptoms.usualSocket = ConfigLoader.defaultSocket()
        symptoms.places = places(config)
        symptoms.writableByOthers = writableByOthers(config)
        symptoms.databases = DatabaseCheck.databases(config)
        symptoms.freeBytes = freeBytes(folder(of: config.ledger.path))
        symptoms.openFiles = openFiles()
        symptoms.isClockKept = isClockKept()
        symptoms.backends = config.backends.count
        symptoms.disabled = config.backends.compactMap { backend in
            backend.disabledReason.map { (backend.id.rawValue, $0) }
        }
        if let http = config.http {
            symptoms.door = (http.isLoopback, try? KeyFile(path: http.keys).keys().count)
        }
        symptoms.daemon = daemon(config.server.socket, patience)
        symptoms.game = game.map { folder in
            let settings = folder + "/server/conf/settings.py"
            return Symptoms.Game(settings: settings, text: try? String(contentsOfFile: settings, encoding: .utf8))
        }
        return symptoms
    }

    private static func places(_ config: BridgeConfig) -> [Symptoms.PrivatePlace] {
        let daemon = daemonUser(geteuid(), ledgerFolder: folder(of: config.ledger.path))
        func place(_ subject: String, _ path: String) -> Symptoms.PrivatePlace {
            Self.place(subject, path, of: daemon)
        }
        var places = [
            place("ledger", config.ledger.path), place("ledger's folder", folder(of: config.ledger.path)),
            place("memory", config.memory.path),
        ]
        // What a daemon makes as it starts is only worth a word when it is there.
        places += [
            ("ledger's key", LedgerFiles.key(config.ledger.path)),
            ("signing key", LedgerFiles.signer(config.ledger.path)),
            ("payloads' keys", LedgerFiles.days(config.ledger.path)), ("memory's key", config.memory.path + ".key"),
        ].map { place($0, $1) }.filter { $0.mode != nil }
        if config.server.allowedUserIDs.isEmpty {
            places.append(place("socket's folder", folder(of: config.server.socket)))
            places += [place("socket", config.server.socket)].filter { $0.mode != nil }
        }
        if let http = config.http { places.append(place("keys of the door", http.keys)) }
        // Variables may be root's, too: systemd hands them over.
        return places
            + config.environment.files.filter { $0.file != 0 }.map { file in
                Self.place("variables", file.path, of: daemon, orRoot: geteuid() == 0)
            }
    }

    /// Whose daemon is looked at: root looks at that of another user, whose ledger it is; everybody else at his own.
    static func daemonUser(_ user: uid_t, ledgerFolder: String) -> uid_t {
        var status = stat()
        return user == 0 && stat(ledgerFolder, &status) == 0 ? status.st_uid : user
    }

    private static func place(
        _ subject: String,
        _ path: String,
        of user: uid_t,
        orRoot: Bool = false
    ) -> Symptoms.PrivatePlace {
        var status = stat()
        guard stat(path, &status) == 0 else { return Symptoms.PrivatePlace(subject: subject, path: path) }
        return Symptoms.PrivatePlace(
            subject: subject,
            path: path,
            mode: status.st_mode & 0o777,
            isOwn: status.st_uid == user || orRoot && status.st_uid == 0
        )
    }

    /// The configuration, and the files of the personas: who writes there says where tasks go, and what is guarded.
    private static func writableByOthers(_ config: BridgeConfig) -> [String] {
        config.watched.map(\.path).filter { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return false }
            // A group that is one's own lets nobody else in.
            return status.st_mode & 0o002 != 0 || status.st_mode & 0o020 != 0 && status.st_gid != getegid()
        }
    }

    private static func folder(of path: String) -> String { (path as NSString).deletingLastPathComponent }

    /// Of a folder that is not there yet: where it will be made.
    private static func freeBytes(_ folder: String) -> Int64? {
        var (status, folder) = (statvfs(), folder)
        while statvfs(folder, &status) != 0 {
            let above = Self.folder(of: folder)
            guard errno == ENOENT, above != folder, !above.isEmpty else { return nil }
            folder = above
        }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// The hard limit: the daemon raises its own to that.
    private static func openFiles() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_max)
    }

    /// What the kernel knows of it (adjtimex(2)): the one word that every time service says.
    private static func isClockKept() -> Bool? {
        var state = timex()
        let answer = adjtimex(&state)
        return answer < 0 ? nil : answer != TIME_ERROR
    }

    private static func daemon(_ socket: String, _ patience: Duration) -> Symptoms.Daemon {
        do {
            let client = try BridgeClient(socket: socket, patience: patience)
            let hello = try client.call("hello", ["client": "workshop doctor", "protocol": 1])
            let health = try client.call("health")
            let lamps = (health["backends"] as? [[String: Any]] ?? []).map { lamp in
                Symptoms.Lamp(
                    backend: lamp["backend"] as? String ?? "",
                    state: lamp["state"] as? String ?? "",
                    why: lamp["why"] as? String ?? ""
                )
            }
            return .answers(version: hello["version"] as? String ?? "unknown", lamps: lamps)
        } catch BridgeClient.Failure.silent {
            return .silent
        } catch BridgeClient.Failure.unreachable(_, let code) {
            return .none(why: String(cString: strerror(code)))
        } catch {
            return .none(why: "\(error)")
        }
    }
}
