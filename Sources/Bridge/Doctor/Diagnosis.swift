/// Says what symptoms mean, and what to do. Pure.
enum Diagnosis {
    static func findings(_ symptoms: Symptoms) -> [DoctorFinding] {
        symptoms.places.map(place) + symptoms.databases.map(database) + symptoms.writableByOthers.map(open)
            + backends(symptoms) + [disk(symptoms.freeBytes), clock(symptoms.isClockKept)]
            + [openFiles(symptoms.openFiles)] + door(symptoms) + daemon(symptoms)
            + (symptoms.game.map { game($0, symptoms) } ?? [])
    }

    private static func place(_ place: Symptoms.PrivatePlace) -> DoctorFinding {
        guard let mode = place.mode else {
            return DoctorFinding(place.subject, .fine, "\(place.path) is not there yet; it is made when it is needed")
        }
        guard place.isOwn else {
            return DoctorFinding(
                place.subject,
                .wrong,
                "\(place.path) belongs to another user",
                advice: "run the daemon as that user, or choose another path"
            )
        }
        guard mode & 0o077 == 0 else {
            return DoctorFinding(
                place.subject,
                .wrong,
                "others have rights in \(place.path)",
                advice: "chmod go= \(place.path)"
            )
        }
        return DoctorFinding(place.subject, .fine, "\(place.path) is yours alone")
    }

    private static func open(_ path: String) -> DoctorFinding {
        DoctorFinding("configuration", .wrong, "others may write \(path)", advice: "chmod go-w \(path)")
    }

    private static func database(_ database: Symptoms.Database) -> DoctorFinding {
        guard let fault = database.fault else {
            return DoctorFinding(database.subject, .fine, "it is whole, and can be written")
        }
        return DoctorFinding(
            database.subject,
            .wrong,
            fault,
            advice: "see docs/faults.md; what cannot be recorded is not sent"
        )
    }

    private static func backends(_ symptoms: Symptoms) -> [DoctorFinding] {
        let disabled = symptoms.disabled.map { backend, why in
            DoctorFinding(
                "backend \(backend)",
                .doubtful,
                "is never asked: \(why)",
                advice: "mend that, or take it out of the configuration if you do not want it"
            )
        }
        if disabled.count == symptoms.backends {
            let advice = "configure one that needs no key: a llama-server or Ollama on this machine"
            return disabled + [DoctorFinding("backends", .wrong, "none can be asked", advice: advice)]
        }
        let able = symptoms.backends - disabled.count
        return disabled + [DoctorFinding("backends", .fine, "\(able) of \(symptoms.backends) have all that they need")]
    }

    private static func disk(_ free: Int64?) -> DoctorFinding {
        guard let free else {
            return DoctorFinding(
                "disk",
                .doubtful,
                "how much is free where the ledger is cannot be known",
                advice: "see whether you may enter the ledger's folder"
            )
        }
        let told = "\(free >> 20) MiB are free where the ledger is"
        return switch free >> 20 {
        case ..<100: DoctorFinding("disk", .wrong, told, advice: "make room: what cannot be recorded is not sent")
        case ..<1_024: DoctorFinding("disk", .doubtful, told, advice: "make room, or shorten ledger.retention_days")
        default: DoctorFinding("disk", .fine, told)
        }
    }

    private static func clock(_ isKept: Bool?) -> DoctorFinding {
        switch isKept {
        case true?: DoctorFinding("clock", .fine, "it is kept right")
        case false?:
            DoctorFinding(
                "clock",
                .doubtful,
                "nobody keeps it right; budgets and the ledger count days by it",
                advice: "systemctl enable --now systemd-timesyncd, or chrony"
            )
        case nil: DoctorFinding("clock", .fine, "the system does not say who keeps it right")
        }
    }

    private static func openFiles(_ limit: Int) -> DoctorFinding {
        guard limit < 4_096 else { return DoctorFinding("open files", .fine, "up to \(limit)") }
        return DoctorFinding(
            "open files",
            .doubtful,
            "only \(limit) may be open; each client and each request is one",
            advice: "raise the hard limit: LimitNOFILE= in the unit, or ulimit -Hn"
        )
    }

