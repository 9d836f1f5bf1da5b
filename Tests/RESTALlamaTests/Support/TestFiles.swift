import Foundation
import Testing

/// The root of all tests of this module.
///
/// One at a time: they measure latency and memory, and share the cores with llama.cpp's threads.
@Suite(.serialized) enum LlamaTests {}

/// A model that `make models` fetches.
enum TestModel: String, Sendable, Codable, CaseIterable, CustomTestStringConvertible {
  case smolQ40 = "SmolLM2-135M-Instruct.Q4_0.gguf"
  case smolQ41 = "SmolLM2-135M-Instruct.Q4_1.gguf"
  case gemma = "gemma-3-270m-q4_k_m.gguf"
  /// Optional, since it is large: scripts/fetch-models.sh f32.

  static let allCases: [TestModel] = [.smolQ40, .smolQ41, .gemma]

  var path: String { TestFiles.models + "/" + rawValue }
  var testDescription: String { rawValue }
}

/// Where the tests find what is not in the repository.
enum TestFiles {
  /// The package's root.
  static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }()

  /// Whether a missing file fails a test, instead of skipping it.
  static let isRequired = environment("RESTA_REQUIRE_MODEL") == "1"

  /// Folder of the models.
  static let models = environment("RESTA_MODELS") ?? root + "/.models"

  /// Folder of llama.cpp's vocabulary files, beside its templates.
  static let vocabularies: String = {
    guard let templates = environment("RESTA_TEMPLATES") else {
      return root + "/.deps/src/llama.cpp/models"
    }
    return URL(fileURLWithPath: templates).deletingLastPathComponent().path
  }()

  /// The reference program, which scripts/build-greedy.sh builds.
  static let greedy = environment("RESTA_GREEDY") ?? root + "/.deps/bin/greedy"

  /// The LoRA adapter for SmolLM2-135M-Instruct that comes with the repository.
  static let adapter = root + "/Adapters/smollm2-135m-aligned/adapter.f16.gguf"

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func environment(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
  }

  static func contents(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// Copies a file to where a test may damage it.
  ///
  /// Never a link: copied as a link, it would lead the damage to the model itself.
  static func copy(_ path: String, to copy: String) throws {
    let original = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    try FileManager.default.copyItem(atPath: original, toPath: copy)
  }

  /// Calls `body` with a folder that is removed afterwards.
  static func withTemporaryFolder<Result>(
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test without these models, unless they are required: then it runs, and fails.
  static func models(_ models: TestModel...) -> Self {
    .enabled(
      if: TestFiles.isRequired || models.allSatisfy { TestFiles.exists($0.path) },
      "needs \(models.map(\.rawValue).joined(separator: ", ")): make models")
  }

  /// Skips a test without the reference program, unless models are required.
  static var greedy: Self {
    .enabled(
      if: TestFiles.isRequired || TestFiles.exists(TestFiles.greedy),
      "needs .deps/bin/greedy: scripts/build-greedy.sh")
  }

  /// Skips a test without llama.cpp's vocabulary files, unless models are required.
  static var vocabularies: Self {
    .enabled(
      if: TestFiles.isRequired || TestFiles.exists(TestFiles.vocabularies),
      "needs llama.cpp's source: make llama")
  }
}
