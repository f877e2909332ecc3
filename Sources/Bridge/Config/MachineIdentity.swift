internal import Foundation
internal import Persona

#if canImport(Glibc)
    internal import Glibc
#endif

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

    /// Where the bridge's own files are.
    struct Paths {
        /// The terms: absolute paths that say more than every machine's do.
        let terms: [(class: IdentityClass, text: String)]

        /// - Parameter files: relative ones start at the working folder.
        init(files: [String]) {
            let paths = Set(files.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
            terms = paths.sorted().filter { $0.split(separator: "/").count > 2 }.map { (.machine, $0) }
        }
    }

    private static func tells(_ name: String) -> Bool {
        name.count >= shortest && !common.contains(name.lowercased()) && !Identity.isOrdinary(name)
    }

    /// The name without its domain, as the kernel has it: no name server is asked at the start.
    private static func host() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.split(separator: ".").first.map(String.init)
    }
}
