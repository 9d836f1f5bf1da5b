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
    .library(name: "RESTATesting", targets: ["RESTATesting"]),
    .executable(name: "resta", targets: ["RESTACommand"]),
  ],
  dependencies: [
    // The command's flags, help and exit codes.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Signals (Ctrl-C, kill) as an asynchronous sequence.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // llama.cpp's C API. Found with pkg-config, because a package that others depend on may not
    // carry unsafe flags: `make` points PKG_CONFIG_PATH at its own build, Homebrew sets its own.
    .systemLibrary(
      name: "CLlama", pkgConfig: "llama", providers: [.brew(["llama.cpp"])]),
    .target(name: "RESTA", swiftSettings: settings),
    .target(name: "RESTALlama", dependencies: ["RESTA", "CLlama"], swiftSettings: settings),
    .target(name: "RESTAEvaluation", swiftSettings: settings),
    .target(name: "RESTATesting", dependencies: ["RESTA"], swiftSettings: settings),
    // Not "resta": a folder and a module that differ from RESTA only in case cannot live beside it
    // on macOS's default file system. The product, and so the command, is still `resta`.
    .executableTarget(
      name: "RESTACommand",
      dependencies: [
        "RESTA", "RESTALlama", "RESTAEvaluation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Resources/demo.json")],
      swiftSettings: settings),
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
      name: "RESTAEvaluationTests", dependencies: ["RESTAEvaluation", "RESTATesting"],
      // Found by path too: other implementations of the same rules read it.
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTATestingTests", dependencies: ["RESTA", "RESTATesting"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
