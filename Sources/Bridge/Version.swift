/// The version of the daemon; the CHANGELOG says what came with it.
public enum Version {
    /// The version.
    public static let current: StaticString = "0.1.0"
}
