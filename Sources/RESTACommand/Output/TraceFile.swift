import Foundation
import RESTA

/// Writes the vote trace as JSON lines, each as soon as it is known, so that a crash loses none.
struct TraceFile {
  private struct Line<Value: Encodable>: Encodable {
    let type: String
    let value: Value

    private enum Key: String, CodingKey { case type }

    func encode(to encoder: any Encoder) throws {
      try value.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(type, forKey: .type)
    }
  }

  private let file: FileHandle
  private let path: String

  /// Creates the file, or empties it.
  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw Failure.usage("The trace file '\(path)' cannot be written.") }
    self.file = file
    self.path = path
  }

  /// Appends a line of a type: `vote`, or `result` at the end.
  func write(_ type: String, _ value: some Encodable) throws {
    let line = try JSONOutput.text(Line(type: type, value: value), pretty: false) + "\n"
    do {
      try file.write(contentsOf: Data(line.utf8))
    } catch {
      throw Failure.failed("The trace file '\(path)' cannot be written: \(error)")
    }
  }

  /// Appends an answer's votes that were not written yet, and the answer.
  ///
  /// - Parameters:
  ///   - report: The answer.
  ///   - written: How many of its votes were written as they came.
  /// - Throws: ``Failure`` when the file cannot be written.
  func finish(_ report: GenerationReport, votesWritten written: Int) throws {
    // A vote that ended the answer belongs to no token, so it came with none.
    for vote in report.votes.dropFirst(written) { try write("vote", vote) }
    try write("result", report)
  }
}
