import Foundation
import RESTA
import RESTALlama

/// Runs Tools/greedy, the reference that is all C.
enum GreedyProgram {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Answer: Decodable {
    var prompt: [TokenID]
    var generated: [TokenID]
    /// By how much each generated token's logit led the runner-up.
    var leads: [Float]
  }

  /// Greedy answers to rendered prompts.
  static func answers(
    _ prompts: [String], model: TestModel, tokens: Int, threads: Int, batchSize: Int = 512
  ) async throws -> [Answer] {
    try await TestFiles.withTemporaryFolder { folder in
      var files: [String] = []
      for (index, prompt) in prompts.enumerated() {
        files.append("\(folder)/\(index).txt")
        try Data(prompt.utf8).write(to: URL(fileURLWithPath: files[index]))
      }
      let output = "\(folder)/output"
      let status = try await run(
        ["-t", "\(threads)", "-b", "\(batchSize)", model.path, "\(tokens)"] + files, output: output)
      guard status == 0 else { throw Failure(description: "greedy ended with \(status)") }
      return try TestFiles.contents(output).split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(Answer.self, from: Data($0))
      }
    }
  }

  /// Writes an embedding table of a type, and what ggml makes of it; `nil` where it cannot.
  static func table(
    _ type: String, folder: String
  ) async throws -> (path: String, values: [Float])? {
    let (path, values) = ("\(folder)/\(type).gguf", "\(folder)/\(type).f32")
    let status = try await run(["--table", type, path, values], output: "\(folder)/output")
    guard status != 3 else { return nil }
    guard status == 0 else { throw Failure(description: "greedy --table ended with \(status)") }
    let bytes = [UInt8](try TestFiles.contents(values))
    return (path, stride(from: 0, to: bytes.count, by: 4).map { bytes.float32(at: $0) })
  }

  /// How long a run may take; the longest takes half a minute on one idle core.
  private static let limit = Duration.seconds(600)

  // Foundation is not asked when the program has ended: it finds out through a socket of its own, and
  // never does in a network namespace whose loopback is down, or where Swift Testing waits for children
  // too. So the shell leaves the exit status in a file, whole or not at all. It must not use `wait`,
  // and nothing here sends signals: a child inherits the mask of the thread that started it, and those
  // of Swift's pool block SIGCHLD and SIGTERM. The output goes into a file as well: a pipe that nobody
  // empties blocks the program.
  private static let script = """
    ulimit -t 600
    output=$1; shift
    "$@" >"$output"
    echo $? >"$output.unfinished"
    mv "$output.unfinished" "$output.status"
    """

  private static func run(_ arguments: [String], output: String) async throws -> Int32 {
    guard TestFiles.exists(TestFiles.greedy) else {
      throw Failure(description: "\(TestFiles.greedy) is missing: run scripts/build-greedy.sh")
    }
    // A run that used the same name before must not answer for this one.
    let status = output + ".status"
    if TestFiles.exists(status) { try FileManager.default.removeItem(atPath: status) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh", output, TestFiles.greedy] + arguments
    try process.run()
    let clock = ContinuousClock()
    let end = clock.now + limit
    while !TestFiles.exists(status) {
      guard clock.now < end else {
        throw Failure(description: "greedy did not end within \(limit): \(arguments)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    let text = String(decoding: try TestFiles.contents(status), as: UTF8.self)
    guard let code = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure(description: "greedy ended with '\(text)'")
    }
    return code
  }
}

extension [UInt8] {
  func uint16(at offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }

  func uint32(at offset: Int) -> UInt32 {
    UInt32(uint16(at: offset)) | UInt32(uint16(at: offset + 2)) << 16
  }

  func uint64(at offset: Int) -> UInt64 {
    UInt64(uint32(at: offset)) | UInt64(uint32(at: offset + 4)) << 32
  }

  func float32(at offset: Int) -> Float { Float(bitPattern: uint32(at: offset)) }
}
