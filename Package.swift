// swift-tools-version: 6.2
import PackageDescription

// Every target: Swift 6 mode, no unmarked unsafe code, and a warning is an error. (SwiftPM drops
// the last one by itself when this package is somebody's dependency.)
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "resta",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "RESTA", targets: ["RESTA"]),
    .library(name: "RESTALlama", targets: ["RESTALlama"]),
    .library(name: "RESTAEvaluation", targets: ["RESTAEvaluation"]),
    .library(name: "RESTAServer", targets: ["RESTAServer"]),
    .library(name: "RESTATesting", targets: ["RESTATesting"]),
    .executable(name: "resta", targets: ["RESTACommand"]),
  ],
  dependencies: [
    // The command's flags, help and exit codes.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Signals (Ctrl-C, kill) as an asynchronous sequence.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // The store of an evaluation: SQLite.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // The configuration of an evaluation: YAML.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // SHA-256: the names of generations, models and data in a store.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    // Judges behind an OpenAI-compatible endpoint.
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    // What async-http-client speaks in; the tests' endpoint that fails in every way is made of it.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // The server: HTTP, routes, TLS. Its configuration is our own, so without that trait.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
      traits: ["FullFoundation"]),
    // The types that Hummingbird speaks in, its channel's, and its TLS.
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    // The server's log.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // The server's counters, for whichever system an embedding program uses.
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
  ],
  targets: [
    // llama.cpp's C API. Found with pkg-config, because a package that others depend on may not
    // carry unsafe flags: `make` points PKG_CONFIG_PATH at its own build, Homebrew sets its own.
    .systemLibrary(
      name: "CLlama", pkgConfig: "llama", providers: [.brew(["llama.cpp"])]),
    // Imports nothing; RESTA gives it on to whoever imports RESTA.
    .target(name: "RESTATemplates", swiftSettings: settings),
    .target(name: "RESTA", dependencies: ["RESTATemplates"], swiftSettings: settings),
    .target(
      name: "RESTADocuments", dependencies: ["RESTA", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .target(name: "RESTALlama", dependencies: ["RESTA", "CLlama"], swiftSettings: settings),
    .target(
      name: "RESTAEvaluation",
      dependencies: [
        "RESTA", "RESTADocuments",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Yams", package: "Yams"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      resources: [.embedInCode("Resources/built-in.jsonl")], swiftSettings: settings),
    .target(
      name: "RESTAServer",
      dependencies: [
        "RESTA", "RESTADocuments",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      resources: [
        .embedInCode("Resources/playground.html"), .embedInCode("Resources/playground.css"),
        .embedInCode("Resources/playground.js"),
      ],
      swiftSettings: settings),
    .target(name: "RESTATesting", dependencies: ["RESTA"], swiftSettings: settings),
    // Not "resta": a folder and a module that differ from RESTA only in case cannot live beside it
    // on macOS's default file system. The product, and so the command, is still `resta`.
    .executableTarget(
      name: "RESTACommand",
      dependencies: [
        "RESTA", "RESTALlama", "RESTAEvaluation", "RESTAServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      resources: [
        .embedInCode("Resources/demo.json"), .embedInCode("Resources/evaluation.yaml"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RESTATemplatesTests", dependencies: ["RESTATemplates", "RESTATesting"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTATests", dependencies: ["RESTA", "RESTATesting"],
      // Found by path: a bundle would copy a megabyte at every build.
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTALlamaTests", dependencies: ["RESTA", "RESTALlama", "RESTATesting"],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["RESTACommand", "RESTAEvaluation", "RESTATesting"],
      swiftSettings: settings),
    .testTarget(
      name: "RESTAEvaluationTests",
      dependencies: [
        "RESTA", "RESTAEvaluation", "RESTATesting",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      // Found by path too: other implementations of the same rules read it.
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTAServerTests",
      dependencies: [
        "RESTA", "RESTAServer", "RESTATesting",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: settings),
    .testTarget(
      name: "RESTATestingTests", dependencies: ["RESTA", "RESTATesting"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
