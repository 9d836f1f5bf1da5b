internal import CLlama
import Foundation
package import RESTA

/// What a GGUF file tells of a model whose weights are elsewhere: its vocabulary, its chat template and the
/// rows of its embedding table.
///
/// The weights are not read, so the file of a model of any size opens in a second; only the rows that are asked
/// for are touched.
package struct LlamaRows: Sendable {
  /// What the model is, with room for as many sequences as there may be copies.
  package let information: ModelInformation
  package let tokenizer: any Tokenizer
  /// The model's own chat template; `nil` when its file holds none.
  package let chatTemplate: Result<ChatTemplate?, RESTAError>
  private let table: EmbeddingTable

  /// Opens a file; blocks for as long as its header and its vocabulary take.
  package init(path: String) throws {
    let file = try GGUFFile(path: path)
    let architecture = try Architecture(file)
    let dimensions = file.number("\(architecture.name).embedding_length")
      .flatMap { Int(exactly: $0) }
    guard let dimensions else {
      throw LlamaError(.damagedFile, "'\(path)' does not say how long its embeddings are.")
    }
    table = try EmbeddingTable(
      file, scale: architecture.factors(dimensions: dimensions, file: file).table)
    let weights = try LlamaWeights(path: path, options: LlamaOptions(), vocabularyOnly: true)
    let tokenizer = try LlamaTokenizer(weights)
    self.tokenizer = tokenizer
    chatTemplate = weights.chatTemplate(of: file, tokenizer)
    information = try ModelInformation(
      file, architecture, weights, tokenizer, table,
      sequences: DefenseSettings.samplesRange.upperBound + 1)
  }

  /// The vectors of some tokens, `[tokens, dimensions]`, scaled as the architecture scales them.
  package func embeddings(of tokens: [TokenID]) throws(RESTAError) -> EmbeddingMatrix {
    try table.embeddings(of: tokens)
  }
}

extension ModelInformation {
  /// What a file says its model is, with room for as long a text as it was trained for.
  init(
    _ file: GGUFFile, _ architecture: Architecture, _ weights: LlamaWeights,
    _ tokenizer: LlamaTokenizer, _ table: EmbeddingTable, sequences: Int
  ) throws {
    let name = file.string("general.name") ?? ""
    let trained = file.number("\(architecture.name).context_length").flatMap { Int(exactly: $0) }
    self.init(
      name: name.allSatisfy(\.isWhitespace)
        ? URL(fileURLWithPath: file.path).deletingPathExtension().lastPathComponent : name,
      architecture: architecture.name, dimensions: table.dimensions,
      vocabularySize: tokenizer.vocabularySize, contextLength: max(16, trained ?? 0),
      maximumSequences: sequences,
      embeddingScale: try table.measured(on: EmbeddingScale.sample(of: tokenizer)),
      trainedContextLength: trained,
      bosToken: tokenizer.text(of: unsafe llama_vocab_bos(weights.vocabulary)),
      eosToken: tokenizer.text(of: unsafe llama_vocab_eos(weights.vocabulary)))
  }
}
