internal import Foundation
internal import Routing

/// The steps of a rehearsal: every task in turn over every backend, whole and streamed, and every fault. Pure.
struct RehearsalScript: Sendable {
    /// What backends do, one after the other, and what it is called.
    static let scenes: [(name: String, replies: [ScriptedReply])] = [
        ("an answer", []), ("429 with Retry-After", [.rateLimited]), ("500", [.serverError]),
        ("a broken stream", [.broken]), ("a refusal in words", [.refusal]), ("a stale connection", [.stale]),
        ("a call of a tool", [.toolCall]), ("a closing connection", [.goodbye]),
        ("one fault after the other", [.serverError, .rateLimited, .broken, .stale]),
    ]

    /// What goes with a task.
    private enum Shape: CaseIterable {
        case plain, addressed, history, remembered, toolLoop, bounded, rememberedAddress, image
    }

    let tasks: [String]
    let backends: [String]
    private(set) var steps: [RehearsalStep] = []

    /// How many combinations of backend, mode and scene there are.
    static func combinations(_ backends: Int) -> Int { backends * 2 * scenes.count }

    /// - Parameters:
    ///   - tasks: what is asked; none of them names any persona.
    ///   - isFull: whether every task goes to every backend in both modes, and not to two of them.
    init(tasks: [String], backends: [String], isFull: Bool) {
        self.tasks = tasks
        self.backends = backends
        var turn = 0
        for (number, task) in tasks.enumerated() {
            steps.append(RehearsalStep(method: "route", params: Self.json(["task": task])))
            if isFull {
                for _ in 0..<(backends.count * 2) { addTurn(task, &turn) }
            } else {
                addTurn(task, &turn)
                addTurn(task, &turn)
            }
            // Nobody named: the plan's own order, and what follows a fault.
            let scene = Self.scenes[number % Self.scenes.count]
            add(task, Self.shape(number), ["stream": number % 2 == 0], scene.replies)
            if number % 40 == 0 { addProbes() }
        }
        if !tasks.isEmpty && !backends.isEmpty { addLongConversation() }
    }

    /// All combinations come up before one comes up again.
    private mutating func addTurn(_ task: String, _ turn: inout Int) {
        let backend = backends[turn % backends.count]
        let isStreamed = turn / backends.count % 2 == 0
        let scene = Self.scenes[turn / (backends.count * 2) % Self.scenes.count]
        add(task, Self.shape(turn / 3), ["backend": backend, "stream": isStreamed], scene.replies)
        turn += 1
    }

