internal import CLlama

extension GGUFFile {
  /// Checks what llama.cpp asserts about a vocabulary, since a failed assertion ends the process.
  ///
  /// - Throws: ``LlamaError`` with `damagedFile`.
  /// - Complexity: O(vocabulary), about 10 ms for 50,000 tokens.
  func checkVocabulary() throws(LlamaError) {
    guard let tokens = strings("tokenizer.ggml.tokens") else { return }
    guard Set(tokens).count == tokens.count else {
      throw damage("its vocabulary holds a token twice")
    }
    for key in ["tokenizer.ggml.scores", "tokenizer.ggml.token_type"] {
      guard let count = arrayCount(key), count != tokens.count else { continue }
      throw damage("'\(key)' has \(count) entries for \(tokens.count) tokens")
    }
    if let embeddings = tensors["token_embd.weight"], embeddings.shape.count == 2,
      embeddings.shape[1] != tokens.count
    {
      throw damage("it has \(embeddings.shape[1]) embeddings for \(tokens.count) tokens")
    }
  }
}
