import Testing

@testable import Routing

@Suite("the queue for a model decides who goes, who waits, and when it is switched")
struct ModelQueueTests {
    /// What happens, and what is decided.
    typealias Scene = (happens: String, decides: String)

    private func limits(waiting: Int = 10, residency: Int = 5, turn: Int = 15) -> ModelQueue.Limits {
        var limits = ModelQueue.Limits()
        limits.waiting = waiting
        limits.residency = .seconds(residency)
        limits.turn = .seconds(turn)
        return limits
    }

    @discardableResult
    private func play(_ scenes: [Scene], _ limits: ModelQueue.Limits = .init()) -> QueueStory {
        var story = QueueStory(limits)
        for (number, scene) in scenes.enumerated() {
            #expect(story.happens(scene.happens) == scene.decides, "scene \(number + 1): \(scene.happens)")
        }
        return story
    }

    @Test("the first asks, the others wait behind it; one switch, and all of them go")
    func singleFlight() {
        let story = play([
            ("want a", "ask 1"),
            ("want a", "2 is 1"),
            ("no 1 none", "change a, 1 is 1, 2 is 2"),
            ("want a", "3 is 3"),
            ("ready", "ask 1, ask 2, ask 3"),
            ("yes 1", ""),
            ("yes 2", ""),
            ("yes 3", ""),
            ("want a", "ask 4"),
            ("yes 4", ""),
        ])
        #expect(story.queue.tally.switches == 1)
        #expect(story.queue.inFlight == 4)
    }

    @Test("a model that is there already is not switched to, whoever has loaded it")
    func alreadyThere() {
        play([
            ("want a", "ask 1"), ("yes 1", ""),
            ("want b", "ask 2"), ("yes 2", ""),
            ("want b", "ask 3"), ("yes 3", ""),
        ])
    }

    @Test("A B A A C A: those for the model that is there go first, and each of the others is fetched once")
    func batches() {
        let story = play(
            [
                ("want a", "ask 1"), ("yes 1", ""),
                ("want b", "ask 2"), ("no 2 a", "2 is 1"),
                ("want a", "ask 3"), ("want a", "ask 4"), ("yes 3", ""), ("yes 4", ""),
                ("want c", "ask 5"), ("no 5 a", "5 is 2"),
                ("want a", "ask 6"), ("yes 6", ""),
                ("end 1", ""), ("end 3", ""), ("end 4", ""),
                ("after 6", ""),
                ("end 6", "change b"),
                ("ready", "ask 2, 5 is 1"), ("yes 2", ""), ("end 2", ""),
                ("after 5", "change c"),
                ("ready", "ask 5"), ("yes 5", ""),
            ]
        )
        #expect(story.queue.tally.switches == 2)
    }

    @Test("a model stays at least for its residency, also when nobody needs it")
    func residency() {
        var story = play([
            ("want a", "ask 1"), ("no 1 none", "change a, 1 is 1"), ("ready", "ask 1"), ("yes 1", ""), ("end 1", ""),
            ("want b", "ask 2"), ("no 2 a", "2 is 1"),
        ])
        #expect(story.nextTick == 5)
        #expect(story.happens("after 4.9") == "")
        #expect(story.happens("want a") == "ask 3")
        #expect(story.happens("yes 3") == "")
        #expect(story.happens("after 0.2") == "")
        #expect(story.happens("end 3") == "change b")
    }

    @Test("whoever waits for another model is passed for one turn, and no longer")
    func starvation() {
        var story = play(
            [
                ("want a", "ask 1"), ("yes 1", ""),
                ("after 100", ""),
                ("want b", "ask 2"), ("no 2 a", "2 is 1"),
                ("after 14.9", ""),
                ("want a", "ask 3"), ("yes 3", ""),
                ("after 0.2", ""),
                ("want a", "4 is 2"),
                ("end 1", ""),
                ("want a", "5 is 3"),
                ("end 3", "change b"),
                ("ready", "ask 2, 4 is 1, 5 is 2"), ("yes 2", ""), ("end 2", ""),
            ]
        )
        #expect(story.happens("after 5") == "change a")
        #expect(story.happens("ready") == "ask 4, ask 5")
    }

