// swift-tools-version: 6.2
import PackageDescription

// Its own package, so that nobody who depends on RESTA builds it.
let package = Package(
  name: "resta-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    // What is measured.
    .package(name: "resta", path: "..")
  ],
  targets: [
    .executableTarget(
      name: "RESTABenchmarks",
      dependencies: [
        .product(name: "RESTA", package: "resta"),
        .product(name: "RESTATesting", package: "resta"),
      ],
      swiftSettings: [
        .strictMemorySafety(), .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
