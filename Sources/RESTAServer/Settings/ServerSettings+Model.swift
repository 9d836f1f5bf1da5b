import RESTA

extension ServerSettings {
  /// The model; read by whoever loads it, so what an engine accepts is checked there.
  public struct Model: Sendable, Hashable {
    /// The GGUF file.
    ///
    /// Default: `nil`, what the command takes without one.
    public var file: String?
    /// The name that requests and replies call the model by.
    ///
    /// Default: `nil`, its file's name for the command, and the model's own where there is no file.
    public var name: String?
    /// LoRA adapters, each `FILE` or `FILE:SCALE`.
    ///
    /// Default: none.
    public var lora: [String] = []
    /// A built-in chat template's name, or a Jinja file.
    ///
    /// Default: `nil`, the model's own.
    public var chatTemplate: String?
    /// CPU threads, at least 1.
    ///
    /// Default: `nil`, one for each CPU that the process may use.
    public var threads: Int?
    /// The most tokens of a prompt and its answer, at least 16.
    ///
    /// Default: `nil`, what the model was trained for.
    public var context: Int?
    /// Layers that run on a GPU, at least 0; -1: all.
    ///
    /// Default: 0.
    public var gpuLayers = 0
    /// The number type of the key-value cache, by the engine's name.
    ///
    /// Default: `f16`.
    public var kvType = "f16"

    /// Makes the default settings.
    public init() {}
  }
}

extension ServerSettings {
  static let modelTable: [Setting<ServerSettings>] = [
    Setting("model.file", \.model.file, .optional(.text), "The GGUF model."),
    Setting(
      "model.name", \.model.name, .optional(.text),
      "What requests and replies call the model; null: its file's name."),
    Setting(
      "model.lora", \.model.lora, .list(of: .text), "LoRA adapters, each FILE or FILE:SCALE."),
    Setting(
      "model.chat_template", \.model.chatTemplate, .optional(.text),
      "A built-in chat template's name, or a Jinja file; null: the model's own."),
    Setting(
      "model.threads", \.model.threads, .optional(.integer(1...)),
      "CPU threads; null: one for each CPU that may be used."),
    Setting(
      "model.context", \.model.context, .optional(.integer(16...)),
      "The most tokens of a prompt and its answer; null: what the model was trained for."),
    Setting(
      "model.gpu_layers", \.model.gpuLayers, .integer((-1)...),
      "Layers that run on a GPU; -1: all."),
    Setting(
      "model.kv_type", \.model.kvType, .text,
      "The number type of the key-value cache: f32, f16, q8_0 or q4_0."),
  ]
}
