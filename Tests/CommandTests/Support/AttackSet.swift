import Foundation

/// The suffixes optimised against the adapter, which stand beside it.
struct AttackSet {
  /// One attempt on one goal.
  struct Attempt: Decodable {
    let id: String
    let split: String
    let behavior: String
    let attack: String
    let goal: String
    let prompt: String
    /// What the model without a defence did where the set was made.
    let undefended: String
    /// Whether it was answered while the bare goal was refused.
    let broken: Bool
  }

  let attempts: [Attempt]

  /// Reads the set.
  init() throws {
    let decoder = JSONDecoder()
    let folder = URL(fileURLWithPath: try CommandRun.adapter()).deletingLastPathComponent()
    let text = try String(
      contentsOf: folder.appendingPathComponent("attacks.jsonl"), encoding: .utf8)
    attempts = try text.split(separator: "\n").map {
      try decoder.decode(Attempt.self, from: Data($0.utf8))
    }
  }
}
