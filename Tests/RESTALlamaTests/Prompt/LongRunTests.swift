import RESTA
import Testing

@testable import RESTALlama

/// The C++ library's regular expressions recurse for each character of a match, and ended the process.
@Suite("Long text that is hard to split") struct LongRunTests {
  static let vocabularies = [
    "command-r", "deepseek-coder", "deepseek-llm", "falcon", "gemma-4", "gpt-2", "llama-bpe",
    "llama-spm", "mpt", "phi-3", "qwen2", "qwen35", "refact", "starcoder",
  ]
  static let pieces = [
    "a", "A", " ", "!", "7", "\n", "é", "語", "中—", "क्", "!ा", "a1", "1Ⅷ", "a\u{301}", "hello world ",
  ]

  @Test("is tokenised by every vocabulary", .vocabularies, arguments: vocabularies)
  func runs(name: String) async throws {
    let tokenizer = try await SharedVocabularies.tokenizer(
      TestFiles.vocabularies + "/ggml-vocab-\(name).gguf")
    for piece in Self.pieces {
      let text = Array(String(repeating: piece, count: 60_000 / piece.unicodeScalars.count).utf8)
      let tokens = try tokenizer.tokenize(text, parsesControl: false)
      #expect(!tokens.isEmpty, "\(name) \(piece)")
      // A thread of its own or not, the tokens are the same.
      let short = Array(text.prefix(1_024)), longer = Array(text.prefix(1_025))
      for part in [short, longer] {
        let ids = try tokenizer.tokenize(part, parsesControl: false)
        #expect(!ids.isEmpty && ids.count <= part.count + 1)
      }
    }
  }
}
