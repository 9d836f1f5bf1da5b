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
  dependencies: [
    // RESTADocuments reads YAML; the tests check their golden files by its digest.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2")
  ],
  targets: [
    // Imports nothing; RESTA gives it on to whoever imports RESTA.
    .target(name: "RESTATemplates", swiftSettings: settings),
    .target(name: "RESTA", dependencies: ["RESTATemplates"], swiftSettings: settings),
    .target(
      name: "RESTADocuments", dependencies: ["RESTA", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .target(name: "RESTATesting", dependencies: ["RESTA"], swiftSettings: settings),
    .testTarget(
      name: "RESTATemplatesTests",
      dependencies: ["RESTATemplates", "RESTADocuments", "RESTATesting"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RESTATests", dependencies: ["RESTA", "RESTADocuments", "RESTATesting"],
      exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(
      name: "RESTATestingTests", dependencies: ["RESTA", "RESTATesting"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
