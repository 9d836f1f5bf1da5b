/// One line of `resta generate --prompts`: what became of one prompt.
///
/// The prompt's text is left out on purpose: the index finds it in the file.
enum BatchLine: Encodable {
  /// The fields of the report, beside the index.
  case answer(index: Int, GenerationReport)
  /// Why there is no answer.
  case failure(index: Int, String)

  private enum Key: String, CodingKey {
    case index, error
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .answer(let index, let report):
      try container.encode(index, forKey: .index)
      // Into the same object, so that a line has the shape that `generate --json` prints.
      try report.encode(to: encoder)
    case .failure(let index, let message):
      try container.encode(index, forKey: .index)
      try container.encode(message, forKey: .error)
    }
  }
}
