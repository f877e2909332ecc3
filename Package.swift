// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target of ours.
///
/// Warnings are errors here and nowhere else: the packages that we depend on are not ours to hold to it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // A thought stays on the event loop of its connection: no hop between threads that nobody asked for.
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Opens libcurl to a target: `Sources/CCurl/shim.h` is empty to everybody else.
let transport: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-DWORKSHOP_TRANSPORT"])]

/// Optimises in debug builds too: tests put millions of texts through the guard and the deciders.
let quick: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The fuzzer itself is built only when it is asked for (`make fuzz`): it needs every one of our modules with the
/// compiler's marks for coverage.
let fuzzes = Context.environment["WORKSHOP_FUZZ"] != nil
let marks: [SwiftSetting] = fuzzes ? [.unsafeFlags(["-O", "-sanitize=fuzzer"])] : []

let package = Package(
    name: "workshop-bridge",
    products: [
        .executable(name: "workshop", targets: ["workshop"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "Persona", swiftSettings: settings + quick + marks),
        .target(
            name: "Routing",
            dependencies: ["CCurl", "Persona"],
            swiftSettings: settings + transport + quick + marks
        ),
        .target(
            name: "Bridge",
            dependencies: [
                "CGlibc", "CSQLite", "Persona", "Routing",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings + marks
        ),
        .executableTarget(
            name: "workshop",
            dependencies: [
                "Bridge", "Persona",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "Persona", "Routing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        // Empty in release builds: they open what only tests may.
        .target(
            name: "FuzzCore",
            dependencies: ["Persona", "Routing"],
            path: "Fuzz/Core",
            swiftSettings: settings + transport + quick
        ),
        .target(
            name: "FuzzBridge",
            dependencies: [
                "Bridge", "FuzzCore", "Persona", "Routing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Fuzz/Bridge",
            swiftSettings: settings
        ),
        .testTarget(name: "PersonaTests", dependencies: ["Persona"], swiftSettings: settings),
        .testTarget(
            name: "RoutingTests",
            dependencies: ["FuzzCore", "Persona", "Routing", "TestSupport"],
            // Read by the tests where they lie.
            exclude: ["Data", "Fixtures"],
            swiftSettings: settings + transport
        ),
        .testTarget(
            name: "BridgeTests",
            dependencies: [
                "Bridge", "FuzzBridge", "FuzzCore", "Persona", "Routing", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOTestUtils", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
    ]
)

if fuzzes {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: ["CFuzzer", "FuzzBridge", "FuzzCore"],
            path: "Fuzz/Driver",
            swiftSettings: settings
        ),
    ]
}
