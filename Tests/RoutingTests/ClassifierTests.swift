import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("The classifier says what a task is about")
struct ClassifierTests {
    private let classifier = Classifier()

    private static let diff = """
        Review this diff, please:
        diff --git a/lamp.py b/lamp.py
        --- a/lamp.py
        +++ b/lamp.py
        @@ -1,4 +1,4 @@
         def light(lamp):
        -    return lamp.on
        +    return lamp.on()
        """

    private static let log = String(
        repeating: "12:00:01 INFO pump 3: pressure 2.1 bar, flow 40 l/s, temperature 12 C, all valves open\n",
        count: 2_200
    )

    @Test(
        "everyday tasks go to the role that they belong to",
        arguments: [
            ("review this diff please", [], .reasoning),
            ("Read the note on the door", [], .local),
            ("List the room's files", [], .local),
            (diff, [], .reasoning),
            ("Why does this proof fail? Assume n is even; then n + 1 is even.", [], .reasoning),
            ("Design a plugin system for the workshop", [], .reasoning),
            ("Summarise this: the river rose, the mill stood still, the bread was late.", [], .breadth),
            ("Here is a 60-page log. Which pump failed first?\n" + log, [], .longContext),
            ("What is on it?", ["image/png"], .multimodal),
            ("Capital of Peru, quick!", [], .speed),
            ("Write a parser for these forty record types, in bulk", [], .code),
        ] as [(String, [String], Role)]
    )
    func acceptance(_ task: String, _ attachments: [String], _ home: Role) throws {
        let found = classifier.classify(try TestPrompts.blind(task, attachments: attachments))
        #expect(found.kind.home == home, "\(found.kind): \(found.why)")
    }

    @Test(
        "other ways to say it",
        arguments: [
            ("what's in the toolbox", .status), ("Classify this as spam or not: you won", .classification),
            ("Extract all dates from: met on 3 May", .extraction), ("translate into French: the mill", .translation),
            ("Write a haiku on rust", .contentCreation), ("Compare copper and iron", .analysis),
            ("My script crashes with an exception", .debugging), ("Split this goal into tasks", .orchestration),
            ("Write a function that adds", .codeGeneration), ("A survey of wind mills, with sources", .research),
            ("good morning", .general), ("", .general), ("Explain how tides work", .knowledge),
            ("SUMMARIZE: x", .summarization), ("Summari\u{301}se this", .summarization),
        ] as [(String, TaskKind)]
    )
    func kinds(_ task: String, _ kind: TaskKind) throws {
        let found = classifier.classify(try TestPrompts.blind(task))
        #expect(found.kind == kind, "\(found.why)")
    }

    @Test("what stands in the material counts less than what is asked for")
    func openingCounts() throws {
        let material = String(repeating: "the error was a bug in the broken code. ", count: 3)
        let task = "Translate into German: " + String(repeating: "It rained all day long. ", count: 8) + material
        #expect(classifier.classify(try TestPrompts.blind(task)).kind == .translation)
    }

    @Test(
        "a task that says it must stay, must stay",
        arguments: [
            "Sum this up, it must not leave the house", "keep it local: 3+4", "this is confidential",
            "My password is 12345",
            "Local only, please", "do not upload this", "don't upload this", "this stays on this machine",
            "これは社外秘です。要約して", "Meu café: a SENHA é 77", "이 문서는 대외비입니다",
        ]
    )
    func stays(_ task: String) throws {
        let found = classifier.classify(try TestPrompts.blind(task))
        #expect(found.isLocalOnly)
        #expect(found.why.contains("says that it must stay on this machine"))
    }

    @Test("a task that does not say so may go", arguments: ["Sum this up", "the local pub", "Who keeps bees?", ""])
    func mayGo(_ task: String) throws {
        #expect(!classifier.classify(try TestPrompts.blind(task)).isLocalOnly)
    }

    @Test("a stay-cue far down in the material is heeded as well")
    func staysFarDown() throws {
        let found = classifier.classify(try TestPrompts.blind(Self.log + "This is confidential."))
        #expect(found.isLocalOnly)
    }

    @Test(
        "what was said to stay earlier keeps all that follows here; what a model said does not",
        arguments: [true, false]
    )
    func saidBefore(byUser: Bool) throws {
        var draft = PromptDraft(task: "and how much is that a week?")
        draft.history = [
            Turn(byUser ? .user : .assistant, "This stays on this machine: I earn 40 a day."),
            Turn(.assistant, "Noted."),
        ]
        #expect(classifier.classify(try TestPrompts.blind(draft)).isLocalOnly == byUser)
    }

    @Test("the reasons hold no word of the task")
    func reasons() throws {
        let secret = "xylophone"
        for task in [
            secret, "Summarise \(secret)", Self.diff + secret, "Traceback (most recent)\n\(secret)", "\(secret)?",
            Self.log + secret,
        ] {
            let found = classifier.classify(try TestPrompts.blind(task))
            #expect(!found.why.isEmpty)
            #expect(!found.why.joined().contains(secret))
        }
    }

    @Test("the reasons name what speaks for the kind")
    func reasonsSpeak() throws {
        let translation = classifier.classify(try TestPrompts.blind("Translate into French: the mill"))
        #expect(translation.why.contains("holds words of translating"), "\(translation.why)")
        let picture = classifier.classify(try TestPrompts.blind("what is it", attachments: ["image/png"]))
        #expect(picture.why.first == "comes with an image, audio or video")
        #expect(classifier.classify(try TestPrompts.blind(Self.diff)).why.contains("holds a diff"))
    }

    @Test("confidence lies between 0 and 1, and is low when nothing speaks for a kind")
    func confidence() throws {
        let unsure = classifier.classify(try TestPrompts.blind("frumious"))
        #expect((0..<0.5).contains(unsure.confidence))
        #expect(unsure.why.contains("it could as well be another kind"))
        let sure = classifier.classify(try TestPrompts.blind("Translate into French: the mill"))
        #expect((0.7...1).contains(sure.confidence))
    }

    @Test("who is unsure asks for quality, who is in haste for speed, who says so for privacy")
    func needs() throws {
        let unsure = classifier.classify(try TestPrompts.blind("frumious"))
        let sure = classifier.classify(try TestPrompts.blind("List the room's files"))
        #expect(unsure.needs.quality > sure.needs.quality)
        #expect(classifier.classify(try TestPrompts.blind("Capital of Peru, quick!")).needs.speed > 0.8)
        #expect(classifier.classify(try TestPrompts.blind("keep it local: 3+4")).needs.privacy == 1)
        #expect(sure.needs.privacy == 0)
    }

    @Test(
        "complexity follows the kind and the words",
        arguments: [
            ("Design a plugin system", .complex), ("Capital of Peru, quick", .simple), ("Write a function", .moderate),
            ("read the note", .simple),
        ] as [(String, Complexity)]
    )
    func complexity(_ task: String, _ expected: Complexity) throws {
        #expect(classifier.classify(try TestPrompts.blind(task)).complexity == expected)
    }

    @Test("every phrase that keeps a task here can be found: it is not empty when folded, and none stands twice")
    func stayCues() {
        let folded = LinearModel().folding.withUnsafeBufferPointer { folding in
            StayCues.all.map { phrase in
                var phrase = phrase
                return phrase.withUTF8 { StayCues.fold($0, folding) }
            }
        }
        #expect(folded.allSatisfy { !$0.isEmpty })
        #expect(Set(folded).count == folded.count)
    }
}
