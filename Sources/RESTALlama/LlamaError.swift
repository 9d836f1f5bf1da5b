/// The error that the llama.cpp engine throws.
///
/// `description` is safe to log: it never contains a prompt or an answer.
public struct LlamaError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as an open set: new codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// There is no such file, or it cannot be read.
    public static let fileNotFound = Code("file_not_found")
    /// The file is not a GGUF file.
    public static let notGGUF = Code("not_gguf")
    /// The GGUF file is cut off or damaged.
    public static let damagedFile = Code("damaged_file")
    /// Embeddings cannot be fed to models of this architecture.
    public static let unsupportedArchitecture = Code("unsupported_architecture")
    /// Embeddings fed as rows do not give what token ids give.
    public static let embeddingMismatch = Code("embedding_mismatch")
    /// llama.cpp could not load the model.
    public static let loadFailed = Code("load_failed")
    /// The LoRA adapter does not fit the model.
    public static let adapterFailed = Code("adapter_failed")
    /// There is not enough memory for the sequences.
    public static let outOfMemory = Code("out_of_memory")
    /// An option is out of its range.
    public static let invalidOption = Code("invalid_option")
    /// A forward pass failed.
    public static let decodeFailed = Code("decode_failed")

    /// The code's stable name, for logs and machine-readable output.
    public var description: String { name }
  }

  /// What went wrong.
  public let code: Code
  /// What went wrong and what to do about it.
  public let message: String
  /// llama.cpp's own status, where it returned one.
  public let status: Int32?

  init(_ code: Code, _ message: String, status: Int32? = nil) {
    self.code = code
    self.message = message
    self.status = status
  }

  /// The message; safe to log.
  public var description: String { message }
}
