/// A world to learn in: backends that answer as they are, not as they are configured.
package struct World: Sendable {
    /// One backend of it.
    package struct Inhabitant: Sendable {
        /// As it is configured.
        let backend: Backend
        /// How it is; `nil` before it is there.
        let nature: @Sendable (_ step: Int) -> Nature?
    }

    /// How a backend is at a time.
    package struct Nature: Sendable {
        /// How often it answers, from 0 to 1.
        var answers = 0.98
        /// The middle of its answers' quality, from 0.2 to 0.8.
        var quality: Double
        /// The middle of its time, in seconds; from half of it to half as much again, all as likely.
        var seconds: Double

        private static let steps = 200

        /// The mean of its reward. Quality and time are independent, and so are the failures of both.
        func reward(_ weights: Weights, _ dollars: Double?, halfSpeed: Double) -> Double {
            var speed = 0.0
            for step in 0..<Self.steps {
                let time = seconds * (0.5 + (Double(step) + 0.5) / Double(Self.steps))
                speed += halfSpeed / (halfSpeed + time) / Double(Self.steps)
            }
            return answers
                * (weights.quality * quality + weights.speed * speed + weights.cost * Weights.cheapness(dollars)
                    + weights.reliability)
        }

        /// What comes of asking it.
        func outcome(_ draw: inout Draws) -> (isAnswered: Bool, quality: Double, seconds: Double) {
            let isAnswered = draw.unit() < answers
            return (isAnswered, quality + 0.4 * (draw.unit() - 0.5), seconds * (0.5 + draw.unit()))
        }
    }

    /// Its name.
    package let name: String
    /// What happens in it, in one sentence.
    package let story: String
    let inhabitants: [Inhabitant]

    /// Uniform numbers from a seed.
    struct Draws {
        private var state: UInt64

        init(seed: UInt64) { state = Chance.mixed(seed) }

        /// From 0 to below 1.
        mutating func unit() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Double(Chance.mixed(state) >> 11) * 0x1p-53
        }
    }

    // MARK: The worlds

    /// All that the report tells of, for so many thoughts.
    package static func all(_ length: Int) -> [World] {
        [
            World(
                name: "the rules are right",
                story: "nothing changes, and whom the rules ask first is the best",
                inhabitants: [
                    inhabitant("ash", 0.9, 0.6, 3) { _ in Nature(quality: 0.8, seconds: 4) },
                    inhabitant("birch", 0.7, 0.6, 3) { _ in Nature(quality: 0.6, seconds: 5) },
                    inhabitant("cedar", 0.6, 0.8, 2) { _ in Nature(quality: 0.5, seconds: 3) },
                    inhabitant("dogwood", 0.5, 0.4, 1) { _ in Nature(answers: 0.9, quality: 0.5, seconds: 12) },
                ]
            ),
            World(
                name: "stationary",
                story: "nothing changes, and the third by the configured scores is the best",
                inhabitants: [
                    inhabitant("ash", 0.9, 0.6, 3) { _ in Nature(answers: 0.95, quality: 0.55, seconds: 9) },
                    inhabitant("birch", 0.8, 0.6, 3) { _ in Nature(quality: 0.6, seconds: 6) },
                    inhabitant("cedar", 0.7, 0.6, 3) { _ in Nature(quality: 0.8, seconds: 4) },
                    inhabitant("dogwood", 0.5, 0.4, 1) { _ in Nature(answers: 0.9, quality: 0.5, seconds: 12) },
                ]
            ),
            World(
                name: "turns bad",
                story: "half way, the best one begins to refuse two of three, and what it says is poor",
                inhabitants: [
                    inhabitant("ash", 0.9, 0.6, 3) { step in
                        step < length / 2
                            ? Nature(quality: 0.8, seconds: 4) : Nature(answers: 0.35, quality: 0.4, seconds: 6)
                    },
                    inhabitant("birch", 0.8, 0.6, 3) { _ in Nature(quality: 0.65, seconds: 6) },
                    inhabitant("cedar", 0.7, 0.6, 3) { _ in Nature(quality: 0.7, seconds: 5) },
                    inhabitant("dogwood", 0.5, 0.4, 1) { _ in Nature(answers: 0.9, quality: 0.5, seconds: 12) },
                ]
            ),
            World(
                name: "a new one appears",
                story: "half way, a backend is added that is better than its scores say",
                inhabitants: [
                    inhabitant("ash", 0.9, 0.6, 3) { _ in Nature(quality: 0.6, seconds: 8) },
                    inhabitant("birch", 0.8, 0.6, 3) { _ in Nature(quality: 0.6, seconds: 6) },
                    inhabitant("cedar", 0.7, 0.6, 3) { _ in Nature(quality: 0.55, seconds: 6) },
                    inhabitant("elm", 0.7, 0.5, 2) { step in
                        step < length / 2 ? nil : Nature(quality: 0.8, seconds: 3)
                    },
                ]
            ),
        ]
    }

    private static func inhabitant(
        _ name: String,
        _ quality: Double,
        _ speed: Double,
        _ price: Double,
        _ nature: @escaping @Sendable (Int) -> Nature?
    ) -> Inhabitant {
        guard let id = BackendID(name) else { preconditionFailure("the names of the worlds are names") }
        var backend = Backend(id: id, url: "http://\(name)", model: name, roles: [.breadth], isLocal: false)
        (backend.quality, backend.speed) = (quality, speed)
        backend.prices = PriceVector(input: price, output: price)
        return Inhabitant(backend: backend, nature: nature)
    }
}
