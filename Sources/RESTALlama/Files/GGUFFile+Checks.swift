internal import CLlama

extension GGUFFile {
  /// The most layers that llama.cpp has room for.
  private static let largestLayerCount = 512

  /// Checks the sizes of the model that llama.cpp asserts or divides by, since either ends the process.
  func checkShape(architecture: String) throws(LlamaError) {
    let layers = try size("\(architecture).block_count", upTo: Self.largestLayerCount)
    let blocks = tensors.keys.filter { $0.hasPrefix("blk.") }
      .compactMap { Int($0.dropFirst(4).prefix { $0 != "." }) }
    // Some architectures have layers beyond the counted ones, and split models have fewer here.
    if parts.count == 1, let last = blocks.max(), last < layers - 1 {
      throw damage("it counts \(layers) layers and holds \(last + 1)")
    }
    let width = try size("\(architecture).embedding_length", upTo: 1 << 20)
    if let embeddings = tensors["token_embd.weight"], embeddings.shape.first != width {
      throw damage("its embeddings are \(embeddings.shape.first ?? 0) wide instead of \(width)")
    }
    _ = try size("\(architecture).context_length", upTo: 1 << 30)
    // These may be one number or one for each layer; only a number can be checked here.
    for key in ["attention.head_count", "attention.head_count_kv", "feed_forward_length"]
    where number("\(architecture).\(key)") != nil {
      _ = try size("\(architecture).\(key)", upTo: 1 << 24)
    }
    if let scaling = string("\(architecture).rope.scaling.type"),
      !["none", "linear", "yarn", "longrope"].contains(scaling)
    {
      throw LlamaError(
        .unsupportedArchitecture,
        "'\(path)' scales positions by '\(scaling)', which this llama.cpp does not know.")
    }
    for key in ["attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"] {
      guard let value = number("\(architecture).\(key)") else { continue }
      guard value >= 0, value < 1 else { throw damage("'\(architecture).\(key)' is \(value)") }
    }
    if let experts = number("\(architecture).expert_count"), experts != 0 {
      let count = try size("\(architecture).expert_count", upTo: 512)
      _ = try size("\(architecture).expert_used_count", upTo: count)
    }
    if let heads = number("\(architecture).attention.head_count"),
      let shared = number("\(architecture).attention.head_count_kv"),
      heads.truncatingRemainder(dividingBy: shared) != 0
    {
      throw damage("\(Int(heads)) attention heads cannot share \(Int(shared)) keys")
    }
  }

  private func size(_ key: String, upTo bound: Int) throws(LlamaError) -> Int {
    guard let value = number(key) else {
      guard string("general.type") != "adapter" else {
        throw LlamaError(.loadFailed, "'\(path)' is an adapter (--lora), and no model.")
      }
      throw damage("'\(key)' is missing")
    }
    guard value >= 1, value <= Double(bound) else {
      throw damage("'\(key)' is \(value), outside of 1...\(bound)")
    }
    return Int(value)
  }

  func damage(_ what: String) -> LlamaError {
    LlamaError(.damagedFile, "'\(path)' is damaged: \(what). Download it again.")
  }
}

extension GGUFFile {
  /// Checks what llama.cpp asserts about a vocabulary, since a failed assertion ends the process.
  func checkVocabulary() throws(LlamaError) {
    // Adapters have no vocabulary, and neither have the later parts of a split model.
    guard let type = string("tokenizer.ggml.model") else { return }
    guard type != "none", type != "no_vocab", let tokens = strings("tokenizer.ggml.tokens") else {
      throw damage("it has no vocabulary")
    }
    // Those of the supported architectures; of others llama.cpp aborts on some, and never ends on one.
    guard ["llama", "gpt2", "gemma4"].contains(type) else {
      throw LlamaError(
        .unsupportedArchitecture,
        "'\(path)' has a vocabulary of the kind '\(type)', which no supported model has.")
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
