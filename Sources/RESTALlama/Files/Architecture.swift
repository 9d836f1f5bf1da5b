/// What is known about feeding embeddings to llama.cpp's architectures.
///
/// From reading its graph builders: some multiply token ids' embeddings by a constant but not
/// embeddings that are fed as rows, some need token ids beside the rows, some abort the process. So
/// only architectures on this list are loaded, and a self-test then checks each model.
struct Architecture {
  /// What a row of the table is multiplied with to be what the first block receives.
  enum Scale {
    case none
    /// sqrt(d), applied by the graph to token ids only: fed rows must be scaled by us.
    case squareRootForTokens
    /// sqrt(d), applied by the graph to rows as well.
    case squareRootAlways
    /// The metadata value `<architecture>.embedding_scale`, applied by the graph to rows as well.
    case metadata
  }

  let name: String
  let scale: Scale

  private static let plain = [
    "apertus", "arcee", "baichuan", "bitnet", "cohere2", "command-r", "dbrx", "deepseek",
    "ernie4_5", "exaone", "exaone4", "falcon", "gpt-oss", "hunyuan-dense", "internlm2", "llama",
    "mistral3", "nemotron", "olmo", "olmo2", "olmoe", "orion", "phi2", "phi3", "phimoe", "qwen2",
    "qwen2moe", "qwen3", "qwen3moe", "seed_oss", "smollm3", "stablelm", "starcoder2", "xverse",
  ]

  private static let scaled: [String: Scale] = [
    "gemma": .squareRootAlways, "gemma2": .squareRootAlways, "gemma3": .squareRootForTokens,
    "granite": .metadata, "granitemoe": .metadata,
  ]

  /// The names of all architectures that can be loaded.
  static var names: [String] { (plain + scaled.keys).sorted() }

  init(_ file: GGUFFile) throws(LlamaError) {
    guard file.parts.count > 1 || file.number("split.count") ?? 1 <= 1 else {
      throw LlamaError(
        .loadFailed,
        "'\(file.path)' is one of the parts of a model: give the first of them, and leave them all "
          + "the names that they came with.")
    }
    guard let name = file.string("general.architecture") else {
      throw LlamaError(
        .damagedFile, "'\(file.path)' does not say its architecture; it is not a language model.")
    }
    if Self.plain.contains(name) {
      (self.name, scale) = (name, .none)
    } else if let scale = Self.scaled[name] {
      (self.name, self.scale) = (name, scale)
    } else {
      throw LlamaError(
        .unsupportedArchitecture,
        "'\(file.path)' is of the architecture '\(name)'. RESTA feeds perturbed embeddings to the "
          + "model, and llama.cpp cannot take them for '\(name)', or nobody checked yet that it "
          + "does so rightly. Supported: \(Self.names.joined(separator: ", ")).")
    }
  }

  /// What to multiply a row of the table with, and what of that the graph does again to fed rows.
  func factors(dimensions: Int, file: GGUFFile) -> (table: Float, graph: Float) {
    let root = Float(dimensions).squareRoot()
    switch scale {
    case .none: return (1, 1)
    case .squareRootForTokens: return (root, 1)
    case .squareRootAlways: return (root, root)
    case .metadata:
      let value = Float(file.number("\(name).embedding_scale") ?? 0)
      return value == 0 ? (1, 1) : (value, value)
    }
  }
}
