import Foundation

/// What `Tools/golden/smoothllm.py` wrote.
struct SmoothLLMGolden: Decodable {
  struct Case: Decodable {
    let kind: String
    let text: String
    let percent: Int
    let positions: [Int]
    let characters: String
    let result: String
  }

  let alphabet: String
  /// Length, percent, characters that change.
  let counts: [[Int]]
  let cases: [Case]

  /// Reads the file.
  static func load() throws -> SmoothLLMGolden {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/smoothllm.json").standardizedFileURL
    return try JSONDecoder().decode(SmoothLLMGolden.self, from: Data(contentsOf: file))
  }
}
