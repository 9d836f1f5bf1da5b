import RESTA
import RESTATesting

/// A session's model: its template writes `<role>content` for each message.
enum SessionFixture {
  static let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"

  static func model(
    template: String? = template,
    predicting predict: @escaping @Sendable (ScriptedModel.Context) -> TokenID
  ) throws -> ScriptedModel {
    try model(template: template) { context in
      var logits = [Float](repeating: 0, count: Fixture.vocabulary)
      logits[Int(predict(context))] = 1
      return logits
    }
  }

  static func model(
    template: String? = template, script: @escaping ScriptedModel.Script
  ) throws -> ScriptedModel {
    ScriptedModel(
      chatTemplate: try template.map { try ChatTemplate(source: $0) }, script: script)
  }

  /// The prompts that the copies of sequence 1 were given, as text with noisy bytes as `?`.
  static func prompts(_ model: ScriptedModel) -> [String] {
    var prompts: [String] = []
    var shared: [UInt8] = []
    for segment in model.recordedPasses.joined() {
      // What a copy is not fed itself, it shares with the unperturbed sequence.
      if segment.sequence == 0, let tokens = segment.tokens, tokens.count > 1 {
        shared = tokens.map { UInt8($0) }
      }
      guard segment.sequence == 1, let matrix = segment.matrix else { continue }
      let own = (0..<matrix.rows).map { row in
        let value = matrix[row: row].first ?? 0
        let plain = matrix[row: row].dropFirst().first == 1
        return plain ? UInt8(value - 1) : UInt8(ascii: "?")
      }
      prompts.append(
        String(decoding: shared.prefix(max(0, shared.count - own.count)) + own, as: UTF8.self))
    }
    return prompts
  }
}
