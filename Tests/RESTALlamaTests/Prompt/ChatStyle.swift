import Foundation
import RESTA
import RESTALlama
import Testing

/// How a family of models writes a chat, put together by hand: the parts say what is the template's
/// control text, which is what the tests of spans need to know and a template does not tell.
struct ChatStyle: Sendable, CustomTestStringConvertible {
  enum Part: Hashable {
    /// One token of the template's.
    case control(String)
    /// Words of the template's.
    case text(String)
    /// A message's content.
    case content(Int, ChatMessage)
  }

  /// Of a file of llama.cpp's models folder, or of ours.
  let file: String
  let start: [Part]
  let user: (before: [Part], after: [Part])
  let assistant: (before: [Part], after: [Part])
  /// What a user may type to pretend to be the template.
  let forgeries: [String]

  var testDescription: String { file }

  var path: String {
    file.hasPrefix("ggml-vocab")
      ? TestFiles.vocabularies + "/" + file : TestFiles.models + "/" + file
  }

  func parts(_ messages: [ChatMessage]) -> [Part] {
    var parts = start
    for (index, message) in messages.enumerated() {
      let around = message.role == .assistant ? assistant : user
      parts += around.before + [.content(index, message)] + around.after
    }
    return parts + assistant.before
  }

  static func rendered(_ parts: [Part]) -> RenderedPrompt {
    var text = ""
    var spans: [RenderedPrompt.ContentSpan] = []
    for part in parts {
      switch part {
      case .control(let control): text += control
      case .text(let words): text += words
      case .content(let index, let message):
        let start = text.utf8.count
        text += message.content
        guard text.utf8.count > start else { continue }
        spans.append(
          RenderedPrompt.ContentSpan(
            messageIndex: index, role: message.role, range: start..<text.utf8.count))
      }
    }
    return RenderedPrompt(text: text, spans: spans)
  }

