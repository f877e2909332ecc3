import Testing

@testable import Bridge

@Suite("the supervisor decides which model runs")
struct SupervisorTests {
    /// What happens, what is decided, and where it stands then.
    typealias Scene = (happens: String, decides: String, stands: String)

    private func play(_ scenes: [Scene], limits: Manifest.Limits = .init()) {
        var story = SupervisorStory(limits)
        for (number, scene) in scenes.enumerated() {
            #expect(story.happens(scene.happens) == scene.decides, "scene \(number + 1): \(scene.happens)")
            #expect(story.standing == scene.stands, "scene \(number + 1): \(scene.happens)")
        }
    }

    @Test("the first wish starts a model, others join, and all are told when it is ready")
    func singleFlight() {
        play([
            ("wish a", "start a", "starting a"),
            ("wish a", "", "starting a"),
            ("answered", "1 done, 2 done", "ready a"),
            ("wish a", "3 done", "ready a"),
        ])
    }

    @Test("a model makes room for another when it is idle")
    func switching() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("wish b", "measure a", "ready a > b"),
            ("measured 0", "terminate a", "stopping a switching > b"),
            ("wish b", "", "stopping a switching > b"),
            ("exit 0", "start b", "starting b"),
            ("answered", "2 done, 3 done", "ready b"),
        ])
    }

    @Test("a busy model is not stopped: who would not wait is told, who waits gets it when the work has ended")
    func busy() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("wish b", "measure a", "ready a > b"),
            ("measured 1", "2 busy a", "ready a"),
            ("wish b wait", "measure a", "ready a > b"),
            ("wish b", "", "ready a > b"),
            ("measured 1", "4 busy a", "ready a > b"),
            ("after 0.2", "", "ready a > b"),
            ("after 0.1", "measure a", "ready a > b"),
            ("measured 0", "terminate a", "stopping a switching > b"),
        ])
    }

    @Test("a lease is work under way, and nothing new begins while a switch waits")
    func leases() {
        play([
            ("wish a", "start a", "starting a"),
            ("lease x a 60", "notReady", "starting a"),
            ("answered", "1 done", "ready a"),
            ("lease x b 60", "notReady", "ready a"),
            ("lease x a 60", "granted", "ready a"),
            ("lease y a 60", "granted", "ready a"),
            ("wish b", "2 busy a", "ready a"),
            ("wish b wait", "", "ready a > b"),
            ("lease z a 60", "switching(to: Optional(\"b\"))", "ready a > b"),
            ("lease x a 90", "granted", "ready a > b"),
            ("release y", "known", "ready a > b"),
            ("release y", "unknown", "ready a > b"),
            ("answered", "", "ready a > b"),
            ("after 59", "", "ready a > b"),
            ("answered", "", "ready a > b"),
            ("after 31", "measure a", "ready a > b"),
            ("measured 0", "terminate a", "stopping a switching > b"),
        ])
    }

    @Test("giving the last lease back lets a waiting switch begin at once")
    func release() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("lease x a 60", "granted", "ready a"),
            ("wish b wait", "", "ready a > b"),
            ("release x", "known, measure a", "ready a > b"),
        ])
    }

    @Test("a loading model is not stopped, unless somebody insists")
    func loading() {
        play([
            ("wish a", "start a", "starting a"),
            ("wish b", "2 loading a", "starting a"),
            ("wish b wait", "", "starting a > b"),
            ("wish c", "4 switching b", "starting a > b"),
            ("answered", "1 done, measure a", "ready a > b"),
            ("measured 0", "terminate a", "stopping a switching > b"),
            ("exit 0", "start b", "starting b"),
            ("wish c stop", "terminate b", "stopping b switching > c"),
            ("exit 0", "start c", "starting c"),
        ])
    }

    @Test("who is overtaken by somebody who insists is told")
    func insisting() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("lease x a 60", "granted", "ready a"),
            ("wish b wait", "", "ready a > b"),
            ("wish c stop", "2 switching c, terminate a", "stopping a switching > c"),
            ("exit 0", "start c", "starting c"),
        ])
    }

    @Test("a crash is followed by three restarts with growing pauses, then by failed")
    func crashes() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("exit 1", "", "pausing a 1.0"),
            ("after 1", "start a", "starting a"),
            ("exit 1", "", "pausing a 2.0"),
            ("wish a", "", "pausing a 2.0"),
            ("after 1.9", "", "pausing a 0.1"),
            ("after 0.1", "start a", "starting a"),
            ("exit 1", "", "pausing a 4.0"),
            ("after 4", "start a", "starting a"),
            ("exit 1", "2 failed crashed ended with exit code 1", "failed a crashed"),
            ("after 1000", "", "failed a crashed"),
            ("wish a", "start a", "starting a"),
            ("exit 1", "", "pausing a 1.0"),
        ])
    }

    @Test("a model that has been well for a minute has all its restarts again")
    func stable() {
        play([
            ("wish a", "start a", "starting a"),
            ("exit 1", "", "pausing a 1.0"),
            ("after 1", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("after 59", "", "ready a"),
            ("answered", "", "ready a"),
            ("after 1", "", "ready a"),
            ("exit 1", "", "pausing a 1.0"),
        ])
    }

    @Test("what cannot be started, or is too slow, is not tried again")
    func hopeless() {
        play([
            ("wish a", "start a", "starting a"),
            ("missing", "1 failed not_started could not be started: no such program", "failed a not_started"),
            ("wish a", "start a", "starting a"),
            ("after 100", "terminate a", "stopping a tooSlow"),
            ("wish a", "", "stopping a tooSlow"),
            (
                "exit 0", "2 failed too_slow ended with exit code 0, 3 failed too_slow ended with exit code 0",
                "failed a too_slow"
            ),
            ("wish -", "4 done", "stopped"),
        ])
    }

    @Test("a model that answers no more is ended and started again")
    func hung() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("after 59", "", "ready a"),
            ("answered", "", "ready a"),
            ("after 59", "", "ready a"),
            ("after 1", "terminate a", "stopping a hung"),
            ("after 10", "kill a", "stopping a hung killed"),
            ("after 10", "", "stopping a hung killed"),
            ("exit 0", "", "pausing a 1.0"),
        ])
    }

    @Test("a crash on the way to another model is no reason to start the old one again")
    func crashWhileLeaving() {
        play([
            ("wish a", "start a", "starting a"),
            ("wish b wait", "", "starting a > b"),
            ("exit 1", "1 failed crashed ended with exit code 1, start b", "starting b"),
            ("answered", "2 done", "ready b"),
        ])
        play([
            ("wish a", "start a", "starting a"),
            ("exit 1", "", "pausing a 1.0"),
            ("wish b", "1 switching b, start b", "starting b"),
        ])
    }

    @Test("an idle model is unloaded after its time, and work keeps it")
    func timeToLive() {
        play([
            ("wish b", "start b", "starting b"),
            ("answered", "1 done", "ready b"),
            ("after 29", "", "ready b"),
            ("worked", "", "ready b"),
            ("after 29", "", "ready b"),
            ("answered", "", "ready b"),
            ("after 1", "measure b", "ready b > -"),
            ("measured 0 worked", "", "ready b"),
            ("after 30", "measure b", "ready b > -"),
            ("measured 1", "", "ready b"),
            ("occupied 0", "", "ready b"),
            ("answered", "", "ready b"),
            ("after 30", "measure b", "ready b > -"),
            ("lease x b 10", "granted", "ready b"),
            ("measured 0", "", "ready b"),
            ("release x", "known", "ready b"),
            ("after 30", "terminate b", "stopping b hung"),
        ])
    }

    @Test("a wish that comes while an idle model is unloaded is served when it is gone")
    func wishWhileUnloading() {
        play([
            ("wish b", "start b", "starting b"),
            ("answered", "1 done", "ready b"),
            ("after 30", "measure b", "ready b > -"),
            ("measured 0", "terminate b", "stopping b switching > -"),
            ("wish b", "", "stopping b switching > b"),
            ("exit 0", "start b", "starting b"),
            ("answered", "2 done", "ready b"),
        ])
    }

    @Test("unloading is a wish as any other")
    func unloading() {
        play([
            ("wish -", "1 done", "stopped"),
            ("wish a", "start a", "starting a"),
            ("answered", "2 done", "ready a"),
            ("wish -", "measure a", "ready a > -"),
            ("measured 0", "terminate a", "stopping a switching > -"),
            ("wish b", "", "stopping a switching > b"),
            ("exit 0", "3 done, start b", "starting b"),
        ])
    }

    @Test("a wish ends with its time, and a switch that nobody wishes any more does not begin")
    func deadlines() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("lease x a 500", "granted", "ready a"),
            ("wish b wait", "", "ready a > b"),
            ("after 59", "", "ready a > b"),
            ("answered", "", "ready a > b"),
            ("after 59", "", "ready a > b"),
            ("answered", "", "ready a > b"),
            ("after 2", "2 timed out", "ready a"),
            ("lease y a 10", "granted", "ready a"),
        ])
    }

    @Test("who leaves wishes no more; what is loading goes on loading")
    func leaving() {
        play([
            ("wish a", "start a", "starting a"),
            ("left 1", "1 timed out", "starting a"),
            ("answered", "", "ready a"),
            ("lease x a 60", "granted", "ready a"),
            ("wish b wait", "", "ready a > b"),
            ("wish b wait", "", "ready a > b"),
            ("left 2", "2 timed out", "ready a > b"),
            ("left 3", "3 timed out", "ready a"),
            ("left 3", "", "ready a"),
        ])
    }

    @Test("a model that its own server unloads has not crashed")
    func unloadedElsewhere() {
        play([
            ("wish a", "start a", "starting a"),
            ("answered", "1 done", "ready a"),
            ("unloaded", "", "stopped"),
            ("wish a", "start a", "starting a"),
            ("unloaded", "", "pausing a 1.0"),
        ])
    }

    @Test("the end: everybody is told, the model is stopped, nothing begins")
    func closing() {
        play([
            ("wish a", "start a", "starting a"),
            ("close", "1 closing, terminate a", "stopping a switching"),
            ("wish a", "2 closing", "stopping a switching"),
            ("after 10", "kill a", "stopping a switching killed"),
            ("exit 0", "closed", "stopped"),
        ])
        play([("close", "closed", "stopped"), ("wish a", "1 closing", "stopped")])
        play([
            ("wish a", "start a", "starting a"),
            ("exit 1", "", "pausing a 1.0"),
            ("close", "1 closing, closed", "stopped"),
            ("after 5", "", "stopped"),
        ])
    }

    @Test("what is heard of an earlier run changes nothing")
    func earlierRuns() {
        play([
            ("wish a", "start a", "starting a"),
            ("exit 1", "", "pausing a 1.0"),
            ("after 1", "start a", "starting a"),
            ("late", "", "starting a"),
        ])
    }

    @Test("it says when it wants to be told the time")
    func ticks() {
        var story = SupervisorStory()
        #expect(story.nextTick == nil)
        _ = story.happens("wish a")
        #expect(story.nextTick == 100)
        _ = story.happens("answered")
        #expect(story.nextTick == 60)
        _ = story.happens("exit 1")
        #expect(story.nextTick == 1)
        _ = story.happens("close")
        #expect(story.nextTick == nil)
    }

    @Test("it does not ask for the time again and again while a lease is in the way")
    func noSpinning() {
        var story = SupervisorStory()
        // The answer to a question comes when the reason for it is gone, and there is a lease.
        for text in ["wish b", "answered", "after 30", "lease x b 100", "wish a wait", "measured 0"] {
            _ = story.happens(text)
        }
        #expect(story.standing == "ready b > a")
        _ = story.happens("after 1")
        #expect((story.nextTick ?? 0) > 1)
        #expect(story.happens("release x") == "known, measure b")
    }
}
