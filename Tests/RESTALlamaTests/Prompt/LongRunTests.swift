import RESTA
import Testing

@testable import RESTALlama

/// The C++ library's regular expressions recurse for each character of a match, and ended the process.
@Suite("Long runs of one kind of character") struct LongRunTests {
  static let vocabularies = [
    "command-r", "deepseek-coder", "deepseek-llm", "falcon", "gemma-4", "gpt-2", "llama-bpe",
    "llama-spm",
    "mpt",
    "phi-3", "qwen2", "qwen35", "refact", "starcoder",
  ]

  @Test(
    "every vocabulary takes them or refuses them, and takes what is shorter", .vocabularies,
    arguments: vocabularies)
  func runs(name: String) throws {
    let path = TestFiles.vocabularies + "/ggml-vocab-\(name).gguf"
    let tokenizer = try LlamaVocabulary(path: path).tokenizer
    let isLimited = ["deepseek-coder", "deepseek-llm", "falcon"].contains(name)
    for character in ["a", "A", " ", "!", "7", "\n", "é", "語"] {
      let short = String(repeating: character, count: 8_192)
      #expect(try !tokenizer.tokenize(Array(short.utf8), parsesControl: false).isEmpty)
      let long = Array(String(repeating: character, count: 60_000).utf8)
      guard isLimited else {
        #expect(try !tokenizer.tokenize(long, parsesControl: false).isEmpty)
        continue
      }
      let error = #expect(throws: RESTAError.self) {
        try tokenizer.tokenize(long, parsesControl: false)
      }
      #expect(error?.code == .invalidMessages, "\(name) \(character)")
    }
    // Text of many kinds is as long as it likes.
    let text = String(repeating: "Aunt Ada's 12 geese, 語! ", count: 3_000)
    #expect(try tokenizer.tokenize(Array(text.utf8), parsesControl: true).count > 9_000)
  }
}
