import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("The doctor says what is wrong and what to do")
struct DiagnosisTests {
    private static let well: Symptoms = {
        var symptoms = Symptoms()
        symptoms.socket = "/run/w.sock"
        symptoms.places = [Symptoms.PrivatePlace(subject: "ledger", path: "/l/ledger.db", mode: 0o600)]
        symptoms.freeBytes = 50 << 30
        symptoms.openFiles = 65_536
        symptoms.isClockKept = true
        symptoms.backends = 2
        symptoms.door = (true, 1)
        symptoms.daemon = .answers(
            version: "\(Version.current)",
            lamps: [Symptoms.Lamp(backend: "alpha", state: "healthy", why: "it answers")]
        )
        symptoms.game = Symptoms.Game(
            settings: "settings.py",
            text: """
                SERVER_SERVICES_PLUGIN_MODULES += ["evennia_glue.bridge"]
                PORTAL_SERVICES_PLUGIN_MODULES += ["evennia_glue.nodelay"]
                WORKSHOP_SOCKET = "/run/w.sock"
                """
        )
        return symptoms
    }()

    @Test("where all is well, nothing is to be done")
    func nothing() {
        let findings = Diagnosis.findings(Self.well)
        #expect(findings.allSatisfy { $0.verdict == .fine && $0.advice == nil })
        #expect(findings.map(\.subject).contains("clock"))
    }

    /// One thing that is not as it should be.
    struct Case: Sendable, CustomTestStringConvertible {
        let subject: String
        let verdict: DoctorFinding.Verdict
        let advice: String
        let spoil: @Sendable (inout Symptoms) -> Void
        var testDescription: String { "\(subject): \(advice)" }

        init(
            _ subject: String,
            _ verdict: DoctorFinding.Verdict,
            _ advice: String,
            _ spoil: @escaping @Sendable (inout Symptoms) -> Void
        ) {
            self.subject = subject
            self.verdict = verdict
            self.advice = advice
            self.spoil = spoil
        }
    }

    private static let lame = Symptoms.Lamp(backend: "alpha", state: "config_error", why: "401")

    static let cases = [
        Case("ledger", .wrong, "chmod go= /l/ledger.db") { $0.places[0].mode = 0o640 },
        Case("ledger", .wrong, "choose another path") { $0.places[0].isOwn = false },
        Case("disk", .wrong, "make room") { $0.freeBytes = 99 << 20 },
        Case("disk", .doubtful, "retention_days") { $0.freeBytes = 1_023 << 20 },
        Case("disk", .doubtful, "may enter") { $0.freeBytes = nil },
        Case("configuration", .wrong, "chmod go-w /c/backends.yaml") { $0.writableByOthers = ["/c/backends.yaml"] },
        Case("clock", .doubtful, "timesyncd") { $0.isClockKept = false },
        Case("open files", .doubtful, "LimitNOFILE") { $0.openFiles = 1_024 },
        Case("backend beta", .doubtful, "mend that") { $0.disabled = [("beta", "BETA_KEY is not set")] },
        Case("backends", .wrong, "llama-server") { $0.disabled = [("alpha", "no key"), ("beta", "no key")] },
        Case("front door", .wrong, "workshop key new") { $0.door = (false, 0) },
        Case("front door", .wrong, "workshop key list") { $0.door = (true, nil) },
        Case("daemon", .doubtful, "workshop serve") { $0.daemon = .none(why: "No such file or directory") },
        Case("daemon", .wrong, "start it again") { $0.daemon = .silent },
        Case("daemon", .doubtful, "restart the daemon") { $0.daemon = .answers(version: "0.0.1", lamps: []) },
        Case("lamp alpha", .doubtful, "its key or its model") {
            $0.daemon = .answers(version: "\(Version.current)", lamps: [lame])
        },
        Case("lamps", .wrong, "mend one") { $0.daemon = .answers(version: "\(Version.current)", lamps: [lame]) },
        Case("game", .wrong, "evennia --init") { $0.game?.text = nil },
        Case("game", .wrong, "evennia_glue.bridge") { $0.game?.text = "# evennia_glue.bridge" },
        Case("game", .doubtful, "evennia_glue.nodelay") { $0.game?.text = "X += ['evennia_glue.bridge']" },
        Case("game", .wrong, "add WORKSHOP_SOCKET = \"/run/w.sock\"") {
            $0.usualSocket = "/elsewhere.sock"
            $0.game?.text = "X += ['evennia_glue.bridge', 'evennia_glue.nodelay']"
        },
        Case("game", .wrong, "the same path") { $0.game?.text? += "\nWORKSHOP_SOCKET = '/other.sock'" },
    ]

    @Test("each thing that is not as it should be is found, with what to do", arguments: cases)
    func found(_ one: Case) {
        var symptoms = Self.well
        one.spoil(&symptoms)
        let findings = Diagnosis.findings(symptoms)
        #expect(
            findings.contains {
                $0.subject == one.subject && $0.verdict == one.verdict && $0.advice?.contains(one.advice) == true
            },
            "\(findings.filter { $0.verdict != .fine })"
        )
    }

    @Test("root looks at the daemon of the user whose ledger it is, everybody else at his own")
    func whose() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(Examination.daemonUser(0, ledgerFolder: folder.path) == geteuid())
        #expect(Examination.daemonUser(0, ledgerFolder: folder.path + "/nowhere") == 0)
        #expect(Examination.daemonUser(4_321, ledgerFolder: folder.path) == 4_321)
        if geteuid() == 0 {
            #expect(chown(folder.path, 4_321, 4_321) == 0)
            #expect(Examination.daemonUser(0, ledgerFolder: folder.path) == 4_321)
        }
    }

    @Test("a real daemon is examined: its lamps are told, its key is not")
    func examined() async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let told = Mutex<BridgeConfig?>(nil)
        let daemon = try await Daemonette(alpha: upstream.url, http: #"{listen: "127.0.0.1:0"}"#) { config in
            told.withLock { [config] in $0 = config }
        }
        let config = try #require(told.withLock { $0 })
        // It waits for the daemon's answer: not on a thread that the daemon needs.
        let findings = await withCheckedContinuation { done in
            Thread.detachNewThread { done.resume(returning: Examination.findings(config, game: "/nowhere")) }
        }
        upstream.stop()
        await daemon.stop()
        let subjects = findings.map(\.subject)
        #expect(
            subjects.contains("lamp alpha") && subjects.contains("front door") && subjects.contains("backend gamma")
        )
        #expect(findings.first { $0.subject == "daemon" }?.verdict == .fine)
        #expect(findings.first { $0.subject == "ledger" }?.verdict == .fine)
        #expect(findings.first { $0.subject == "game" }?.verdict == .wrong)
        #expect(!findings.map { $0.what + ($0.advice ?? "") }.joined().contains("delta-key"))
    }
}
