public import RESTA

extension ServerSettings {
  /// Where the server listens, and from where it may be used.
  public struct Listen: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// The address or the name of an interface, not empty; by default `127.0.0.1`, this machine alone.
    public var host = "127.0.0.1"
    /// The port, in `0...65535`, 0 for one that is free; 8080 by default.
    public var port = 8080
    /// A PEM file with the certificate chain, which needs ``tlsKey``; by default `nil`, no TLS.
    public var tlsCertificate: String?
    /// A PEM file with the certificate's private key, which needs ``tlsCertificate``; by default `nil`, no TLS.
    public var tlsKey: String?
    /// The names that a request's `Host` may have besides the server's own address; none by default.
    public var allowedHosts: [String] = []
    /// The origins whose pages may use the server, such as `https://app.example`; by default its own page alone.
    public var allowedOrigins: [String] = []

    /// Whether ``host`` is reachable from this machine alone: `127.0.0.0/8`, `::1` and `localhost`.
    public var isLoopback: Bool { HostName.setting(host)?.isLoopback ?? false }
  }

  static let listenTable: [Setting<ServerSettings>] = [
    Setting(
      "listen.host", \.listen.host, .text, "The address to listen on; 0.0.0.0 is every IPv4 one."),
    Setting(
      "listen.port", \.listen.port, .integer(0...65_535), "The port; 0 is one that is free."),
    Setting(
      "listen.tls_certificate", \.listen.tlsCertificate, .optional(.text),
      "A PEM file with the certificate chain; needs tls_key."),
    Setting(
      "listen.tls_key", \.listen.tlsKey, .optional(.text),
      "A PEM file with the certificate's private key; needs tls_certificate."),
    Setting(
      "listen.allowed_hosts", \.listen.allowedHosts, .list(of: .text),
      "Names that a request's Host may have besides the server's own address."),
    Setting(
      "listen.allowed_origins", \.listen.allowedOrigins, .list(of: .text),
      "Origins whose pages may use the server from a browser, such as https://app.example."),
  ]

  /// The model; read by whoever loads it, so what an engine accepts is checked there.
  public struct Model: Sendable, Hashable {
    /// Makes the defaults.
    public init() {}
    /// The GGUF file; by default `nil`, what the command takes without one.
    public var file: String?
    /// The name that requests and replies call the model by.
    ///
    /// Default: `nil`, its file's name for the command, and the model's own where there is no file.
    public var name: String?
    /// LoRA adapters, each `FILE` or `FILE:SCALE`; none by default.
    public var lora: [String] = []
    /// A built-in chat template's name, or a Jinja file; by default `nil`, the model's own.
    public var chatTemplate: String?
    /// CPU threads, at least 1; by default `nil`, one for each CPU that the process may use.
    public var threads: Int?
    /// The most tokens of a prompt and its answer, at least 16; by default `nil`, what the model was trained for.
    public var context: Int?
    /// Layers that run on a GPU, at least 0, or -1 for all; 0 by default.
    public var gpuLayers = 0
    /// The number type of the key-value cache, by the engine's name; `f16` by default.
    public var kvType = "f16"
    /// What computes the model; `llama` by default.
    public var engine = ModelEngine.llama
    /// The vLLM server's address, or several with commas between them; none by default.
    public var vllmUrl: String?
    /// What the vLLM server calls the model; none by default.
    public var vllmModel: String?
    /// The environment variable that holds the vLLM server's API key; by default `nil`, no key is sent.
    public var vllmKey: String?
    /// Whether embedding rows travel to vLLM in bfloat16; `false` by default.
    public var vllmBfloat16 = false
  }

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
      "model.context", \.model.context, .optional(.integer(16...16_777_216)),
      "The most tokens of a prompt and its answer; null: what the model was trained for."),
    Setting(
      "model.gpu_layers", \.model.gpuLayers, .integer((-1)...),
      "Layers that run on a GPU; -1: all."),
    Setting(
      "model.engine", \.model.engine, .choice(), "What computes the model."),
    Setting(
      "model.vllm_url", \.model.vllmUrl, .optional(.text),
      "The vLLM server, http://HOST:PORT; several with commas between them."),
    Setting(
      "model.vllm_model", \.model.vllmModel, .optional(.text),
      "The model's name at the vLLM server; model.file is of the same weights."),
    Setting(
      "model.vllm_key", \.model.vllmKey, .optional(.text),
      "The environment variable that holds the vLLM server's API key."),
    Setting(
      "model.vllm_bfloat16", \.model.vllmBfloat16, .flag,
      "Send embedding rows to vLLM in bfloat16, which is half the bytes."),
    Setting(
      "model.kv_type", \.model.kvType, .text,
      "The number type of the key-value cache: f32, f16, q8_0 or q4_0."),
  ]
}
