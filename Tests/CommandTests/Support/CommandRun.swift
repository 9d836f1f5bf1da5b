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

  /// The demo's adapter, which is a part of the repository.
  static func adapter() throws -> String {
    let path = root.appendingPathComponent("Adapters/smollm2-135m-aligned/adapter.f16.gguf").path
    try #require(FileManager.default.fileExists(atPath: path), "\(path) is missing")
    return path
  }

  /// How long a run may take.
  private static let limit = 1200.0

  // Foundation is not asked when the command has ended: it finds out through a socket of its own, and
  // never does in a network namespace whose loopback is down. So the shell leaves the exit status in a
  // file, whole or not at all; it must not use `wait`, because children of Swift's threads inherit a
  // signal mask that blocks SIGCHLD.
  private static let script = """
    folder=$1; shift
    sh -c 'echo $$ >"$0"; exec "$@"' "$folder/pid" "$@" <"$folder/in" >"$folder/out" 2>"$folder/err"
    echo $? >"$folder/unfinished"
    mv "$folder/unfinished" "$folder/status"
    """

  // Runs its arguments on a terminal of their own, and types a line of the input at each empty prompt, where the
  // cursor stands behind `you> `. A command that does not end is killed, with a code that no test expects. The
  // signal mask of Swift's threads would let a terminal's stop signals pass unseen. With a variable WINDOW the
  // terminal is so wide, and the command reads from elsewhere.
  private static let terminal = #"""
    import fcntl, os, pty, select, signal, struct, sys, termios, time
    lines, end, seen = sys.stdin.read().splitlines(), time.time() + 1000, b""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if "WINDOW" in os.environ:
            size = struct.pack("4H", 24, int(os.environ["WINDOW"]), 0, 0)
            fcntl.ioctl(1, termios.TIOCSWINSZ, size)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execvp(sys.argv[1], sys.argv[1:])
    while time.time() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
        if seen.endswith(b"\r\x1b[5C") and lines:
            os.write(terminal, lines.pop(0).encode() + b"\r")
    else:
        os.kill(pid, signal.SIGKILL)
    sys.stdout.buffer.write(seen)
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
    """#

  /// A run that did not end in time.
  private struct Endless: Error {
    let arguments: [String]
  }

  /// - Parameters:
  ///   - arguments: The command line.
  ///   - input: What the command reads; empty by default.
  ///   - inputFile: What it reads instead; none by default.
  ///   - isTyped: Whether it runs on a terminal, where the input's lines are typed; its errors are output then.
  ///   - variables: Environment variables, beside those of the tests; none by default.
  ///   - interruptAfter: Seconds after its first output at which it gets a SIGINT; never by default.
  ///   - killAfter: Seconds after its start at which it gets a SIGKILL; never by default.
  /// - Throws: What starting a process or reading a file throws.
  init(
    _ arguments: [String], input: String = "", inputFile: String? = nil,
    isTyped: Bool = false, variables: [String: String] = [:], interruptAfter: Double? = nil,
    killAfter: Double? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    var environment = ProcessInfo.processInfo.environment
    environment["RESTA_MODEL"] = try Self.model()
    environment["COLUMNS"] = "100"
    // Not "dumb", as where tests run without a terminal: a chat would edit no lines then.
    environment["TERM"] = "xterm"
    environment["RESTA_ADAPTER"] = nil
    environment.merge(variables) { $1 }
    process.environment = environment
    // Files, not pipes: nothing can block on a full one.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
    if let inputFile {
      try FileManager.default.createSymbolicLink(
        atPath: file("in").path, withDestinationPath: inputFile)
    } else {
      try Data(input.utf8).write(to: file("in"))
    }
    try Data().write(to: file("out"))
    let launcher = isTyped ? ["python3", "-c", Self.terminal] : []
    process.arguments =
      ["-c", Self.script, "sh", folder.path] + launcher + [Self.executable.path] + arguments
    let start = Date()
    try process.run()
    func status() -> Int32? {
      (try? String(contentsOf: file("status"), encoding: .utf8)).flatMap {
        Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
      }
    }
    // On a slow machine the shell may not have come to say who it is, or not wholly.
    func send(_ signal: Int32) {
      while status() == nil, Date().timeIntervalSince(start) < Self.limit {
        let pid = (try? String(contentsOf: file("pid"), encoding: .utf8)).flatMap {
          $0.hasSuffix("\n") ? Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) : nil
        }
        if let pid {
          kill(pid, signal)
          return
        }
        usleep(2_000)
      }
    }
    var interrupted = start
    if let killAfter {
      while status() == nil, Date().timeIntervalSince(start) < killAfter { usleep(2_000) }
      send(SIGKILL)
    }
    if let interruptAfter {
      while status() == nil, Date().timeIntervalSince(start) < Self.limit,
        try Data(contentsOf: file("out")).isEmpty
      {
        usleep(5_000)
      }
      usleep(UInt32(interruptAfter * 1e6))
      interrupted = Date()
      send(SIGINT)
    }
    var code = status()
    while code == nil {
      guard Date().timeIntervalSince(start) < Self.limit else {
        throw Endless(arguments: arguments)
      }
      usleep(2_000)
      code = status()
    }
    seconds = Date().timeIntervalSince(interrupted)
    output = String(decoding: try Data(contentsOf: file("out")), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: file("err")), as: UTF8.self)
    self.code = code ?? -1
  }

  /// The output as JSON Lines.
  func lines() throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
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
