internal import CLlama

extension GGUFFile {
  /// Checks what llama.cpp asserts about a vocabulary, since a failed assertion ends the process.
  ///
  /// - Throws: ``LlamaError`` with `damagedFile`.
  /// - Complexity: O(vocabulary), about 10 ms for 50,000 tokens.
  func checkVocabulary() throws(LlamaError) {
    // Adapters have no vocabulary, and neither have the later parts of a split model.
    guard let type = string("tokenizer.ggml.model") else { return }
    guard type != "none", type != "no_vocab", let tokens = strings("tokenizer.ggml.tokens") else {
      throw damage("it has no vocabulary")
    }
    // llama.cpp gives empty ones names of their own.
    let named = tokens.filter { !$0.isEmpty }
    guard Set(named).count == named.count else {
      throw damage("its vocabulary holds a token twice")
    }
    // A SentencePiece vocabulary spells what it has no word for byte by byte.
    if type == "llama" {
      let known = Set(named)
      let missing = (0...255).first { byte in
        !known.contains(Array(Self.byteToken(byte).utf8)) && !known.contains([UInt8(byte)])
      }
      if let missing { throw damage("its vocabulary lacks \(Self.byteToken(missing))") }
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

  /// How a SentencePiece vocabulary writes a byte: `<0x0A>`.
  private static func byteToken(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
  }
}
