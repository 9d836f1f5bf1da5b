import Foundation
import RESTATemplates
import RESTATesting

/// Golden files that `Tools/golden/chat_templates.py` writes with Python's jinja2.
enum TemplateGolden {
  /// One of the files.
  enum File: String, CaseIterable, Sendable {
    case expressions
    case builtIn = "builtin"
    case models
  }

  /// A Jinja snippet and what Python makes of it.
  struct Snippet: Decodable, Sendable {
    var group: String
    var hasPrelude: Bool
    var source: String
    var context: [String: GoldenVariable]
    var text: String?
    var label: String { "\(group): \(source)" }
  }

  /// A template and what Python renders with it.
  struct Template: Decodable, Sendable {
    var source: String
    var sha256: String
    var bos: String
    var eos: String
    var gguf: Bool?
    var cases: [Case]
  }

  /// A chat rendered with a template.
  struct Case: Decodable, Sendable {
    var chat: String
    var addGenerationPrompt: Bool
    var now: Bool
    var variables: [String: GoldenVariable]
    /// What Python renders; `nil` where it raises.
    var text: String?
    /// Message index, start and end of each span; `nil` where Python can't tell.
    var spans: [[Int]]?
  }

  struct Snippets: Decodable {
    var prelude: String
    var entries: [Snippet]
  }

  struct Templates: Decodable {
    var entries: [Template]
    var chats: [String: [ChatMessage]]
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func url(_ file: File) -> URL {
    root.appending(path: "Tests/RESTATemplatesTests/Golden/templates/\(file.rawValue).json")
  }

  static func templates(_ file: File) throws -> Templates {
    try JSONDecoder().decode(Templates.self, from: Data(contentsOf: url(file)))
  }

  static func snippets() throws -> Snippets {
    try JSONDecoder().decode(Snippets.self, from: Data(contentsOf: url(.expressions)))
  }

  /// The generator's date.
  static func now() throws -> TemplateDate {
    try TemplateDate(year: 2026, month: 2, day: 3, hour: 4, minute: 5, second: 6)
  }
}

/// A variable as the golden files write it.
struct GoldenVariable: Decodable, Sendable {
  var variable: TemplateVariable

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      variable = .none
    } else if let value = try? container.decode(Bool.self) {
      variable = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      variable = .integer(value)
    } else if let value = try? container.decode([GoldenVariable].self) {
      variable = .list(value.map(\.variable))
    } else {
      variable = .string(try container.decode(String.self))
    }
  }
}