    @Test("a switch waits for the last request, and a model that is busy is never left")
    func busy() {
        play(
            [
                ("want a", "ask 1"), ("yes 1", ""), ("want b", "ask 2"), ("no 2 a", "2 is 1"),
                ("after 60", ""), ("after 59", ""),
                ("after 1", "refuse 2 queue_timeout"),
                ("end 1", ""),
            ]
        )
    }

    @Test("so many wait for one model, and no more; those for another have places of their own")
    func full() {
        play(
            [
                ("want a", "ask 1"), ("yes 1", ""),
                ("want b", "ask 2"), ("no 2 a", "2 is 1"), ("want b", "3 is 2"),
                ("want b", "refuse 4 queue_full"),
                ("want c", "ask 5"), ("no 5 a", "5 is 3"),
                ("left 2", "3 is 1, 5 is 2"),
                ("want b", "6 is 2, 5 is 3"),
            ],
            limits(waiting: 2)
        )
    }

    @Test("who leaves is out of the queue; a lease that nobody needs any more is given back")
    func leaving() {
        let story = play([
            ("want a", "ask 1"), ("left 1", ""), ("yes 1", "give back 1"),
            ("want b", "ask 2"), ("no 2 none", "change b, 2 is 1"), ("left 2", "abandon"),
            ("want c", "ask 3"),
        ])
        #expect(story.queue.tally.left == 2)
        #expect(story.queue.inFlight == 0)
    }

    @Test("when all have left that a switch was for, the next one begins")
    func abandoned() {
        var story = play([
            ("want a", "ask 1"), ("no 1 none", "change a, 1 is 1"), ("want b", "2 is 2"),
            ("left 1", "abandon, change b, 2 is 1"),
        ])
        // The one that was abandoned has nothing more to say.
        #expect(story.happens("ready 1") == "")
        #expect(story.queue.course?.target == "b")
    }

    @Test("a model that cannot be loaded is told to all who wait for it; the others get theirs")
    func failure() {
        let story = play([
            ("want a", "ask 1"), ("no 1 none", "change a, 1 is 1"), ("want a", "2 is 2"), ("want b", "3 is 3"),
            ("failed model_failed", "refuse 1 model_failed, refuse 2 model_failed, change b, 3 is 1"),
            ("ready", "ask 3"), ("yes 3", ""),
        ])
        #expect(story.queue.tally.refused == [.modelFailed: 2])
    }

    @Test("when something else is on its way, the switch is asked for again after a pause")
    func notYet() {
        var story = play([("want a", "ask 1"), ("no 1 changing", "change a, 1 is 1"), ("not yet", "")])
        #expect(story.nextTick == 0.2)
        #expect(story.happens("after 0.2") == "change a")
    }

    @Test("a model that comes and is gone again is not fetched as fast as can be")
    func flapping() {
        play([
            ("want a", "ask 1"), ("no 1 none", "change a, 1 is 1"), ("ready", "ask 1"),
            ("no 1 none", "1 is 1"), ("after 0.1", ""), ("after 0.1", "change a"),
        ])
    }

    @Test(
        "who would rather be answered elsewhere does not wait; where nothing is loaded, the model is fetched all the same"
    )
    func preferringOthers() {
        play([
            ("want a away", "ask 1"), ("no 1 b", "refuse 1 model_away"),
            ("want a away", "ask 2"), ("no 2 none", "refuse 2 model_away, change a"),
            ("want a away", "refuse 3 model_away"),
            ("want a", "4 is 1"),
            ("ready", "ask 4"), ("yes 4", ""),
            ("want a away", "ask 5"), ("yes 5", ""),
        ])
    }

    @Test("a sidecar that cannot be asked is told at once")
    func unreachable() {
        let story = play([("want a", "ask 1"), ("fails 1 unreachable", "refuse 1 unreachable"), ("want a", "ask 2")])
        #expect(story.queue.tally.refused == [.unreachable: 1])
    }

    @Test("what somebody else has switched is learnt, and those who wait for it go")
    func switchedByHand() {
        play([
            ("want a", "ask 1"), ("yes 1", ""), ("want b", "ask 2"), ("no 2 a", "2 is 1"),
            ("heard b", "ask 2"), ("yes 2", ""),
        ])
    }
}
