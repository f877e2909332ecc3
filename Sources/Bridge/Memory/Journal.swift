internal import Foundation
internal import GRDB
internal import Persona
internal import Routing

/// What the persona has thought, for whom it was, and what came of it: its own memory, which no backend has.
struct Journal: Sendable {
    /// An entry as it is kept.
    struct Record: Sendable, Equatable, Codable, Undisclosed {
        var caller: String?
        var kind: String?
        /// As it was typed, or its beginning.
        var task: String
        /// Without the persona's words around it, or its beginning.
        var answer: String
        var backend: String?
        var confidence: Double?
    }

    /// An entry, and when it was.
    struct Entry: Sendable, Equatable {
        let time: Date
        let record: Record
    }

    /// How many characters of a task and of an answer are kept.
    static let longestText = 2_000

    let memory: Memory
    let settings: Live<BridgeConfig.MemorySettings>

    /// Writes an entry some time soon; nobody waits for it.
    /// - Parameter moment: when the thought began, see ``Forgettings``.
    func note(_ record: Record, of origin: Origin, since moment: UInt64) {
        guard settings.current.journalDays > 0 else { return }
        let now = memory.nowMilliseconds
        memory.writeLater { [memory] db in
            let digests = memory.digests(of: origin)
            guard !memory.forgettings.hasForgotten(digests, since: moment) else { return 0 }
            var record = record
            record.task = Self.beginning(of: record.task)
            record.answer = Self.beginning(of: record.answer)
            let id = try memory.statements.nextJournal.first(db) ?? 1
            let sealed = try memory.seal(record.json, at: Self.place(id))
            try memory.statements.journal.run(db) { row in
                row.integer(id)
                row.integer(now)
                digests.persona.withUnsafeBytes { row.blob($0) }
                digests.owner.withUnsafeBytes { row.blob($0) }
                sealed.withUnsafeBytes { row.blob($0) }
                if let conversation = digests.conversation {
                    conversation.withUnsafeBytes { row.blob($0) }
                } else {
                    row.null()
                }
            }
            return 1
        }
    }

    /// The newest entries, or those that hold most of some words; the best first.
    /// - Parameters:
    ///   - origin: a persona, and a caller; without a caller everybody's entries.
    ///   - about: words to look for, among the newest entries.
    func entries(of origin: Origin, about: String?, limit: Int) async throws -> [Entry] {
        let digests = memory.digests(of: origin)
        let isOwn = origin.caller != nil
        let settings = settings.current
        let oldest = memory.nowMilliseconds - settings.journalDays.milliseconds
        let scanned = about == nil ? limit : settings.journalScanned
        return try await memory.pool.read { [memory] db in
            var search = JournalSearch(about, limit: limit)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, time_ms, sealed FROM journal
                    WHERE \(isOwn ? "owner" : "persona") = ? AND time_ms >= ? ORDER BY id DESC LIMIT ?
                    """,
                arguments: [isOwn ? digests.owner : digests.persona, oldest, scanned]
            )
            while let row = try rows.next() {
                guard let record: Record = memory.unsealed(row[2], at: Self.place(row[0])) else { continue }
                let time = Date(timeIntervalSince1970: Double(row[1] as Int64) / 1_000)
                search.take(Entry(time: time, record: record))
            }
            return search.found
        }
    }

    /// As much of a text as is kept. To count characters takes longer than to seal them.
    private static func beginning(of text: String) -> String {
        text.utf8.count <= longestText ? text : String(text.prefix(longestText))
    }

    private static func place(_ id: Int64) -> Memory.Place { Memory.Place(table: "journal", row: "\(id)") }
}

extension Journal.Record {
    /// What it is decoded from.
    fileprivate var json: [UInt8] {
        var json = JSONWriter(reserving: task.utf8.count + answer.utf8.count + 128)
        json.object { json in
            json.key("task")
            json.string(task)
            json.key("answer")
            json.string(answer)
            for (key, value) in [("caller", caller), ("kind", kind), ("backend", backend)] as [(StaticString, String?)]
            {
                guard let value else { continue }
                json.key(key)
                json.string(value)
            }
            if let confidence {
                json.key("confidence")
                json.number(confidence)
            }
        }
        return json.bytes
    }
}

/// Chooses entries of the journal: those that hold most of the words that were asked about, the newest of them first. Pure.
struct JournalSearch {
    /// The words, folded as the guard folds names: case, accents and look-alikes make no difference.
    private let words: [[UInt8]]
    private let hasWords: Bool
    private let limit: Int
    private var hits: [(score: Int, entry: Journal.Entry)] = []

    /// - Parameter about: words; nil for the newest entries, whatever they hold.
    init(_ about: String?, limit: Int) {
        let all = Set(TextFolding.standard.fold(about ?? "").split(separator: Self.space).map(Array.init))
        // Short words are in every entry.
        let long = all.filter { $0.count > 2 }
        words = Array(long.isEmpty ? all : long)
        hasWords = about != nil
        self.limit = limit
    }

    /// Looks at the next entry, an older one.
    mutating func take(_ entry: Journal.Entry) {
        guard hasWords else { return hits.append((0, entry)) }
        let found = [entry.record.task, entry.record.answer].map { wordsBegun(in: TextFolding.standard.fold($0)) }
        let score = words.indices.count { found[0][$0] || found[1][$0] }
        // One word in common is chance, unless one word is all that was asked.
        guard score > 0, score * 2 >= words.count else { return }
        let place = hits.firstIndex { $0.score < score } ?? hits.endIndex
        hits.insert((score, entry), at: place)
        if hits.count > limit { hits.removeLast() }
    }

    /// The best so far.
    var found: [Journal.Entry] { hits.prefix(limit).map(\.entry) }

    /// Which of the words a word of the text begins with.
    private func wordsBegun(in text: [UInt8]) -> [Bool] {
        var found = words.map { _ in false }
        var isStart = true
        text.withUnsafeBufferPointer { text in
            for place in text.indices {
                if isStart {
                    for (number, word) in words.enumerated() where !found[number] && text[place] == word[0] {
                        found[number] = text[place...].starts(with: word)
                    }
                }
                isStart = text[place] == Self.space
            }
        }
        return found
    }

    private static let space = UInt8(ascii: " ")
}
