internal import Routing

/// What a machine is like, as far as the doctor asks. ``Diagnosis`` says what it means.
struct Symptoms: Sendable {
    /// A file that must be the owner's alone.
    struct PrivatePlace: Sendable {
        let subject: String
        let path: String
        /// Nil where there is no such file.
        var mode: UInt32?
        var isOwn = true
    }

    /// A database, and what is wrong with it.
    struct Database: Sendable {
        let subject: String
        /// In words, with what to do; nil when it can be read, written and is whole.
        var fault: String?
    }

    /// Who answers on the socket.
    enum Daemon: Sendable {
        case none(why: String)
        /// It accepts, and says nothing.
        case silent
        case answers(version: String, lamps: [Lamp])
    }

    /// A backend as the daemon sees it.
    struct Lamp: Sendable {
        let backend: String
        let state: String
        let why: String
    }

    /// Evennia's settings, read as text: a game is not started to be looked at.
    struct Game: Sendable {
        let settings: String
        /// Nil where the file cannot be read.
        var text: String?
    }

    var socket = ""
    /// Where who is told nothing looks for it.
    var usualSocket = ""
    var places: [PrivatePlace] = []
    /// Files that say where tasks go, and that others than the owner may write.
    var writableByOthers: [String] = []
    /// Those that are there.
    var databases: [Database] = []
    /// What is free where the ledger is or will be, in bytes.
    var freeBytes: Int64?
    var openFiles = 0
    /// Whether the clock is kept right by somebody; nil where the system does not say.
    var isClockKept: Bool?
    /// Backends that were configured and cannot be asked, and why.
    var disabled: [(backend: String, why: String)] = []
    var backends = 0
    /// Whether the front door can be reached from elsewhere, and how many keys there are, nil where their file cannot be
    /// read; nil without a door.
    var door: (isLoopback: Bool, keys: Int?)?
    var daemon = Daemon.none(why: "")
    var game: Game?
}
