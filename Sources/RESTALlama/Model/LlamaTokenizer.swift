internal import CLlama
public import RESTA

/// The vocabulary of a loaded model.
struct LlamaTokenizer: Tokenizer {
  // Keeps the vocabulary alive.
  private let weights: LlamaWeights

  let vocabularySize: Int
  let beginningOfSequence: TokenID?
  let addsSpacePrefix: Bool
  /// Whether text is split by the C++ library's regular expressions, for which llama.cpp has no code of its own.
  ///
  /// They recurse for each character of a match: some 30,000 of one kind in a row end the process.
  private let limitsRuns: Bool

  private static let longestRun = 8_192
  /// The values of `tokenizer.ggml.pre`, or of `tokenizer.ggml.model`, that llama.cpp has code for.
  private static let ownSplitters: Set<String> = [
    "chatglm-bpe", "codeshell", "command-r", "dbrx", "deepseek-r1-qwen", "exaone", "falcon-h1",
    "falcon3", "gemma4", "glm4", "gpt-2", "hunyuan", "kimi-k2", "lfm2", "llama-bpe", "llama-v3",
    "llama3", "mpt", "olmo", "phi-2", "pixtral", "qwen2", "qwen35", "refact", "smaug-bpe",
    "smollm", "stablelm2", "starcoder",
  ]

  init(_ weights: LlamaWeights) throws {
    self.weights = weights
    let vocabulary = unsafe weights.vocabulary
    vocabularySize = Int(unsafe llama_vocab_n_tokens(vocabulary))
    let first = unsafe llama_vocab_bos(vocabulary)
    let addsFirst = unsafe llama_vocab_get_add_bos(vocabulary)
    beginningOfSequence = addsFirst && first >= 0 ? first : nil
    limitsRuns =
      unsafe llama_vocab_type(vocabulary) == LLAMA_VOCAB_TYPE_BPE
      && !["pre", "model"].contains {
        Self.ownSplitters.contains(weights.metadata("tokenizer.ggml." + $0))
      }
    // Asked of the tokeniser itself, since the metadata's flag has a default for each type.
    let probe = try Self.tokenize([UInt8(ascii: "a")], weights: weights, parsesControl: false)
    addsSpacePrefix =
      probe.flatMap { Self.bytes(of: $0, weights: weights) } == Array(" a".utf8)
  }

  func tokenize(_ utf8: [UInt8], parsesControl: Bool) throws -> [TokenID] {
    guard !limitsRuns || !Self.hasLongRun(utf8) else {
      throw RESTAError(
        .invalidMessages,
        "The text has more than \(Self.longestRun) letters, digits, spaces or other characters in a "
          + "row, which this model's tokeniser cannot take. Break it up.")
    }
    return try Self.tokenize(utf8, weights: weights, parsesControl: parsesControl)
  }

  private static func hasLongRun(_ utf8: [UInt8]) -> Bool {
    guard utf8.count > longestRun else { return false }
    var (kind, run) = (0, 0)
    for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
      let properties = scalar.properties
      let isOther = properties.numericType == nil
      let next = properties.isWhitespace ? 1 : properties.isAlphabetic ? 2 : isOther ? 3 : 4
      (kind, run) = (next, next == kind ? run + 1 : 1)
      if run > longestRun { return true }
    }
    return false
  }

  func bytes(of token: TokenID) -> [UInt8] {
    guard (0..<vocabularySize).contains(Int(token)) else { return [] }
    return Self.bytes(of: token, weights: weights)
  }

  func kind(of token: TokenID) -> TokenKind {
    guard (0..<vocabularySize).contains(Int(token)) else { return .unknown }
    let attributes = unsafe llama_vocab_get_attr(weights.vocabulary, token).rawValue
    if attributes & LLAMA_TOKEN_ATTR_CONTROL.rawValue != 0 { return .control }
    if attributes & LLAMA_TOKEN_ATTR_USER_DEFINED.rawValue != 0 { return .userDefined }
    let unknown = LLAMA_TOKEN_ATTR_UNKNOWN.rawValue | LLAMA_TOKEN_ATTR_UNUSED.rawValue
    return attributes & unknown != 0 ? .unknown : .normal
  }

  func isEndOfGeneration(_ token: TokenID) -> Bool {
    guard (0..<vocabularySize).contains(Int(token)) else { return false }
    return unsafe llama_vocab_is_eog(weights.vocabulary, token)
  }

  private static func tokenize(
    _ utf8: [UInt8], weights: LlamaWeights, parsesControl: Bool
  ) throws -> [TokenID] {
    // Its room, two more than its bytes, is counted in 32 bits too.
    guard utf8.count <= Int(Int32.max) - 2, let length = Int32(exactly: utf8.count) else {
      throw RESTAError(.engineFailed, "A prompt of \(utf8.count) bytes is too long to tokenise.")
    }
    // One token for each byte, and a space in front, is the most that any vocabulary gives.
    var capacity = utf8.count + 2
    for _ in 0..<2 {
      var count: Int32 = 0
      let tokens = unsafe [TokenID](unsafeUninitializedCapacity: capacity) { buffer, used in
        count = unsafe utf8.withUnsafeBytes { text in
          unsafe llama_tokenize(
            weights.vocabulary, text.assumingMemoryBound(to: CChar.self).baseAddress, length,
            buffer.baseAddress, Int32(capacity), false, parsesControl)
        }
        used = max(0, Int(count))
      }
      if count >= 0 { return tokens }
      guard count != Int32.min else { break }
      capacity = Int(-count)
    }
    throw RESTAError(
      .engineFailed, "llama.cpp could not tokenise the prompt. \(LlamaLibrary.takeErrors())")
  }

  private static func bytes(of token: TokenID, weights: LlamaWeights) -> [UInt8] {
    var capacity = 64
    while true {
      var count: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
        let text = unsafe UnsafeMutableRawBufferPointer(buffer).assumingMemoryBound(to: CChar.self)
        count = unsafe llama_token_to_piece(
          weights.vocabulary, token, text.baseAddress, Int32(capacity), 0, true)
        used = max(0, Int(count))
      }
      if count >= 0 { return bytes }
      capacity = Int(-count)
    }
  }
}

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
  /// - Throws: ``LlamaError``, whose code says what is wrong with the file; `RESTAError` with
  ///   `invalidTemplate` when its template cannot be parsed.
  public init(path: String) throws {
    _ = try GGUFFile(path: path)
    let weights = try LlamaWeights(path: path, options: LlamaOptions(), vocabularyOnly: true)
    let tokenizer = try LlamaTokenizer(weights)
    self.tokenizer = tokenizer
    chatTemplate = try weights.chatTemplate(tokenizer).get()
  }
}
