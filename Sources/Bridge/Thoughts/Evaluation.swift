internal import Foundation
internal import Persona
internal import Routing

/// What the persona makes of an answer: which of its lines may stand around it, and how sure it says it was.
///
/// Nothing of it is ever sent: it looks at the blind prompt, and at the answer.
enum Evaluation {
    private static let classifier = Classifier()

    /// The thought with what the classifier says of it: the voice asks that before the router does.
    static func classified(_ thought: Thought) -> Thought {
        guard thought.classification == nil else { return thought }
        var thought = thought
        thought.classification = classifier.classify(thought.prompt, isExplained: false)
        return thought
    }

    /// How the answer to a thought that is ``classified(_:)`` is told.
    /// - Parameter hour: the hour where the persona lives, from 0 to 23; nil for the machine's.
    static func telling(_ thought: Thought, in voice: Voice, seed: UInt64, hour: Int? = nil) -> Telling {
        let kind = thought.kind ?? thought.classification?.kind ?? .general
        let moment = Voice.Moment(
            seed: seed,
            kind: kind.rawValue,
            hour: voice.hasHours ? hour ?? Self.hour() : nil
        )
        return Telling(
            voice,
            at: moment,
            isBare: Expectation.infer(from: thought.prompt, kind: kind).contains(where: isBare)
        )
    }

    /// How an answer ended, for the persona to judge.
    static func ending(of answer: Answer) -> Telling.Ending {
        Telling.Ending(
            isCut: answer.finish == .length,
            callsTools: !answer.calls.isEmpty,
            confidence: answer.confidence
        )
    }

    /// Whether a form is one that a program, or somebody who copies it, takes as it is.
    private static func isBare(_ form: Expectation) -> Bool {
        switch form {
        case .json, .code, .yesOrNo, .oneOf, .number, .oneLine: true
        case .words(let count), .wordsAtMost(let count): count <= 3
        case .sentences, .items, .language: false
        }
    }

    /// The hour of the machine's clock.
    private static func hour() -> Int { Calendar.current.component(.hour, from: Date()) }
}