    private mutating func addProbes() {
        steps.append(RehearsalStep(method: "probe", params: "{}", isUnordered: true))
        steps.append(RehearsalStep(method: "models", params: #"{"refresh":true}"#, isUnordered: true))
    }

    /// More than fits into a backend: which of it goes must not depend on how long the name is by which it was asked.
    private mutating func addLongConversation() {
        for turn in 0..<Self.longTurns {
            let text = (0..<4).map { tasks[(turn * 5 + $0 * 3) % tasks.count] }.joined(separator: " ")
            let params: [String: Any] = [
                "task": Self.addressed(String(text.prefix(900)), turn), "backend": backends[0], "cache": false,
                "conversation": "long",
            ]
            steps.append(RehearsalStep(params: Self.json(params)))
        }
    }

    private static let longTurns = 60

    private static func addressed(_ task: String, _ number: Int) -> String {
        let name = RehearsalStep.address
        return ["\(name), ", "Hey \(name), ", "\(name): ", "\(name)! "][number % 4] + task
    }

    private static func shape(_ number: Int) -> Shape { Shape.allCases[number % Shape.allCases.count] }

    private mutating func add(_ task: String, _ shape: Shape, _ params: [String: Any], _ replies: [ScriptedReply]) {
        var params = params
        params["task"] = task
        params["cache"] = false
        params["caller"] = "player \(steps.count % 5)"
        switch shape {
        case .plain: break
        case .addressed: params["task"] = Self.addressed(task, steps.count)
        case .remembered: params["conversation"] = "one"
        case .rememberedAddress:
            params["conversation"] = "two"
            params["task"] = Self.addressed(task, steps.count)
        case .history:
            params["history"] = [
                ["role": "user", "text": "How many barrels are there?"],
                ["role": "assistant", "text": "Four, and two of them are empty."],
            ]
        case .toolLoop:
            params["tools"] = [
                ["name": "look", "description": "Looks at something.", "parameters": Self.schema],
                ["name": "count", "description": "Counts things.", "parameters": Self.schema],
            ]
            params["history"] = [
                ["role": "user", "text": "What is in the cellar?"],
                ["role": "assistant", "calls": [["id": "call_1", "name": "look", "arguments": ["at": "cellar"]]]],
                ["role": "tool", "answers": "call_1", "text": "Four barrels."],
            ]
        case .bounded:
            params["instructions"] = "Answer in one sentence."
            params["max_tokens"] = 200
            params["temperature"] = 0.5
            params["stop"] = ["###"]
        case .image: params["attachments"] = [["type": "image/png", "data": Self.picture]]
        }
        steps.append(RehearsalStep(params: Self.json(params), replies: replies))
    }

    private static let schema: [String: any Sendable] = [
        "type": "object", "required": ["at"],
        "properties": ["at": ["type": "string", "enum": ["cellar", "roof"]] as [String: any Sendable]],
    ]
    /// One white pixel.
    private static let picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="

    private static func json(_ object: [String: Any]) -> String {
        // A dictionary of strings, numbers, lists and dictionaries is JSON.
        let data = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self)
    }
}

/// Tasks that nobody has to have asked: the same for the same number.
enum InventedTasks {
    static func make(_ count: Int) -> [String] {
        var dice = Dice(seed: 7)
        var seen: Set<String> = []
        var tasks: [String] = []
        while tasks.count < count {
            var task = dice.pick(frames).replacing("%1", with: dice.pick(things)).replacing(
                "%2",
                with: dice.pick(places)
            )
            .replacing("%3", with: "\(2 + dice.next() % 97)").replacing("%4", with: dice.pick(languages))
            // After the last new one, a number tells them apart.
            if !seen.insert(task).inserted { task += " (\(tasks.count))" }
            tasks.append(task)
        }
        return tasks
    }

    private static let frames = [
        "How many %1 fit into %2?", "Count the %1 in %2.", "Translate to %4: %3 %1 are in %2.",
        "Write a function that sorts %1 by weight and returns the first %3.",
        "Summarise: %3 %1 were found in %2 at dawn.",
        "Why would anybody keep %1 in %2?", "Is it true that %1 float? Yes or no.", "List %3 names for a shop of %1.",
        "Describe %2 to a child, with %1 in it.", "What is %3 times 17, if each of the %1 costs 2?",
        "Give me JSON with the keys item and count for %3 %1.", "Debug this: for i in range(%3): print(%1[i])",
        "Plan a day at %2 that ends with %1.", "Classify as praise or complaint: \"Your %1 were late again.\"",
        "Which is older, %1 or paper?", "Compare %1 and ropes for building at %2.",
        "Is the door of %2 locked right now?", "Put %3 %1 on the list.", "Explain step by step how %1 are made.",
        "Write a short poem in %4 about %1.",
    ]
    private static let things = [
        "barrels", "lanterns", "apples", "ladders", "coins", "bricks", "candles", "boats", "maps", "nails", "jars",
        "bells",
        "carts", "shoes", "wheels", "stones",
    ]
    private static let places = [
        "the cellar", "a small harbour", "the old library", "the market", "a barn", "the north gate", "a mill",
        "the tower room",
        "an orchard", "the town hall", "a cave", "the kitchen",
    ]
    private static let languages = ["German", "French", "Spanish", "Italian", "Dutch", "Polish"]
}
