internal import Routing

/// The simulation of `workshop learning simulate`: what learning costs and saves in invented worlds.
public enum RegretReport {
    /// One world.
    public struct World: Sendable {
        /// Its name.
        public let name: String
        /// What happens in it.
        public let story: String
        /// One line a way of choosing.
        public let lines: [Line]
    }

    /// All runs of one way of choosing.
    public struct Line: Sendable {
        /// Who chose: `rules`, `learning`, `always best`.
        public let chooser: String
        /// The mean regret, in rewards.
        public let mean: Double
        /// The standard deviation over the runs.
        public let deviation: Double
        /// The greatest regret of a run.
        public let worst: Double
        /// The share of thoughts that went to the best.
        public let best: Double
        /// The share of thoughts that were tried out.
        public let explored: Double
        /// The mean regret so far at points of equal distance, the last at the end.
        public let curve: [Double]
    }

    private static let points = 100

    /// All worlds, run after run with the seeds from 1.
    public static func worlds(thoughts: Int, runs: Int) -> [World] {
        Routing.World.all(thoughts).map { world in
            let regret = Regret(world, length: thoughts)
            let lines = Regret.Chooser.allCases.map { chooser in
                line(chooser.rawValue, (1...runs).map { regret.run(chooser, seed: UInt64($0)) }, thoughts)
            }
            return World(name: world.name, story: world.story, lines: lines)
        }
    }

    private static func line(_ chooser: String, _ runs: [Regret.Run], _ thoughts: Int) -> Line {
        let totals = runs.map(\.total)
        let count = Double(runs.count)
        let mean = totals.reduce(0, +) / count
        let squares = totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let all = count * Double(thoughts)
        return Line(
            chooser: chooser,
            mean: mean,
            deviation: (squares / max(count - 1, 1)).squareRoot(),
            worst: totals.max() ?? 0,
            best: Double(runs.reduce(0) { $0 + $1.best }) / all,
            explored: Double(runs.reduce(0) { $0 + $1.explored }) / all,
            curve: (1...points).map { point in
                let place = thoughts * point / points - 1
                return runs.reduce(0) { $0 + $1.missed[place] } / count
            }
        )
    }

    /// The same as JSON.
    public static func json(_ worlds: [World], thoughts: Int, runs: Int) -> String {
        var json = JSONWriter()
        json.object { json in
            json.key("thoughts")
            json.integer(thoughts)
            json.key("runs")
            json.integer(runs)
            json.key("worlds")
            json.array(worlds) { json, world in
                json.object { json in
                    json.key("name")
                    json.string(world.name)
                    json.key("story")
                    json.string(world.story)
                    json.key("lines")
                    json.array(world.lines) { json, line in
                        json.object { json in
                            json.key("chooser")
                            json.string(line.chooser)
                            let numbers: [(StaticString, Double)] = [
                                ("mean", line.mean), ("deviation", line.deviation), ("worst", line.worst),
                                ("best", line.best), ("explored", line.explored),
                            ]
                            for (key, number) in numbers {
                                json.key(key)
                                json.number(number.rounded(toPlaces: 4))
                            }
                            json.key("curve")
                            json.array(line.curve) { $0.number($1.rounded(toPlaces: 2)) }
                        }
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
