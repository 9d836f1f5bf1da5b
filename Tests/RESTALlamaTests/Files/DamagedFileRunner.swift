import Foundation
import RESTA
import RESTALlama

/// Loads damaged copies of a model, one after the other, in a process that may die of it.
struct DamagedFileRunner {
  /// A sound file.
  let original: String
  /// Where the copy is, and a file beside it that says which damage is being tried.
  let folder: String

  var progressPath: String { folder + "/progress" }
  private var copy: String { folder + "/damaged.gguf" }

  /// Where and how a copy is damaged.
  enum Damage: Codable, Sendable, CustomStringConvertible {
    case flip(offset: Int, mask: UInt8)
    case cut(length: Int)

    var description: String {
      switch self {
      case .flip(let offset, let mask): "byte \(offset) xor \(mask)"
      case .cut(let length): "cut to \(length) bytes"
      }
    }
  }

  /// Tries each damage from the `first` one on.
  ///
  /// Ends early only when the process dies.
  ///
  /// - Returns: How many copies were refused, and how many ran nevertheless.
  func run(_ damages: [Damage], from first: Int) async throws -> (refused: Int, accepted: Int) {
    // A new one each time: the process that died left its copy damaged.
    try? FileManager.default.removeItem(atPath: copy)
    try TestFiles.copy(original, to: copy)
    var counts = (refused: 0, accepted: 0)
    for (index, damage) in damages.enumerated().dropFirst(first) {
      try Data("\(index)".utf8).write(to: URL(fileURLWithPath: progressPath))
      let repair = try apply(damage)
      do {
        let model = try await LlamaModel.load(copy, options: .forTests)
        _ = try? await model.greedyTokens(after: [1, 2], count: 2)
        counts.accepted += 1
      } catch is LlamaError {
        counts.refused += 1
      } catch is RESTAError {
        counts.refused += 1
      }
      try repair()
    }
    try Data("done".utf8).write(to: URL(fileURLWithPath: progressPath))
    return counts
  }

  private func apply(_ damage: Damage) throws -> () throws -> Void {
    let url = URL(fileURLWithPath: copy)
    switch damage {
    case .flip(let offset, let mask):
      let byte = try flip(url, offset, mask)
      return { _ = try flip(url, offset, mask, expecting: byte ^ mask) }
    case .cut(let length):
      let handle = try FileHandle(forWritingTo: url)
      try handle.truncate(atOffset: UInt64(length))
      try handle.close()
      return {
        // Longer ones come first, so the rest is never needed again.
      }
    }
  }

  struct Unreadable: Error {}

  private func flip(
    _ url: URL, _ offset: Int, _ mask: UInt8, expecting: UInt8? = nil
  ) throws -> UInt8 {
    let handle = try FileHandle(forUpdating: url)
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    guard let byte = try handle.read(upToCount: 1)?.first, expecting == nil || byte == expecting
    else { throw Unreadable() }
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data([byte ^ mask]))
    return byte
  }
}
