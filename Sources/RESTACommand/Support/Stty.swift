import Foundation

/// The terminal's settings, through the `stty` tool: the C functions need pointers.
enum Stty {
  /// The terminal's width, or `nil` where there is none.
  static var columns: Int? {
    let fields = run(["size"])?.split(separator: " ").compactMap { Int($0) }
    guard let fields, fields.count == 2, fields[1] > 0 else { return nil }
    return fields[1]
  }

  /// Runs `stty` on the terminal that the command reads from.
  ///
  /// - Returns: What it printed, or `nil` when it failed.
  static func run(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/stty")
    process.arguments = arguments
    process.standardInput = FileHandle.standardInput
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
