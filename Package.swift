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

/// A target of this package with the settings above.
func target(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// A target of tests; golden files are found by path, because a bundle would copy them at every build.
///
/// `make test` builds all in release, for models need it; tests themselves do not, and compile in half the
/// time without: the second flag keeps `-Onone` from compiling each module twice, once for its interface.
/// Nobody depends on a target of tests, so the flags keep nobody from this package.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["RESTADocuments", "RESTATesting"], exclude: exclude,
    swiftSettings: settings + [
      .unsafeFlags(["-Onone", "-no-emit-module-separately-wmo"], .when(configuration: .release))
    ])
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
  name: "resta",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "RESTA", targets: ["RESTA"]),
    .library(name: "RESTALlama", targets: ["RESTALlama"]),
    // What defences and judges of your own name their settings in.
    .library(name: "RESTADocuments", targets: ["RESTADocuments"]),
    .library(name: "RESTAEvaluation", targets: ["RESTAEvaluation"]),
    .library(name: "RESTAReport", targets: ["RESTAReport"]),
    .library(name: "RESTAServer", targets: ["RESTAServer"]),
    .library(name: "RESTATesting", targets: ["RESTATesting"]),
    .executable(name: "resta", targets: ["RESTACommand"]),
    // What needs a model and nothing else: no TLS, no HTTP, no SQLite to compile.
    .executable(name: "resta-local", targets: ["RESTADemo"]),
  ],
  dependencies: [
    // The command's flags, help and exit codes.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Signals (Ctrl-C, kill) as an asynchronous sequence; the server's start and end.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // The store of an evaluation: SQLite.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // Configurations of evaluations and of the server: YAML.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Judges behind an OpenAI-compatible endpoint, and vLLM servers.
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    // What async-http-client speaks in; the tests' endpoint that fails in every way is made of it.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // The server: HTTP, routes, TLS. Its configuration is our own, so without that trait: swift-configuration
    // knows no refusal of unknown keys, and a mistyped floor that is silently ignored is no floor.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
      traits: ["FullFoundation"]),
    // The types that Hummingbird speaks in, its channel's, and its TLS.
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    // The server's log.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  // In the order in which they may import each other: upwards only. scripts/hygiene.py checks it.
  targets: [
    // llama.cpp's C API. Found with pkg-config, because a package that others depend on may not
    // carry unsafe flags: `make` points PKG_CONFIG_PATH at its own build, Homebrew sets its own.
    .systemLibrary(
      name: "CLlama", pkgConfig: "llama", providers: [.brew(["llama.cpp"])]),
    target("RESTATemplates", []),
    target("RESTA", ["RESTATemplates"]),
    target("RESTADocuments", ["RESTA", .product(name: "Yams", package: "Yams")]),
    target("RESTARefusals", [], resources: [.embedInCode("Resources/refusal-rules.txt")]),
    target("RESTALlama", ["RESTA", "CLlama"]),
    target(
      "RESTAVLLM",
      [
        "RESTA", "RESTADocuments",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    target(
      "RESTAEvaluation",
      [
        "RESTA", "RESTADocuments", "RESTARefusals",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
      ],
      resources: [
        .embedInCode("Resources/built-in.jsonl"), .embedInCode("Resources/checkable.jsonl"),
        .embedInCode("Resources/languages.txt"), .embedInCode("Resources/sentence-words.txt"),
      ]),
    target(
      "RESTAReport", ["RESTA", "RESTADocuments", "RESTAEvaluation"],
      resources: [.embedInCode("Resources/page.css"), .embedInCode("Resources/figures.css")]),
    target(
      "RESTAAttack",
      [
        "RESTA", "RESTADocuments", "RESTARefusals", "RESTAEvaluation",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    target(
      "RESTAServer",
      [
        "RESTA", "RESTADocuments",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ] + nio,
      resources: [
        .embedInCode("Resources/playground.html"), .embedInCode("Resources/playground.css"),
        .embedInCode("Resources/playground.js"),
      ]),
    target("RESTATesting", ["RESTA"]),
    target(
      "RESTALocal",
      [
        "RESTA", "RESTADocuments", "RESTARefusals", "RESTALlama",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [
        .embedInCode("Resources/calibrations.json"), .embedInCode("Resources/demo.json"),
        .embedInCode("Resources/demos.json"),
      ]),
    .executableTarget(
      name: "RESTADemo",
      dependencies: [
        "RESTALocal", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),
    // Not "resta": a folder and a module that differ from RESTA only in case cannot live beside it
    // on macOS's default file system. The product, and so the command, is still `resta`.
    .executableTarget(
      name: "RESTACommand",
      dependencies: [
        "RESTALocal", "RESTARefusals", "RESTALlama", "RESTAVLLM", "RESTAEvaluation", "RESTAReport",
        "RESTAAttack",
        "RESTAServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      resources: [.embedInCode("Resources/evaluation.yaml")],
      swiftSettings: settings),
    tests("RESTATemplatesTests", ["RESTATemplates"]),
    tests("RESTATests", ["RESTA"], exclude: ["Golden"]),
    tests("RESTADocumentsTests", ["RESTA"]),
    tests("RESTATestingTests", ["RESTA"]),
    tests("RESTALlamaTests", ["RESTA", "RESTALlama"]),
    tests(
      "RESTAVLLMTests", ["RESTA", "RESTAVLLM", "RESTALocal"] + nio, exclude: ["Golden"]),
    tests(
      "RESTAEvaluationTests", ["RESTA", "RESTAEvaluation"] + nio,
      exclude: ["Golden"]),
    tests("RESTAReportTests", ["RESTA", "RESTAEvaluation", "RESTAReport"]),
    tests("RESTAAttackTests", ["RESTA", "RESTARefusals", "RESTAEvaluation", "RESTAAttack"]),
    tests(
      "RESTAServerTests",
      [
        "RESTA", "RESTAServer",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ] + nio),
    tests(
      "CommandTests",
      [
        "RESTACommand", "RESTALocal", "RESTAEvaluation", "RESTARefusals", "RESTAAttack",
        "RESTAServer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
