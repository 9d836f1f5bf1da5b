import Foundation
import RESTADocuments
import RESTAEvaluation
import RESTATesting

/// The pairs that Tools/ifeval/golden.py wrote; reading them verifies their hash.
struct InstructionGolden: Decodable {
  let pairs: [InstructionPair]

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  static func load() throws -> InstructionGolden {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden")
    let data = try Data(contentsOf: folder.appending(path: "ifeval.json"))
    let sidecar = try String(
      contentsOf: folder.appending(path: "ifeval.json.sha256"), encoding: .utf8)
    let digest = Digest.sha256(of: data)
    guard sidecar == "\(digest)  ifeval.json\n" else {
      throw Unreadable(
        description: "ifeval.json has the SHA-256 \(digest), but ifeval.json.sha256 says \(sidecar)"
      )
    }
    return try JSONDecoder().decode(InstructionGolden.self, from: data)
  }
}
