import Foundation
import RESTADocuments
import Testing

@testable import RESTALocal

@Suite("Files that are written") struct OutputFileTests {
  private static func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func `a link is followed, and a mode kept`() throws {
    let file = try TemporaryFile("what was there before")
    let (link, dangling, new) = (file.path + "-link", file.path + "-to-new", file.path + "-new")
    let files = FileManager.default
    defer { for path in [link, dangling, new] { try? files.removeItem(atPath: path) } }
    try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
    for (name, target) in [(link, file.path), (dangling, new)] {
      try files.createSymbolicLink(atPath: name, withDestinationPath: target)
    }
    for (name, target) in [(link, file.path), (dangling, new)] {
      try OutputFile.replace(name, with: "replaced")
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "replaced")
      try OutputFile.open(name).write(contentsOf: Data("opened".utf8))
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "opened")
      #expect(try files.destinationOfSymbolicLink(atPath: name) == target)
    }
    #expect(try Self.mode(file.path) == 0o640)
    let usual = try #require(try Self.mode(new))
    try files.removeItem(atPath: new)
    try OutputFile.append("one\n", to: dangling)
    #expect(try Self.mode(new) == 0o600)
    try files.setAttributes([.posixPermissions: 0o604], ofItemAtPath: new)
    try OutputFile.append("two\n", to: new)
    #expect(try String(contentsOfFile: new, encoding: .utf8) == "one\ntwo\n")
    #expect(try Self.mode(new) == 0o604)
    // The process makes its other files as before.
    let other = try TemporaryFile("other")
    #expect(try Self.mode(other.path) == usual)
  }

  @Test func `what several add at the same time is all there`() throws {
    let file = try TemporaryFile()
    let path = file.path
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      for number in 0..<200 { try? OutputFile.append("\(writer), \(number)\n", to: path) }
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 800 && Set(lines).count == 800)
  }

  @Test func `of several that make a file at once none empties it`() throws {
    for _ in 0..<50 {
      let path = FileManager.default.temporaryDirectory.path + "/resta-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: path) }
      DispatchQueue.concurrentPerform(iterations: 8) { writer in
        try? OutputFile.append("\(writer)\n", to: path)
      }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(Set(lines).count == 8)
    }
  }

  @Test func `why a file cannot be written is said in the system's words`() throws {
    let file = try TemporaryFile()
    for (path, reason) in [
      (FileManager.default.temporaryDirectory.path, "Is a directory"),
      (file.path + "/x", "Not a directory"), ("/nowhere/x", "No such file or directory"),
    ] {
      let failure = #expect(throws: Failure.self) { try TraceFile(path: path) }
      #expect(failure?.description == "The trace file '\(path)' cannot be written: \(reason)")
      let error = #expect(throws: (any Error).self) { try OutputFile.append("x", to: path) }
      #expect(error?.systemReason == reason)
    }
  }

  @Test(arguments: [false, true])
  func `a pipe's reader gets what is written`(atOnce: Bool) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-pipe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (pipe, read) = (folder.path + "/pipe", folder.path + "/read")
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/bin/sh")
    reader.arguments = ["-c", #"mkfifo "$0" && exec cat "$0" >"$1""#, pipe, read]
    try reader.run()
    defer { reader.terminate() }
    func pause(until isDone: () -> Bool) {
      for _ in 0..<12_000 where !isDone() { usleep(10_000) }
    }
    pause { FileManager.default.fileExists(atPath: read) }
    if atOnce {
      try OutputFile.replace(pipe, with: "both lines")
    } else {
      let file = try OutputFile.open(pipe)
      for text in ["both ", "lines"] { try file.write(contentsOf: Data(text.utf8)) }
    }
    func text() -> String? { try? String(contentsOfFile: read, encoding: .utf8) }
    pause { text() == "both lines" }
    #expect(text() == "both lines")
  }
}
