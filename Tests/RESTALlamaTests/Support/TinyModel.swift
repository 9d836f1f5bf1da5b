import Foundation
import RESTA
import RESTALlama
import RESTATesting

extension GGUFBuilder {
  /// A whole Llama of one layer with random weights and a vocabulary of bytes: 70 kB, loaded in a
  /// millisecond, wrong in whatever way a test wants.
  static func tinyModel(
    architecture: String = "llama", dimensions: Int = 32, format: BlockFormat = .f32
  ) -> GGUFBuilder {
    var model = GGUFBuilder()
    let tokens = byteLevelTokens + ["<|start|>", "<|end|>"].map { Array($0.utf8) }
    model["general.architecture"] = .string(architecture)
    model["general.name"] = .string("tiny")
    for (key, value) in [
      ("context_length", 256), ("embedding_length", dimensions), ("block_count", 1),
      ("feed_forward_length", 2 * dimensions), ("attention.head_count", 4),
      ("attention.head_count_kv", 2), ("rope.dimension_count", dimensions / 4),
    ] { model["\(architecture).\(key)"] = .uint32(UInt32(value)) }
    model["\(architecture).attention.layer_norm_rms_epsilon"] = .float32(1e-5)
    model["tokenizer.ggml.model"] = .string("gpt2")
    model["tokenizer.ggml.pre"] = .string("smollm")
    model["tokenizer.ggml.tokens"] = .strings(tokens)
    model["tokenizer.ggml.token_type"] = .int32s(
      byteLevelTokens.map { _ in 1 } + [3, 3])
    model["tokenizer.ggml.merges"] = .strings([])
    model["tokenizer.ggml.bos_token_id"] = .uint32(256)
    model["tokenizer.ggml.eos_token_id"] = .uint32(257)
    model["tokenizer.ggml.add_bos_token"] = .bool(false)

    var generator = SeededGenerator(seed: 7)
    func add(_ name: String, _ shape: [Int], ones: Bool = false) {
      let count = shape.reduce(1, *)
      if format != .f32 && !ones {
        model.tensors.append(
          Tensor(
            name: name, shape: shape, type: format.rawValue,
            bytes: format.randomBytes(values: count, using: &generator)))
        return
      }
      let values = (0..<count).map { _ in ones ? 1 : generator.uniform() }
      let bytes = values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
      }
      model.tensors.append(Tensor(name: name, shape: shape, bytes: bytes))
    }
    let d = dimensions
    add("token_embd.weight", [d, tokens.count])
    add("output_norm.weight", [d], ones: true)
    add("blk.0.attn_norm.weight", [d], ones: true)
    add("blk.0.attn_q.weight", [d, d])
    add("blk.0.attn_k.weight", [d, d / 2])
    add("blk.0.attn_v.weight", [d, d / 2])
    add("blk.0.attn_output.weight", [d, d])
    add("blk.0.ffn_norm.weight", [d], ones: true)
    add("blk.0.ffn_gate.weight", [d, 2 * d])
    add("blk.0.ffn_up.weight", [d, 2 * d])
    add("blk.0.ffn_down.weight", [2 * d, d])
    return model
  }

  /// The 256 tokens of a byte-level vocabulary, in the characters that GPT-2 gave the bytes.
  private static var byteLevelTokens: [[UInt8]] {
    var next: UInt32 = 256
    return (UInt32(0)..<256).compactMap { byte in
      let printable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      let scalar = Unicode.Scalar(printable ? byte : next)
      if !printable { next += 1 }
      return scalar.map { Array(String(Character($0)).utf8) }
    }
  }
}

/// The tiny model as a file that all tests share.
enum TinyModelFile {
  private static let shared = Task<LlamaModel, any Error> { try await load(.forTests) }

  static func model(options: LlamaOptions = .forTests) async throws -> LlamaModel {
    options == .forTests ? try await shared.value : try await load(options)
  }

  private static func load(_ options: LlamaOptions) async throws -> LlamaModel {
    try await TestFiles.withTemporaryFolder { folder in
      try GGUFBuilder.tinyModel().write(folder + "/tiny.gguf")
      // The file stays mapped when the folder is gone.
      return try await LlamaModel.load(folder + "/tiny.gguf", options: options)
    }
  }

  /// A user's message of random letters, a token each, without any template around it.
  static func prompt(_ seed: UInt64, count: Int = 40) async throws -> TokenizedPrompt {
    var generator = SeededGenerator(seed: seed)
    let letters = (0..<count).map { _ in UInt8(ascii: "a") + UInt8(generator.below(26)) }
    let span = RenderedPrompt.ContentSpan(messageIndex: 0, role: .user, range: 0..<count)
    let text = String(decoding: letters, as: UTF8.self)
    return try PromptTokenizer(try await model().tokenizer).tokenize(
      RenderedPrompt(text: text, spans: [span]))
  }
}
