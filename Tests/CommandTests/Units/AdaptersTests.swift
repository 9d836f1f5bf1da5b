import Foundation
import Testing

@testable import RESTALocal

@Suite("Where the demo's adapter is found") struct AdaptersTests {
  /// A folder with a file in it, for the length of a test.
  private struct Tree: ~Copyable {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "resta-\(UUID().uuidString)")

    init(_ path: String?) throws {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      guard let path else { return }
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func resolve(model: String, named: String? = nil) throws -> String? {
      try Adapters.resolve(
        model: root.appendingPathComponent(model).path, named: named,
        projects: [root.appendingPathComponent("project")],
        executableFolder: root.appendingPathComponent("usr/bin"))
    }
  }

  private static let model = "m/.models/SmolLM2-135M-Instruct.Q4_0.gguf"

  @Test(arguments: [
    "project/Adapters/smollm2-135m-aligned/adapter.f16.gguf",
    "m/Adapters/smollm2-135m-aligned/adapter.f16.gguf",
    "usr/share/resta/adapter.f16.gguf",
  ])
  func `in the project, beside the model, or where it was installed`(path: String) throws {
    let tree = try Tree(path)
    try FileManager.default.createDirectory(
      at: tree.root.appendingPathComponent("usr/bin"), withIntermediateDirectories: true)
    let found = try tree.resolve(model: Self.model)
    #expect(found == tree.root.appendingPathComponent(path).path + ":1.0")
  }

  @Test func `a missing one is an error that says what to do`() throws {
    let tree = try Tree(nil)
    let error = #expect(throws: Failure.self) { _ = try tree.resolve(model: Self.model) }
    #expect(error?.exitCode == 2)
    #expect(error?.description.contains("--no-lora") == true)
    #expect(error?.description.contains("RESTA_ADAPTER") == true)
  }

  @Test func `no model but the default one gets it`() throws {
    let tree = try Tree("project/Adapters/smollm2-135m-aligned/adapter.f16.gguf")
    #expect(try tree.resolve(model: "m/other.gguf") == nil)
    #expect(try tree.resolve(model: "m/not-SmolLM2-135M-Instruct.Q4_0.gguf") == nil)
  }

  @Test func `the environment's comes first, for any model`() throws {
    let tree = try Tree(nil)
    #expect(try tree.resolve(model: "m/other.gguf", named: "a.gguf:0.5") == "a.gguf:0.5")
    #expect(throws: Failure.self) { _ = try tree.resolve(model: Self.model, named: "") }
  }
}
