import Foundation
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("a storm of switches", .timeLimit(.minutes(2)))
struct SidecarStormTests {
    /// The leaders of sessions: what a model starts meanwhile, a shell that finds its Python say, is none.
    private static func models(_ mark: ProcessMark) -> [pid_t] {
        Stragglers.find(mark).filter { pid in
            let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            return Stragglers.isRunning(Array(stat.utf8), in: pid)
        }
    }

    @Test("five models, fifty clients, random kills: everybody is answered, one model runs at a time, none is left")
    func storm() async throws {
        let profiles = (0..<5).map { "m\($0): {model: m, stop_timeout_s: 1}" }.joined(separator: ", ")
        let bench = try await SidecarBench("{\(profiles)}")
        let mark = ProcessMark(state: bench.folder.path + "/lock")
        let killer = Task {
            var most = 0
            while !Task.isCancelled {
                let models = Self.models(mark)
                most = max(most, models.count)
                if let model = models.randomElement() { kill(model, SIGKILL) }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 50...400)))
            }
            return most
        }
        let answers = try await withThrowingTaskGroup(of: SidecarBench.Client.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let model = "m\(number % 5)"
                    let ifBusy = ["refuse", "wait", "stop"][number % 3]
                    let more = ",\"if_busy\":\"\(ifBusy)\",\"patience_s\":4"
                    return SidecarBench.Client(model: model, answer: try await bench.change(to: model, more))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        killer.cancel()
        let most = await killer.value
        #expect(answers.count == 50)
        #expect(most <= 1)
        for client in answers {
            let code = client.answer.text("error.code")
            let isTold = ["busy", "loading", "switching", "model_failed", "timed_out"].contains(code)
            #expect(client.answer.status == 200 ? client.answer.text("active") != nil : isTold, "\(code ?? "-")")
        }
        // Calm again, it does what it is asked.
        let last = try await bench.change(to: "m3", ",\"if_busy\":\"stop\"")
        #expect(last.text("active") == "m3")
        #expect(Self.models(mark).count == 1)
        await bench.stop()
        #expect(Stragglers.find(mark).isEmpty)
    }
}

extension SidecarBench {
    /// Who asked, and what the answer was.
    fileprivate struct Client: Sendable {
        let model: String
        let answer: SidecarAnswer
    }
}
