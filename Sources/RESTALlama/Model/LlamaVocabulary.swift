public import RESTA

/// The vocabulary of a GGUF file without its weights: to look at prompts and spans at no cost.
public struct LlamaVocabulary: Sendable {
  /// The vocabulary.
  public let tokenizer: any Tokenizer
  /// The model's own chat template; `nil` when it has none.
  public let chatTemplate: ChatTemplate?

  /// Loads a vocabulary.
  ///
  /// Any architecture that llama.cpp knows will do. Blocks for as long as the file takes to read.
  ///
  /// - Parameter path: A GGUF file.
  /// - Throws: ``LlamaError``, whose code says what is wrong with the file; ``RESTAError`` with
  ///   `invalidTemplate` when its template cannot be parsed.
  public init(path: String) throws {
    _ = try GGUFFile(path: path)
    let weights = try LlamaWeights(path: path, options: LlamaOptions(), vocabularyOnly: true)
    let tokenizer = try LlamaTokenizer(weights)
    self.tokenizer = tokenizer
    chatTemplate = try weights.chatTemplate(tokenizer).get()
  }
}
