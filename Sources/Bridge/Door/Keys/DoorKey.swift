internal import Crypto
internal import Foundation
internal import Persona
internal import Routing

/// One who may come in at the front door, and what it may have. The key itself is known by its hash alone.
struct DoorKey: Sendable, Equatable, Codable {
    /// Letters, digits, `-`, `_` and `.`; what the ledger knows its thoughts by is ``caller``.
    var name: String
    /// SHA-256 of the key, in hexadecimal. A key has 256 bits of chance, so nothing slower is needed to keep it from being
    /// guessed.
    var hash: String
    var created: Date
    /// Who speaks when no header says; nil for nobody.
    var persona: String?
    /// What it may spend.
    var dollarsPerDay: Double?
    var dollarsPerMonth: Double?
    var requestsPerMinute: Int?
    /// How many requests it may have under way.
    var inFlight: Int?
    var streams: BridgeConfig.Streams?
    /// Whether it may have models switched.
    var isOperator = false

    /// The keys' names in the file.
    private enum CodingKeys: String, CodingKey {
        case name, hash, created, persona, streams
        case dollarsPerDay = "usd_day"
        case dollarsPerMonth = "usd_month"
        case requestsPerMinute = "requests_per_minute"
        case inFlight = "in_flight"
        case isOperator = "operator"
    }

    /// What the ledger and the budgets know it as.
    var caller: String { "key:" + name }

    /// What it may spend, for the ``BudgetBook``.
    var budgets: [Budget] {
        [(Budget.Period.day, dollarsPerDay), (.month, dollarsPerMonth)].compactMap { period, dollars in
            dollars.flatMap { NanoDollars(dollars: $0) }.map {
                Budget(scope: .caller(caller), period: period, limit: $0)
            }
        }
    }

    /// Whether a key may be called so.
    static func isName(_ name: String) -> Bool {
        (1...48).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// A new key, of 256 bits of chance: shown once, kept nowhere.
    static func secret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = Data(bytes).base64EncodedString()
        return "wsk-" + text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// What is kept of a key.
    static func hash(of secret: some StringProtocol) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: SHA256.hash(data: Data(secret.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
