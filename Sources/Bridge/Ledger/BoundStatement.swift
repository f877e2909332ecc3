internal import CSQLite
internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// What is said to SQLite once, before the first database is opened.
enum SQLiteLibrary {
    private static let prepared: Void = { _ = csqlite_count_no_memory() }()

    /// How much of a database a connection keeps in memory, a quarter of what it would: what is written goes to the ends of
    /// tables, and the rest is in the system's cache.
    static let cacheKibibytes = 512

    /// Says it. Afterwards it is too late, and nothing happens.
    static func prepare() { prepared }
}

/// A value for a placeholder of a statement; nil is NULL, and so is a number that is none.
enum Cell {
    case integer(Int64?)
    case real(Double?)
    case text(String?)
    case blob(Data)

    static func integer(_ value: Int?) -> Cell { .integer(value.map(Int64.init)) }
    static func flag(_ value: Bool) -> Cell { .integer(value ? Int64(1) : 0) }
}

extension Database {
    /// Runs a statement that gives no rows.
    ///
    /// For what is written with every request: to box values and nest a closure for each, as `execute(sql:arguments:)` does,
    /// takes longer than SQLite needs to write them.
    func run(_ sql: String, _ cells: [Cell] = []) throws {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        defer { sqlite3_reset(statement) }
        for (index, cell) in cells.enumerated() { cell.bind(to: statement, at: Int32(index + 1)) }
        guard sqlite3_step(statement) == SQLITE_DONE else {
            let code = ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection))
            throw DatabaseError(resultCode: code, message: sqlite3_errmsg(sqliteConnection).map { String(cString: $0) })
        }
    }

    /// Runs the body in a transaction that has the lock from the start; an error takes all of it back.
    func immediately(_ body: () throws -> Void) throws {
        try run("BEGIN IMMEDIATE")
        do {
            try body()
            try run("COMMIT")
        } catch {
            // Some errors have ended the transaction already.
            if isInsideTransaction { try? run("ROLLBACK") }
            throw error
        }
    }
}

extension Cell {
    /// A statement that has too few placeholders is a mistake of ours, and shows as a constraint that is broken.
    fileprivate func bind(to statement: OpaquePointer?, at index: Int32) {
        switch self {
        case .integer(let value?): sqlite3_bind_int64(statement, index, value)
        case .real(let value?): sqlite3_bind_double(statement, index, value)
        case .text(var value?):
            value.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) { text in
                    // Of an empty text SQLite wants a place, too: no place is NULL.
                    _ = sqlite3_bind_text(
                        statement,
                        index,
                        text.baseAddress ?? Self.nowhere,
                        Int32(text.count),
                        Self.copied
                    )
                }
            }
        case .blob(let data):
            data.withUnsafeBytes { bytes in
                _ = sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
            }
        case .integer(nil), .real(nil), .text(nil): sqlite3_bind_null(statement, index)
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite copies the value at once.
    static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private nonisolated(unsafe) static let nowhere = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}
