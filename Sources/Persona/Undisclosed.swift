/// A type that shows nothing of what it holds, however it is printed: interpolated, dumped, or inside another type.
///
/// Logs are written by libraries as well as by us, and a library that logs "the service" logs everything in it.
public protocol Undisclosed: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Undisclosed {
    /// The name of the type, and nothing else.
    public var description: String { "\(Self.self)" }
    /// The name of the type, and nothing else.
    public var debugDescription: String { description }
    /// No children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
