internal import Foundation
internal import GRDB

/// Where a job stands.
enum JobState: String, Sendable, CaseIterable {
    case queued, running, done, failed, cancelled
    /// The daemon died while it was under way, and nobody said that it may be asked twice.
    case interrupted

    /// Whether nothing more comes of it by itself.
    var hasEnded: Bool { self != .queued && self != .running }
}

/// A job as the ledger knows it.
struct JobRow: Sendable, Equatable {
    var id: Int64
    /// The user of the system who submitted it.
    var peer: Int64
    /// The digest of persona and caller, see ``OriginDigests``.
    var owner: Data
    var caller: String?
    var state = JobState.queued
    var priority: Int
    /// Whether it may be asked again when nobody knows whether it was answered.
    var isIdempotent: Bool
    /// How many attempts it has, and how many are left.
    var tries: Int
    var triesLeft: Int
    /// How many were begun in all.
    var attempts = 0
    var backoff: Int64
    var notBefore: Int64?
    var submitted: Int64
    var started: Int64?
    var finished: Int64?
    /// The name of the error that ended it, or its last attempt.
    var error: String?
    /// Whose results it needs.
    var needs: [Int64] = []
}

/// One try of a job: a thought.
struct JobAttempt: Sendable, Equatable {
    var attempt: Int
    var thought: String
    /// The last request that had been sent by anybody when it began.
    var before: Int64
    var started: Int64
    var finished: Int64?
    /// `done`, the name of an error, `interrupted`, or `not_sent`; nil while it is under way.
    var outcome: String?
}

extension JobRow {
    init?(_ row: Row, needs: [Int64] = []) {
        guard let state = JobState(rawValue: row["state"]) else { return nil }
        self.init(
            id: row["id"],
            peer: row["peer"],
            owner: row["owner"],
            caller: row["caller"],
            state: state,
            priority: row["priority"],
            isIdempotent: row["is_idempotent"],
            tries: row["tries"],
            triesLeft: row["tries_left"],
            attempts: row["attempts"],
            backoff: row["backoff_ms"],
            notBefore: row["not_before_ms"],
            submitted: row["submitted_ms"],
            started: row["started_ms"],
            finished: row["finished_ms"],
            error: row["error"],
            needs: needs
        )
    }
}
