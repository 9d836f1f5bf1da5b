import RESTALlama

/// The command's version, and what it runs on.
enum Version {
  static let number = "0.1.0"

  static var description: String { "\(number) (llama.cpp \(LlamaModel.libraryVersion))" }
}
