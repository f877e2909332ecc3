#if DEBUG
    @testable internal import Persona
    @testable internal import Routing

    extension FuzzTarget {
        /// A model's answer to many questions at once, the items of the questions, and a model's opinion: no label that there
        /// is not, no place that there is not, no item on two lines.
        public static let batch = FuzzTarget("batch") { bytes in
            let form = BatchForm(question: "what is it?", labels: ["spam", "no spam", "U.S."])
            let texts = bytes.texts
            let reply = texts[0]
            for (place, label) in form.read(reply, count: 9) {
                try promise((0..<9).contains(place) && form.labels.contains(label), "an answer to nothing")
            }
            _ = form.label(reply)
            let together = texts.filter { !form.standsAlone($0) }
            let lines = form.task(together).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            try promise(lines.count == 5 + together.count, "an item on more than one line")
            if let opinion = SelfCritique.opinion(in: reply) {
                try promise((0...1).contains(opinion), "an opinion of \(opinion)")
            }
        }

        /// A task and an answer to it, judged by their faces: every figure within its bounds, and the same again.
        public static let judgement = FuzzTarget("judgement") { bytes in
            let texts = bytes.texts
            guard let prompt = Texts.blind(texts[0]) else { return }
            let answer = texts.dropFirst().joined(separator: "\n")
            let kind = TaskKind.allCases[texts[0].utf8.count % TaskKind.allCases.count]
            let judgement = QualityJudge().judge(.init(text: answer), for: prompt, kind: kind)
            try promise((0...1).contains(judgement.confidence), "a confidence of \(judgement.confidence)")
            let refusal = RefusalDetector().verdict(on: answer, task: prompt.task, kind: kind)
            try promise((0...1).contains(refusal.confidence), "a confidence of \(refusal.confidence)")
            _ = ClosedForm.choice(answer, for: prompt, kind: kind)
        }

        /// What a task is about, and what it asks: shares that are shares, a form that is its own.
        public static let tasks = FuzzTarget("tasks", longest: 3_000) { bytes in
            let texts = bytes.texts
            guard let prompt = Texts.blind(texts[0]) else { return }
            let classified = Texts.classifier.classify(prompt)
            try promise((0...1).contains(classified.confidence), "a confidence of \(classified.confidence)")
            if let form = QuestionForm(prompt.task) {
                try promise(form == QuestionForm(prompt.task), "a question is not its own form")
                try promise(ParaphraseGate.difference(form, form) == nil, "a question differs from itself")
            }
        }

        /// Two answers held against each other: an answer is the same as itself.
        public static let comparison = FuzzTarget("comparison") { bytes in
            let texts = bytes.texts
            let judge = EquivalenceJudge()
            let one = ComparedAnswer.text(texts[0])
            let other = ComparedAnswer.text(texts.count > 1 ? texts[1] : "")
            for verdict in [judge.verdict(one, other), judge.verdict(other, one)] {
                try promise(
                    verdict.overlap.map { (0...1).contains($0) } != false,
                    "an overlap of \(verdict.overlap ?? 0)"
                )
            }
            let level = judge.verdict(one, one).level
            try promise(level == .same || level == .bothDeclined, "an answer is \(level) as itself")
        }
    }

    private enum Texts {
        static let classifier = Classifier()
        private static let guardian = PersonaID("nobody").map {
            let card = PersonaCard(id: $0, identity: Identity(terms: []), voice: .plain)
            return PromptGuard(persona: card, index: IdentityIndex([]))
        }

        /// A task past a guard that guards nobody; nil when even that doubts it.
        static func blind(_ task: String) -> BlindPrompt? { try? guardian?.blind(PromptDraft(task: task)) }
    }
#endif
