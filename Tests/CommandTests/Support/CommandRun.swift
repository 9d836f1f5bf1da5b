import Foundation
import Testing

/// Runs the built command as a person would.
struct CommandRun {
  let output: String
  let errors: String
  let code: Int32
  let seconds: Double

  /// The executable: the one that RESTA_COMMAND names, or the one beside these tests.
  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["RESTA_COMMAND"] {
      return URL(fileURLWithPath: path)
    }
    return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("resta")
  }()

  static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..")
    .standardizedFileURL

  /// A model of `make test`; a missing one fails the test that asks for it.
  static func model(_ name: String = "SmolLM2-135M-Instruct.Q4_0.gguf") throws -> String {
    let folder =
      ProcessInfo.processInfo.environment["RESTA_MODELS"].map { URL(fileURLWithPath: $0) }
      ?? root.appendingPathComponent(".models")
    let path = folder.appendingPathComponent(name).path
    try #require(FileManager.default.fileExists(atPath: path), "run 'make models' for \(name)")
    return path
  }

  /// - Parameters:
  ///   - arguments: The command line.
  ///   - input: What the command reads; empty by default.
  ///   - interruptAfter: Seconds after its first output at which it gets a SIGINT; never by default.
  /// - Throws: What starting a process or reading a file throws.
  init(_ arguments: [String], input: String = "", interruptAfter: Double? = nil) throws {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    var environment = ProcessInfo.processInfo.environment
    environment["RESTA_MODEL"] = try Self.model()
    environment["COLUMNS"] = "100"
    process.environment = environment
    // Files, not pipes: nothing can block on a full one.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
    for file in files { try Data().write(to: file) }
    try Data(input.utf8).write(to: files[0])
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    let start = Date()
    try process.run()
    var interrupted = start
    if let interruptAfter {
      while process.isRunning, try Data(contentsOf: files[1]).isEmpty { usleep(5_000) }
      usleep(UInt32(interruptAfter * 1e6))
      interrupted = Date()
      process.interrupt()
    }
    process.waitUntilExit()
    seconds = Date().timeIntervalSince(interrupted)
    output = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
    code = process.terminationStatus
  }

  /// The output as a JSON object.
  func object() throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
      "no JSON object: \(output) \(errors)")
  }
}

/// A file that exists for the length of a test.
struct TemporaryFile: ~Copyable {
  let path: String

  init(_ text: String = "", name: String = "file") throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-\(UUID().uuidString)-\(name)").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
