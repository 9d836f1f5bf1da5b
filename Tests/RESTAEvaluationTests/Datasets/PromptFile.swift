import Foundation

/// A file of this test case alone: cases run side by side.
struct PromptFile {
  let path: String

  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "resta-prompts-\(UUID().uuidString)")

  init(_ bytes: [UInt8], name: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appending(path: name)
    try Data(bytes).write(to: url)
    path = url.path
  }

  init(_ text: String, name: String) throws { try self.init(Array(text.utf8), name: name) }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
