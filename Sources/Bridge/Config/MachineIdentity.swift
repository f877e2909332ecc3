internal import Foundation
internal import Persona

/// What tells this machine and its user from others: names that slip into prompts with paths and error texts.
enum MachineIdentity {
    /// Names that thousands of machines have, and that players use as words.
    private static let common: Set<String> = [
        "root", "user", "admin", "ubuntu", "debian", "localhost", "home", "guest", "test", "vagrant", "docker",
        "builder",
        "runner", "server", "linux", "macbook", "desktop", "laptop", "raspberrypi", "evennia", "workshop", "nobody",
        "daemon", "system", "default", "localdomain", "container", "sandbox", "ec2", "vm", "game", "player",
    ]
    private static let shortest = 5

    static func terms(environment: [String: String]) -> [(class: IdentityClass, text: String)] {
        var terms: [String] = []
        for name in [environment["USER"], environment["LOGNAME"], host()].compactMap({ $0 }) where tells(name) {
            terms.append(name)
        }
        // "/home/x" tells who x is; "/root" and "/" tell nothing.
        if let home = environment["HOME"], home.split(separator: "/").count > 1,
            let user = home.split(separator: "/").last, tells(String(user))
        {
            terms.append(home)
        }
        return Set(terms).sorted().map { (.machine, $0) }
    }

    private static func tells(_ name: String) -> Bool {
        name.count >= shortest && !common.contains(name.lowercased()) && !Identity.isOrdinary(name)
    }

    /// The name without its domain.
    private static func host() -> String? {
        ProcessInfo.processInfo.hostName.split(separator: ".").first.map(String.init)
    }
}
