import Foundation

/// The terminal's settings, through the `stty` tool: the C functions need pointers.
enum Stty {
  /// The width of the terminal that the command writes to, or `nil` where there is none; the input may be a file.
  static var columns: Int? {
    // Under a number above the standard ones: Foundation gives a child its files in any order, and the number 1 may
    // be the child's pipe before it is taken for the input.
    let copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard copy >= 0 else { return nil }
    let terminal = FileHandle(fileDescriptor: copy, closeOnDealloc: true)
    let fields = run(["size"], on: terminal)?.split(separator: " ").compactMap { Int($0) }
    guard let fields, fields.count == 2, fields[1] > 0 else { return nil }
    return fields[1]
  }

  /// Runs `stty` on a terminal, and returns what it printed; `nil` when it failed.
  static func run(_ arguments: [String], on terminal: FileHandle = .standardInput) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    // Foundation puts it in a process group of its own, which a terminal stops where it changes settings.
    process.arguments =
      ["-c", "trap '' TTOU; /bin/stty \"$@\" && echo \(succeeded)", "sh"] + arguments
    process.standardInput = terminal
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return nil }
    // Not asked for its exit status: Foundation learns that through a socket of its own, and never
    // does in a network namespace whose loopback is down. The output ends in any case.
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.hasSuffix(succeeded) else { return nil }
    return text.dropLast(succeeded.count).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What the shell prints behind the tool's output when that did what it should.
  private static let succeeded = "succeeded"
}
