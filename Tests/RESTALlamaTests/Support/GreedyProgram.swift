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
      let status = try run(
        ["-t", "\(threads)", "-b", "\(batchSize)", model.path, "\(tokens)"] + files, output: output)
      guard status == 0 else { throw Failure(description: "greedy ended with \(status)") }
      return try TestFiles.contents(output).split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(Answer.self, from: Data($0))
      }
    }
  }

  /// Writes an embedding table of a type, and what ggml makes of it; `nil` where it cannot.
  static func table(_ type: String, folder: String) throws -> (path: String, values: [Float])? {
    let (path, values) = ("\(folder)/\(type).gguf", "\(folder)/\(type).f32")
    let status = try run(["--table", type, path, values], output: "\(folder)/output")
    guard status != 3 else { return nil }
    guard status == 0 else { throw Failure(description: "greedy --table ended with \(status)") }
    let bytes = [UInt8](try TestFiles.contents(values))
    return (path, stride(from: 0, to: bytes.count, by: 4).map { bytes.float32(at: $0) })
  }

  // Into a file: a pipe that nobody empties blocks the program.
  private static func run(_ arguments: [String], output: String) throws -> Int32 {
    guard TestFiles.exists(TestFiles.greedy) else {
      throw Failure(description: "\(TestFiles.greedy) is missing: run scripts/build-greedy.sh")
    }
    try Data().write(to: URL(fileURLWithPath: output))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TestFiles.greedy)
    process.arguments = arguments
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    try process.run()
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -1
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
