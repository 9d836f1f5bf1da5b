/// What a loaded model is, and how much it can take.
public struct ModelInformation: Sendable, Hashable, Codable {
  /// The model's name, as its file gives it.
  public var name: String
  /// The architecture's name in the engine, such as `llama` or `gemma3`.
  public var architecture: String
  /// The length of an embedding vector, d; at least 1.
  public var dimensions: Int
  /// The number of tokens in the vocabulary, at least 1.
  public var vocabularySize: Int
  /// The most tokens that one sequence (prompt and answer) may hold, at least 1.
  public var contextLength: Int
  /// The context length that the model was trained with; by default ``contextLength``.
  public var trainedContextLength: Int
  /// The most sequences that can be alive at once, at least 1.
  ///
  /// RESTA needs k + 1.
  public var maximumSequences: Int
  /// How large its embeddings are: what a relative sigma is a multiple of.
  public var embeddingScale: EmbeddingScale
  /// What a chat template writes for the beginning of a sequence (`bos_token`); by default empty.
  public var bosToken: String
  /// What a chat template writes for the end of a sequence (`eos_token`); by default empty.
  public var eosToken: String
  /// What was calibrated on these weights; `nil` where nobody looked, or nothing was found.
  package var calibrated: CalibratedSetting?

  /// Describes a model; properties say their ranges and defaults.
  public init(
    name: String, architecture: String, dimensions: Int, vocabularySize: Int, contextLength: Int,
    maximumSequences: Int, embeddingScale: EmbeddingScale, trainedContextLength: Int? = nil,
    bosToken: String = "", eosToken: String = ""
  ) {
    self.name = name
    self.architecture = architecture
    self.dimensions = dimensions
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.maximumSequences = maximumSequences
    self.embeddingScale = embeddingScale
    self.trainedContextLength = trainedContextLength ?? contextLength
    self.bosToken = bosToken
    self.eosToken = eosToken
  }
}

/// What computes a model.
public enum ModelEngine: String, Sendable, Hashable, Codable, CaseIterable {
  /// llama.cpp in this process.
  case llama
  /// vLLM servers, over HTTP; a file of the same weights gives vocabulary, template and embedding rows.
  case vllm
}