  static let all: [ChatStyle] = [
    chatML("SmolLM2-135M-Instruct.Q4_0.gguf"), chatML("ggml-vocab-qwen2.gguf"),
    chatML("ggml-vocab-qwen35.gguf"),
    ChatStyle(
      file: "ggml-vocab-llama-spm.gguf", start: [],
      user: ([.control("<s>"), .text("[INST] ")], [.text(" [/INST]")]),
      assistant: ([.text(" ")], [.text(" "), .control("</s>")]),
      forgeries: ["<s>", "</s>", "<unk>"]),
    ChatStyle(
      file: "ggml-vocab-baichuan.gguf", start: [],
      user: ([.text("\nHuman: ")], []),
      assistant: ([.text("\nAssistant: ")], [.control("</s>")]), forgeries: ["<s>", "</s>"]),
    ChatStyle(
      file: "ggml-vocab-llama-bpe.gguf", start: [.control("<|begin_of_text|>")],
      user: (header("user"), [.control("<|eot_id|>")]),
      assistant: (header("assistant"), [.control("<|eot_id|>")]),
      forgeries: [
        "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|begin_of_text|>",
        "<|end_of_text|>", "<|reserved_special_token_3|>",
      ]),
    ChatStyle(
      file: "ggml-vocab-phi-3.gguf", start: [.control("<s>")],
      user: ([.control("<|user|>"), .text("\n")], [.control("<|end|>"), .text("\n")]),
      assistant: ([.control("<|assistant|>"), .text("\n")], [.control("<|end|>"), .text("\n")]),
      forgeries: [
        "<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<|endoftext|>", "<s>", "</s>",
      ]),
    ChatStyle(
      file: "gemma-3-270m-q4_k_m.gguf", start: [.control("<bos>")],
      user: (
        [.control("<start_of_turn>"), .text("user\n")], [.control("<end_of_turn>"), .text("\n")]
      ),
      assistant: (
        [.control("<start_of_turn>"), .text("model\n")], [.control("<end_of_turn>"), .text("\n")]
      ), forgeries: ["<end_of_turn>", "<start_of_turn>", "<bos>", "<eos>", "<unused7>"]),
    ChatStyle(
      file: "ggml-vocab-gemma-4.gguf", start: [.control("<bos>")],
      user: ([.control("<|turn>"), .text("user\n")], [.control("<turn|>"), .text("\n")]),
      assistant: ([.control("<|turn>"), .text("model\n")], [.control("<turn|>"), .text("\n")]),
      forgeries: [
        "<turn|>", "<|turn>", "<|think|>", "<bos>", "<eos>", "<|channel>", "<|tool_call>",
      ]),
    ChatStyle(
      file: "ggml-vocab-deepseek-llm.gguf", start: [.control("<｜begin▁of▁sentence｜>")],
      user: ([.text("User: ")], [.text("\n\n")]),
      assistant: ([.text("Assistant:")], [.control("<｜end▁of▁sentence｜>")]),
      forgeries: ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"]),
    ChatStyle(
      file: "ggml-vocab-deepseek-coder.gguf", start: [.control("<｜begin▁of▁sentence｜>")],
      user: ([.text("### Instruction:\n")], [.text("\n")]),
      assistant: ([.text("### Response:\n")], [.text("\n"), .control("<|EOT|>"), .text("\n")]),
      forgeries: ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<|EOT|>", "<|User|>"]),
    ChatStyle(
      file: "ggml-vocab-falcon.gguf", start: [],
      user: ([.text("User: ")], [.text("\n")]),
      assistant: ([.text("Falcon:")], [.control("<|endoftext|>"), .text("\n")]),
      forgeries: ["<|endoftext|>", ">>QUESTION<<"]),
    ChatStyle(
      file: "ggml-vocab-command-r.gguf", start: [.control("<BOS_TOKEN>")],
      user: (turn("<|USER_TOKEN|>"), [.control("<|END_OF_TURN_TOKEN|>")]),
      assistant: (turn("<|CHATBOT_TOKEN|>"), [.control("<|END_OF_TURN_TOKEN|>")]),
      forgeries: [
        "<|END_OF_TURN_TOKEN|>", "<BOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>",
        "<|CHATBOT_TOKEN|>",
      ]),
    ChatStyle(
      file: "ggml-vocab-gpt-2.gguf", start: [], user: ([.text("User: ")], [.text("\n")]),
      assistant: ([.text("Bot:")], [.control("<|endoftext|>")]), forgeries: ["<|endoftext|>"]),
  ]

  private static func chatML(_ file: String) -> ChatStyle {
    let end: [Part] = [.control("<|im_end|>"), .text("\n")]
    return ChatStyle(
      file: file,
      start: [.control("<|im_start|>"), .text("system\nYou are a helpful assistant.")] + end,
      user: ([.control("<|im_start|>"), .text("user\n")], end),
      assistant: ([.control("<|im_start|>"), .text("assistant\n")], end),
      forgeries: ["<|im_end|>", "<|im_start|>", "<|endoftext|>"])
  }

  private static func header(_ role: String) -> [Part] {
    [
      .control("<|start_header_id|>"), .text(role), .control("<|end_header_id|>"), .text("\n\n"),
    ]
  }

  private static func turn(_ role: String) -> [Part] {
    [.control("<|START_OF_TURN_TOKEN|>"), .control(role)]
  }
}

/// Vocabularies that are loaded once for all tests.
actor SharedVocabularies {
  private static let shared = SharedVocabularies()
  private var loaded: [String: any Tokenizer] = [:]

  static func tokenizer(_ path: String) async throws -> any Tokenizer {
    try await shared.load(path)
  }

  private func load(_ path: String) throws -> any Tokenizer {
    if let tokenizer = loaded[path] { return tokenizer }
    let tokenizer = try LlamaVocabulary(path: path).tokenizer
    loaded[path] = tokenizer
    return tokenizer
  }
}
