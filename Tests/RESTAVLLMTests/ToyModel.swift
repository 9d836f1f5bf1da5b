import Foundation
import RESTATesting

@testable import RESTA
@testable import RESTAVLLM

/// A model whose predictions are a function of the rows that it is fed: in process for the reference decoder, and
/// behind ``ToyServer``.
struct ToyModel: Sendable {
  static let dimensions = 4
  /// What its "weights" are.
  var seed: UInt64
  /// How often what noise does to the rows changes nothing.
  var agreement = 0.8
  /// How likely each token ends the answer.
  var ending = 0.05
  var tokenizer: ScriptedTokenizer { ScriptedTokenizer() }

  /// A position as the first block receives it.
  typealias Row = [Float]

  static func row(_ token: TokenID) -> Row { [Float(token) + 1, 1, 0, 0] }

  /// The logits behind some positions.
  func logits(_ rows: [Row]) -> [Float] {
    // Noise moves a row by less than half of what parts two tokens.
    let tokens = rows.map { UInt64(max(0, ($0[0] - 1).rounded())) }
    let bits = rows.flatMap { $0.map { UInt64($0.bitPattern) } }
    var common = SeededGenerator(seed: SeededGenerator.hash([seed] + tokens))
    var own = SeededGenerator(seed: SeededGenerator.hash([seed, 1 << 40] + bits))
    let choice = prediction(&common)
    let predicted = own.chance(agreement) ? choice : prediction(&own)
    var logits = [Float](repeating: 0, count: tokenizer.vocabularySize)
    for index in 97...110 { logits[index] = Float(own.integer(in: 0...60)) / 20 }
    logits[predicted] = 4
    return logits
  }

  private func prediction(_ generator: inout SeededGenerator) -> Int {
    generator.chance(ending) ? 256 : generator.integer(in: 97...104)
  }

  /// In process.
  func scripted() -> ScriptedModel {
    ScriptedModel(tokenizer: tokenizer, dimensions: Self.dimensions) { context in
      let prompt: [Row]
      if let matrix = context.embeddings {
        prompt = (0..<matrix.rows).map { Array(matrix[row: $0]) }
      } else {
        // The scripted model shows rows of a prompt only where rows were fed.
        prompt = Self.prompt.ids.map(Self.row)
      }
      return logits(prompt + context.answer.map(Self.row))
    }
  }

  /// What is asked: template, user content, template.
  static let prompt: TokenizedPrompt = {
    let text = "<tell me a story>"
    let bytes = Array(text.utf8)
    let content = 1..<bytes.count - 1
    let tokens = bytes.indices.map { index in
      PromptToken(
        id: TokenID(bytes[index]), bytes: index..<index + 1,
        messageIndex: content.contains(index) ? 0 : nil,
        role: content.contains(index) ? .user : nil, isControl: false)
    }
    let span = RenderedPrompt.ContentSpan(messageIndex: 0, role: .user, range: content)
    return TokenizedPrompt(
      rendered: RenderedPrompt(text: text, spans: [span]), tokens: tokens,
      defusedControlText: false)
  }()

  /// What a file of it would give.
  func source() -> ModelSource {
    let model = scripted()
    return ModelSource(
      information: model.information, tokenizer: tokenizer, chatTemplate: .success(nil),
      embeddings: { model.embeddings(of: $0) })
  }

  /// The rows of an archive in base 64; `nil` for another width.
  static func rows(ofArchive text: String) -> [Row]? {
    guard let archive = Data(base64Encoded: text) else { return nil }
    let name = Data("archive/data/0".utf8)
    guard let place = archive.range(of: name) else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(archive[place.lowerBound - 30 + offset + $1]) << (8 * $1) }
    }
    let data = archive[place.upperBound..<place.upperBound + number(22, 4)]
    // The width is in the pickle, behind the number of rows: two integers before the shape's end.
    guard let shape = archive.range(of: Data([0x86, UInt8(ascii: "J")])) else { return nil }
    let columns = (0..<4).reduce(0) { $0 | Int(archive[shape.lowerBound - 4 + $1]) << (8 * $1) }
    let values = stride(from: data.startIndex, to: data.endIndex, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[start + $1]) << (8 * UInt32($1)) })
    }
    guard columns == dimensions else { return nil }
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }
}
