import Foundation
import RESTA

/// Prompts from a file: a JSON list of texts or of objects, or plain text, a prompt on each line.
enum PromptList {
  private enum Entry: Decodable {
    case text(String)
    case none

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self = .text(text)
        return
      }
      let fields = try decoder.container(keyedBy: Key.self)
      // The names that public sets of prompts use.
      for name in ["prompt", "instruction", "goal", "Goal"] {
        if let text = try? fields.decode(String.self, forKey: Key(stringValue: name)) {
          self = .text(text)
          return
        }
      }
      self = .none
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads prompts.
  ///
  /// - Parameter path: The file.
  /// - Returns: At least one prompt, as they stand.
  /// - Throws: ``Failure`` when there is none, or an entry of a JSON list holds none.
  static func read(_ path: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure.usage("'\(path)' cannot be read.")
    }
    let first = data.first { !" \t\r\n".utf8.contains($0) }
    guard first == UInt8(ascii: "[") else {
      let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
      guard !lines.isEmpty else { throw Failure.usage("'\(path)' holds no prompt.") }
      return lines.map(String.init)
    }
    guard let entries = try? JSONDecoder().decode([Entry].self, from: data), !entries.isEmpty else {
      throw Failure.usage("'\(path)' is no JSON list of prompts.")
    }
    return try entries.enumerated().map { number, entry in
      guard case .text(let text) = entry else {
        throw Failure.usage(
          "'\(path)': entry \(number + 1) is no text, and has no \"prompt\", \"instruction\" or "
            + "\"goal\".")
      }
      return text
    }
  }
}
