// swift-tools-version: 6.2
import PackageDescription

// The core and its tests alone, for a build without optimisation, where the compiler's own checks are
// on: the whole package would build every dependency of the server and the evaluation once more.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "resta-unoptimised",
  platforms: [.macOS(.v15)],
  targets: [
    // Imports nothing; RESTA gives it on to whoever imports RESTA.
    .target(name: "RESTATemplates", swiftSettings: settings),
    .target(name: "RESTA", dependencies: ["RESTATemplates"], swiftSettings: settings),
    .target(name: "RESTATesting", dependencies: ["RESTA"], swiftSettings: settings),
    .testTarget(
      name: "RESTATemplatesTests", dependencies: ["RESTATemplates", "RESTATesting"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTATests", dependencies: ["RESTA", "RESTATesting"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(
      name: "RESTATestingTests", dependencies: ["RESTA", "RESTATesting"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