    private static func door(_ symptoms: Symptoms) -> [DoctorFinding] {
        guard let door = symptoms.door else { return [] }
        switch (door.isLoopback, door.keys) {
        case (_, nil):
            let advice = "workshop key list says why; mend its file, or make the keys anew"
            return [DoctorFinding("front door", .wrong, "its keys cannot be read", advice: advice)]
        case (false, 0):
            let advice = "workshop key new NAME, or listen on 127.0.0.1"
            return [
                DoctorFinding("front door", .wrong, "it would be open to the network without a key", advice: advice)
            ]
        case (true, 0):
            return [DoctorFinding("front door", .fine, "everybody on this machine may come in: there are no keys")]
        case (_, let count?):
            return [DoctorFinding("front door", .fine, "\(count) \(count == 1 ? "key opens" : "keys open") it")]
        }
    }

    private static func daemon(_ symptoms: Symptoms) -> [DoctorFinding] {
        switch symptoms.daemon {
        case .none(let why):
            return [
                DoctorFinding(
                    "daemon",
                    .doubtful,
                    "none answers on \(symptoms.socket): \(why)",
                    advice: "workshop serve"
                )
            ]
        case .silent:
            let what = "it accepts on \(symptoms.socket) and says nothing"
            return [DoctorFinding("daemon", .wrong, what, advice: "its log says why; end it and start it again")]
        case .answers(let version, let lamps):
            let current = "\(Version.current)"
            let isOther = version != current
            let advice = isOther ? "restart the daemon; this program is \(current)" : nil
            let daemon = DoctorFinding(
                "daemon",
                isOther ? .doubtful : .fine,
                "version \(version) answers",
                advice: advice
            )
            return [daemon] + lamps.map(lamp) + nobody(lamps)
        }
    }

    private static func lamp(_ lamp: Symptoms.Lamp) -> DoctorFinding {
        let isWell = ["healthy", "degraded", "unknown", "disabled"].contains(lamp.state)
        let why = lamp.why.isEmpty ? "" : ": \(lamp.why)"
        let advice =
            switch lamp.state {
            case "config_error": "its key or its model is refused; put it right and workshop reload"
            case "rate_limited": "it comes back by itself"
            default: "start it, or see whether its URL is right"
            }
        return DoctorFinding(
            "lamp \(lamp.backend)",
            isWell ? .fine : .doubtful,
            "\(lamp.state)\(why)",
            advice: isWell ? nil : advice
        )
    }

    private static func nobody(_ lamps: [Symptoms.Lamp]) -> [DoctorFinding] {
        guard !lamps.contains(where: { ["healthy", "degraded", "unknown"].contains($0.state) }) else { return [] }
        return [DoctorFinding("lamps", .wrong, "nobody can think now", advice: "mend one of the backends above")]
    }

    // MARK: Evennia

    private static func game(_ game: Symptoms.Game, _ symptoms: Symptoms) -> [DoctorFinding] {
        guard let text = game.text else {
            let advice = "name the folder that evennia --init made"
            return [DoctorFinding("game", .wrong, "\(game.settings) cannot be read", advice: advice)]
        }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }
        func has(_ word: String) -> Bool { lines.contains { $0.contains(word) } }
        var findings: [DoctorFinding] = []
        if has("evennia_glue.bridge") {
            findings.append(DoctorFinding("game", .fine, "its Server loads evennia_glue"))
        } else {
            let line = "SERVER_SERVICES_PLUGIN_MODULES += [\"evennia_glue.bridge\"]"
            findings.append(
                DoctorFinding("game", .wrong, "its settings do not load evennia_glue", advice: "add \(line)")
            )
        }
        if !has("evennia_glue.nodelay") {
            let line = "PORTAL_SERVICES_PLUGIN_MODULES += [\"evennia_glue.nodelay\"]"
            findings.append(DoctorFinding("game", .doubtful, "every answer comes 40 ms late", advice: "add \(line)"))
        }
        let named = lines.last { $0.contains("WORKSHOP_SOCKET") }?.split(whereSeparator: { "\"'".contains($0) })
        let path = named.flatMap { $0.count > 1 ? String($0[1]) : nil }
        if let path, path != symptoms.socket {
            let advice = "give both the same path"
            findings.append(DoctorFinding("game", .wrong, "it looks for the daemon on \(path)", advice: advice))
        } else if named == nil, symptoms.socket != symptoms.usualSocket {
            let what = "it looks for the daemon on \(symptoms.usualSocket), if its environment is yours"
            let advice = "add WORKSHOP_SOCKET = \"\(symptoms.socket)\""
            findings.append(DoctorFinding("game", .wrong, what, advice: advice))
        }
        return findings
    }
}
