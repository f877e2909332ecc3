internal import CSQLite
internal import GRDB

/// A statement that is run with every request: compiled once for a connection, and bound without a value in between.
///
/// Looking it up by its text, and a list of cells for its placeholders, took as long as SQLite itself. Not `Sendable`: it
/// belongs to whoever has the connection.
final class KeptStatement {
    private let sql: String
    private var compiled: (statement: Statement, connection: ObjectIdentifier)?
    /// Where texts stand while the statement runs.
    private let room = UnsafeMutableRawPointer.allocate(byteCount: KeptStatement.roomBytes, alignment: 1)
    private static let roomBytes = 2_048

    init(_ sql: String) {
        self.sql = sql
    }

    deinit { room.deallocate() }

    /// Lets go of the statement: a connection with one left cannot be closed.
    func forget() { compiled = nil }

    /// Runs it, to its end; it gives no rows.
    /// - Parameter bind: binds every placeholder, in order.
    func run(_ db: Database, _ bind: (inout Binding) -> Void) throws {
        let statement = try start(db, bind)
        defer { sqlite3_reset(statement) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw Self.failure(db) }
    }

    /// Runs it as far as its first row; gives that row's first column, or nil when there is no row.
    func first(_ db: Database, _ bind: (inout Binding) -> Void = { _ in }) throws -> Int64? {
        let statement = try start(db, bind)
        defer { sqlite3_reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return sqlite3_column_int64(statement, 0)
        case SQLITE_DONE: return nil
        default: throw Self.failure(db)
        }
    }

    private func start(_ db: Database, _ bind: (inout Binding) -> Void) throws -> OpaquePointer {
        let statement: Statement
        if let compiled, compiled.connection == ObjectIdentifier(db) {
            statement = compiled.statement
        } else {
            statement = try db.makeStatement(sql: sql)
            compiled = (statement, ObjectIdentifier(db))
        }
        var binding = Binding(statement: statement.sqliteStatement, room: room)
        bind(&binding)
        return statement.sqliteStatement
    }

    private static func failure(_ db: Database) -> DatabaseError {
        let code = ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection))
        return DatabaseError(resultCode: code, message: sqlite3_errmsg(db.sqliteConnection).map { String(cString: $0) })
    }

    /// Binds the placeholders of a statement, one after the other; nil is NULL, and so is a number that is none.
    struct Binding {
        private let statement: OpaquePointer
        private let room: UnsafeMutableRawPointer
        private var used = 0
        private var index: Int32 = 0

        fileprivate init(statement: OpaquePointer, room: UnsafeMutableRawPointer) {
            self.statement = statement
            self.room = room
        }

        mutating func integer(_ value: Int64?) {
            index += 1
            if let value { sqlite3_bind_int64(statement, index, value) } else { sqlite3_bind_null(statement, index) }
        }

        mutating func integer(_ value: Int?) { integer(value.map { Int64($0) }) }
        mutating func flag(_ value: Bool) { integer(value ? Int64(1) : 0) }

        mutating func real(_ value: Double?) {
            index += 1
            if let value { sqlite3_bind_double(statement, index, value) } else { sqlite3_bind_null(statement, index) }
        }

        mutating func text(_ value: String?) {
            guard var value else { return null() }
            value.withUTF8 { text(UnsafeRawBufferPointer($0)) }
        }

        /// A text by its UTF-8.
        mutating func text(_ utf8: [UInt8]?) {
            guard let utf8 else { return null() }
            utf8.withUnsafeBytes { text($0) }
        }

        private mutating func text(_ bytes: UnsafeRawBufferPointer) {
            index += 1
            let (place, lifetime) = place(bytes)
            let start = place.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(statement, index, start, Int32(bytes.count), lifetime)
        }

        mutating func blob(_ bytes: UnsafeRawBufferPointer) {
            index += 1
            let (place, lifetime) = place(bytes)
            sqlite3_bind_blob(statement, index, place, Int32(bytes.count), lifetime)
        }

        mutating func null() {
            index += 1
            sqlite3_bind_null(statement, index)
        }

        /// Where the bytes stand until the statement has run: here, where there is room, or where SQLite copies them. Of
        /// none, too, SQLite wants a place.
        private mutating func place(
            _ bytes: UnsafeRawBufferPointer
        ) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
            guard let start = bytes.baseAddress, bytes.count <= KeptStatement.roomBytes - used else {
                return (bytes.baseAddress ?? UnsafeRawPointer(room), Cell.copied)
            }
            let place = room + used
            place.copyMemory(from: start, byteCount: bytes.count)
            used += bytes.count
            return (UnsafeRawPointer(place), nil)
        }
    }
}
