import Foundation

/// What `Tools/golden/coherence.py` wrote.
struct CoherenceGolden: Decodable {
  struct Rules: Decodable {
    let first_tokens: Int
    let least_tokens: Int
  }

  struct Text: Decodable {
    let text: String
    let distinct_share: Double?
    let has_run: Bool
    let is_broken: Bool
  }

  struct Limit: Decodable {
    let perplexities: [Double]
    let limit: Double
  }

  let rules: Rules
  let texts: [Text]
  let limits: [Limit]

  /// Reads the file.
  static func load() throws -> CoherenceGolden {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/coherence.json").standardizedFileURL
    return try JSONDecoder().decode(CoherenceGolden.self, from: Data(contentsOf: file))
  }
}
