internal import CLlama
import Foundation
public import RESTA

/// What a model is made of once its file is loaded.
struct LlamaParts: Sendable {
  let information: ModelInformation
  let tokenizer: LlamaTokenizer
  let table: EmbeddingTable
  let template: Result<ChatTemplate?, RESTAError>
  let scheduler: Scheduler
  let threads: Int
  let bytesPerCell: Int
}

/// Loads a file on a thread of its own, since it blocks for as long as the disk takes.
actor LlamaLoader {
  private nonisolated let executor = EngineExecutor(name: "llama.cpp loader")
  private let path: String
  private let options: LlamaOptions

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String, options: LlamaOptions) {
    self.path = path
    self.options = options
  }

  func load(_ progress: LoadProgress) throws -> LlamaParts {
    guard options.gpuLayers == 0 || llama_supports_gpu_offload() else {
      throw LlamaError(
        .invalidOption,
        "This llama.cpp was built without a GPU backend, so --gpu-layers must be 0. Link one that "
          + "has it (docs/install.md).")
    }
    let file = try GGUFFile(path: path)
    let architecture = try Architecture(file)
    try file.checkShape(architecture: architecture.name)
    for part in file.parts.dropFirst() { _ = try GGUFFile(path: part) }
    let weights = try LlamaWeights(path: path, options: options, progress: progress)
    let factors = architecture.factors(dimensions: weights.dimensions, file: file)
    let tokenizer = try LlamaTokenizer(weights)
    let table = try EmbeddingTable(file, scale: factors.table)
    let threads = options.threads ?? ProcessLimits().processors
    var information = try ModelInformation(
      file, architecture, weights, tokenizer, table, sequences: LlamaEngine.maximumSequences)
    if let length = options.contextLength { information.contextLength = length }
    information.calibrated = options.calibrated
    let bytesPerCell = weights.bytesPerCell(options.cacheType, architecture.name, file)
    return LlamaParts(
      information: information, tokenizer: tokenizer, table: table,
      template: weights.chatTemplate(of: file, tokenizer),
      scheduler: Scheduler(
        engine: LlamaEngine(
          weights: weights, options: options, threads: threads, bytesPerCell: bytesPerCell,
          graphFactor: factors.graph),
        usual: SequenceRoom(
          sequences: options.parallelSequences, cells: options.parallelCells)),
      threads: threads, bytesPerCell: bytesPerCell)
  }
}

extension LlamaWeights {
  var dimensions: Int { Int(unsafe llama_model_n_embd_inp(model)) }

  var vocabularySize: Int { Int(unsafe llama_vocab_n_tokens(vocabulary)) }

  /// The chat template of the model's file; `nil` when there is none, or an empty one.
  ///
  /// Not what llama.cpp calls it: of some models without one that is a name of its own, which is no template.
  func chatTemplate(
    of file: GGUFFile, _ tokenizer: LlamaTokenizer
  ) -> Result<ChatTemplate?, RESTAError> {
    guard let source = file.string("tokenizer.chat_template"), !ChatTemplate.isEmpty(source)
    else { return .success(nil) }
    let first = unsafe llama_vocab_bos(vocabulary)
    let last = unsafe llama_vocab_eos(vocabulary)
    do throws(RESTAError) {
      var template = try ChatTemplate(
        source: source, bosToken: tokenizer.text(of: first), eosToken: tokenizer.text(of: last))
      template.clock = { .now }
      return .success(template)
    } catch {
      return .failure(error)
    }
  }

  /// What one position of one sequence takes in the key-value cache, about.
  func bytesPerCell(
    _ type: LlamaOptions.CacheType, _ architecture: String, _ file: GGUFFile
  ) -> Int {
    let heads = max(1, Int(unsafe llama_model_n_head(model)))
    let layers = Int(unsafe llama_model_n_layer(model))
    let sharedHeads = max(1, Int(unsafe llama_model_n_head_kv(model)))
    let width =
      file.number("\(architecture).attention.key_length").flatMap { Int(exactly: $0) }
      ?? dimensions / heads
    let values = Double(2 * layers * sharedHeads * width)
    return Int(values * Double(ggml_type_size(type.ggml)) / Double(ggml_blck_size(type.ggml)))
  }
}

extension TemplateDate {
  /// The date and time of this machine's clock, in its time zone: what `datetime.now()` is in Python.
  public static var now: TemplateDate {
    let date = Date()
    let seconds = Int(date.timeIntervalSince1970) + TimeZone.current.secondsFromGMT(for: date)
    return TemplateDate(secondsSince1970: seconds)
  }
}

/// Whether embeddings fed as rows give what token ids give: the ground that RESTA stands on.
public struct EmbeddingSelfTest: Sendable, Hashable {
  /// How many tokens were fed.
  public let tokens: Int
  /// The largest difference between the two rows of logits.
  public let largestDifference: Double
  /// The largest logit, to compare the difference with.
  public let largestLogit: Double
  /// Whether both predict the same token.
  public let sameToken: Bool

  /// Whether the difference is no more than rounding.
  ///
  /// It was 0 on every model tried. Rounding may move the logits of quantised weights by some percent
  /// elsewhere; a wrong scale or a missing input moves them by their own size.
  public var passed: Bool {
    sameToken && largestDifference.isFinite && largestDifference <= 0.05 * max(1, largestLogit)
  }

  init(_ parts: LlamaParts) async throws {
    let tokens = try Self.tokens(parts.tokenizer)
    let rows = try parts.table.embeddings(of: tokens)
    let logits = try await parts.scheduler.reserve(sequences: 2, cells: 2 * tokens.count).use {
      let byID = try await $0.forward([ForwardSegment(sequence: 0, input: .tokens(tokens))])
      return byID + (try await $0.forward([ForwardSegment(sequence: 1, input: .embeddings(rows))]))
    }
    self.tokens = tokens.count
    largestDifference = zip(logits[0], logits[1]).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
    largestLogit = logits[0].reduce(0) { max($0, Double(abs($1))) }
    sameToken = try Logits.argmax(logits[0]) == Logits.argmax(logits[1])
  }

  /// A few tokens of plain English, after the one that a text starts with.
  static func tokens(_ tokenizer: LlamaTokenizer) throws -> [TokenID] {
    let text = Array("The quick brown fox jumps over the lazy dog.".utf8)
    let first = tokenizer.beginningOfSequence.map { [$0] } ?? []
    let tokens = first + (try tokenizer.tokenize(text, parsesControl: false)).prefix(12)
    guard !tokens.isEmpty else {
      throw LlamaError(.damagedFile, "The model's vocabulary has no tokens for plain English.")
    }
    return tokens
  }

  func check(architecture: String, file: String) throws(LlamaError) {
    guard passed else {
      throw LlamaError(
        .embeddingMismatch,
        "'\(file)' (architecture '\(architecture)') gives other predictions for embedding rows than "
          + "for the same tokens (logits differ by \(largestDifference)), so noise on embeddings "
          + "would mean nothing. Use another model.")
    }
  }
}
