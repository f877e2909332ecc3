internal import Persona
internal import Routing

/// Keeps the personas of the moment: builds them anew when the configuration is read again, when the game tells its names,
/// and when the keys of the backends are others. An actor: the building is nobody's event loop's work, and goes one by one.
actor Roster {
    private var config: BridgeConfig
    private var names = GameNames.none
    private let keys: @Sendable () -> [GuardedKey]
    private let adopt: @Sendable (PersonaSet) -> Void

    /// - Parameters:
    ///   - keys: those of the backends of now.
    ///   - adopt: hands the personas on to those who live by them.
    init(
        _ config: BridgeConfig,
        keys: @escaping @Sendable () -> [GuardedKey],
        adopt: @escaping @Sendable (PersonaSet) -> Void
    ) {
        self.config = config
        self.keys = keys
        self.adopt = adopt
    }

    /// Takes a new configuration over; the game's names stay.
    func replace(_ config: BridgeConfig) {
        self.config = config
        rebuild()
    }

    /// Takes the game's names over, in place of those that it told before.
    /// - Returns: how many are kept to the house, and which of the list are not.
    func learn(_ names: [GameNames.Name]) -> GameNames {
        self.names = GameNames(names)
        rebuild()
        return self.names
    }

    /// Builds the personas anew, with the keys of now.
    func rebuild() { adopt(PersonaSet(config, names: names, keys: keys)) }
}
