import Foundation
import RESTADocuments
import RESTATemplates
import RESTATesting
import Testing

/// Where third-party templates are; they can't be part of this repository.
enum ModelTemplates {
  private static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  static let folder = URL(
    filePath: environment("RESTA_TEMPLATES")
      ?? TemplateGolden.root.appending(path: ".deps/src/llama.cpp/models/templates").path)

  static let models = URL(
    filePath: environment("RESTA_MODELS") ?? TemplateGolden.root.appending(path: ".models").path)

  /// With this set, a missing folder is a failure and not a skip.
  static let isRequired = environment("RESTA_REQUIRE_MODEL") == "1"

  static func isThere(_ url: URL) -> Bool {
    let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    return names?.contains { $0.hasSuffix(".jinja") || $0.hasSuffix(".gguf") } ?? false
  }

  /// Names of the golden file's entries, so that each is a case of its own.
  static let names: [String] =
    (try? TemplateGolden.templates(.models))?.entries.filter { $0.gguf != true }.map(\.source)
    ?? []
}

@Suite("Templates of real models, against Python's jinja2")
struct ModelTemplateTests {
  @Test(
    "llama.cpp's collection renders as Python renders it",
    .enabled(
      if: ModelTemplates.isRequired || ModelTemplates.isThere(ModelTemplates.folder),
      "no templates: set RESTA_TEMPLATES, or run `make llama`"),
    arguments: ModelTemplates.names)
  func collection(_ name: String) throws {
    let golden = try TemplateGolden.templates(.models)
    let entry = try #require(golden.entries.first { $0.source == name })
    let data = try Data(contentsOf: ModelTemplates.folder.appending(path: name))
    try entry.check(String(decoding: data, as: UTF8.self), chats: golden.chats)
  }

  @Test(
    "templates in GGUF files render as Python renders them",
    .enabled(
      if: ModelTemplates.isRequired || ModelTemplates.isThere(ModelTemplates.models),
      "no models: set RESTA_MODELS, or run `make models`"))
  func modelFiles() throws {
    let golden = try TemplateGolden.templates(.models)
    var checked: Set<String> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: ModelTemplates.models.path)
    where name.hasSuffix(".gguf") {
      let file = ModelTemplates.models.appending(path: name)
      guard let source = try GGUFTemplate.read(file) else { continue }
      let hash = Digest.sha256(of: source)
      // A model of the reader's own, in the same folder, is no business of this test.
      guard let entry = golden.entries.first(where: { $0.gguf == true && $0.sha256 == hash })
      else { continue }
      try entry.check(source, chats: golden.chats)
      checked.insert(entry.source)
    }
    #expect(checked.contains { $0.hasPrefix("SmolLM2") }, "of the model that the tests fetch")
  }

  @Test("all templates of the golden file are listed once")
  func names() {
    #expect(ModelTemplates.names.count > 60)
    #expect(Set(ModelTemplates.names).count == ModelTemplates.names.count)
  }
}
