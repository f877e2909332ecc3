public struct ReplyGuard: Sendable {
    public private(set) var caught = 0
    public init() {}
    public mutating func feed(_ piece: String) -> String { piece }
    public mutating func finish() -> String { "" }
}
