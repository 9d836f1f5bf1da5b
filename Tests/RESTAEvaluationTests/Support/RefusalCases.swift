import Foundation
import Testing

/// The labelled texts that every implementation of the refusal rules must agree with.
struct RefusalCases: Decodable {
  /// A text, and whether it is a refusal.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let text: String
    let refused: Bool

    var testDescription: String { "\(refused ? "refused" : "not refused"): \(text)" }
  }

  let cases: [Case]

  /// Reads the file.
  static func load() throws -> RefusalCases {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/refusal-cases.json").standardizedFileURL
    return try JSONDecoder().decode(RefusalCases.self, from: Data(contentsOf: file))
  }
}
