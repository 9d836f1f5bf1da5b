internal import CLlama
import Foundation
public import RESTA

/// The vocabulary of a loaded model.
struct LlamaTokenizer: Tokenizer {
  // Keeps the vocabulary alive.
  private let weights: LlamaWeights

  let vocabularySize: Int
  let beginningOfSequence: TokenID?
  let addsSpacePrefix: Bool

  init(_ weights: LlamaWeights) throws {
    self.weights = weights
    let vocabulary = unsafe weights.vocabulary
    vocabularySize = Int(unsafe llama_vocab_n_tokens(vocabulary))
    let first = unsafe llama_vocab_bos(vocabulary)
    let addsFirst = unsafe llama_vocab_get_add_bos(vocabulary)
    beginningOfSequence = addsFirst && first >= 0 ? first : nil
    // Asked of the tokeniser itself, since the metadata's flag has a default for each type.
    let probe = try Self.tokenize([UInt8(ascii: "a")], weights: weights, parsesControl: false)
    addsSpacePrefix =
      probe.flatMap { Self.bytes(of: $0, weights: weights) } == Array(" a".utf8)
  }

  func tokenize(_ utf8: [UInt8], parsesControl: Bool) throws -> [TokenID] {
    guard utf8.count > 1_024 else {
      return try Self.tokenize(utf8, weights: weights, parsesControl: parsesControl)
    }
    // Many vocabularies are split by the C++ library's regular expressions, which recurse for each character of
    // a match: 20,000 may end a process whose stack has the usual size.
    return try DeepCall.run(bytes: utf8.count) { [weights] in
      try Self.tokenize(utf8, weights: weights, parsesControl: parsesControl)
    }
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

/// A call on a thread of its own, whose stack grows with the text.
private final class DeepCall {
  private let work: () throws -> [TokenID]
  private var result: Result<[TokenID], any Error>?

  private init(_ work: @escaping () throws -> [TokenID]) { self.work = work }

  static func run(
    bytes: Int, _ work: @escaping @Sendable () throws -> [TokenID]
  ) throws -> [TokenID] {
    #if canImport(Glibc)
      let call = DeepCall(work)
      var attributes = pthread_attr_t()
      unsafe pthread_attr_init(&attributes)
      defer { unsafe pthread_attr_destroy(&attributes) }
      // Measured: half a KiB for each character of a match.
      unsafe pthread_attr_setstacksize(&attributes, (bytes + 1_024) << 10)
      var thread = pthread_t()
      let status = unsafe pthread_create(
        &thread, &attributes,
        { context in
          guard let context = unsafe context else { return nil }
          let call = unsafe Unmanaged<DeepCall>.fromOpaque(context).takeUnretainedValue()
          call.result = Result { try call.work() }
          return nil
        }, Unmanaged.passUnretained(call).toOpaque())
      if status == 0 { pthread_join(thread, nil) }
      guard status == 0, let result = call.result else {
        throw RESTAError(
          .engineFailed, "A prompt of \(bytes) bytes is too long to tokenise with this vocabulary.")
      }
      return try result.get()
    #else
      return try work()
    #endif
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
    let file = try GGUFFile(path: path)
    let weights = try LlamaWeights(path: path, options: LlamaOptions(), vocabularyOnly: true)
    let tokenizer = try LlamaTokenizer(weights)
    self.tokenizer = tokenizer
    chatTemplate = try weights.chatTemplate(of: file, tokenizer).get()
  }
}
