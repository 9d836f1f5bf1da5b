import RESTA
import RESTADocuments
import RESTALocal
import RESTAServer

/// The flags of `resta serve`: each stands for a setting, and wins over the environment and the file.
typealias ServeArguments = SettingFlags<ServeFlags>

extension ServeArguments {
  /// The settings that the command line, the environment and the file make, checked.
  ///
  /// - Throws: ``Failure`` for a file that cannot be read; `ServerError` for a wrong setting.
  func settings(environment: [String: String]) throws -> ServerSettings {
    let texts = chosen.value.texts
    let file = try texts["config"].map { (name: $0, text: try Self.text(of: $0, for: "--config")) }
    var base = ServerSettings()
    if texts["playground"] != nil { base.allowTrying() }
    return try ServerSettings.load(
      file: file, environment: environment, flags: try chosen.flags, from: base)
  }

  /// The text of a file that an option names.
  static func text(of path: String, for option: String) throws(Failure) -> String {
    do {
      return try SourceFile.read(path).text
    } catch {
      throw Failure.usage("\(option) \(error.message)")
    }
  }
}

/// What an operator chooses by flags.
///
/// All but the defence's are text: the settings themselves say what is valid, so that a value is refused
/// in the same words wherever it stands. The noise's seed is nobody's choice on a server. Whose content is
/// perturbed is chosen in a file or with `--set`: what the flag of other commands says would perturb less
/// than a server does by default.
struct ServeFlags: DescribedSettings {
  var texts: [String: String] = [:]
  var lora: [String] = []
  var templateVariables: [String] = []
  var set: [String] = []
  var defense = DefenseSettings.defaults

  static let defaults = ServeFlags()
  static let table = model + defenses + server

  /// Those before the defence's; each is stored where the settings have it, or nowhere.
  private static let model: [Setting<ServeFlags>] = [
    row("config", "", "file", "Settings in YAML; --print-config prints them all."),
    row("host", "listen.host", "address", "Where to listen.", default: "127.0.0.1"),
    row("port", "listen.port", "port", "0 chooses a free one.", default: "8080"),
    row(
      "model", "model.file", "file", "The GGUF model.",
      default: "$RESTA_MODEL, or the model of 'make demo'"),
    row(
      "model_name", "model.name", "name", "What requests call the model.",
      default: "its file's name"),
    Setting(
      "lora", \.lora, .list(of: .text),
      "A LoRA adapter and its scale; may be given several times.",
      flag: .option(value: "file[:scale]"), storedAs: "model.lora"),
    row(
      "chat_template", "model.chat_template", "name|file", "The chat template.",
      default: "the model's own"),
    row(
      "template_date", "prompt.date", "date", "The date that templates print which ask for it.",
      default: "this machine's"),
    Setting(
      "template_var", \.templateVariables, .list(of: .text),
      "A variable for the chat template; may be given several times.",
      flag: .option(value: "name=value"), storedAs: "prompt.template_vars"),
    row("threads", "model.threads", "n", "CPU threads.", default: "one for each CPU"),
    row(
      "ctx", "model.context", "tokens", "The most tokens of prompt and answer.",
      default: "the model's"),
    row("gpu_layers", "model.gpu_layers", "n", "Layers that run on a GPU; -1: all.", default: "0"),
    row(
      "engine", "model.engine", "engine",
      "What computes the model: llama or vllm (docs/vllm.md).", default: "llama"),
    row(
      "vllm_url", "model.vllm_url", "url", "The vLLM server; several with commas between them."),
    row("vllm_model", "model.vllm_model", "name", "The model's name at the vLLM server."),
  ]

  fileprivate static let defenses: [Setting<ServeFlags>] =
    DefenseSettings.table.filter { !["seed", "perturb"].contains($0.name) }
    .map { $0.lifted(to: \ServeFlags.defense) }

  private static let server: [Setting<ServeFlags>] = [
    toggle(
      "sticky", "defense.sticky",
      "Draw the same noise whenever the prompt is the same, so that retrying gains nothing."),
    row(
      "expose", "client.expose", "what", "What replies show: none, settings, cost or votes.",
      default: "settings"),
    toggle(
      "playground", "",
      """
      For trying it out: requests may choose any defence, switch it off, and see votes. What a file \
      or a flag says still counts.
      """),
    row(
      "keys", "keys.file", "file", "API keys, a line each, KEY or NAME=KEY; also $RESTA_API_KEYS."),
    row(
      "tls_certificate", "listen.tls_certificate", "file", "A certificate in PEM: serves HTTPS."),
    row("tls_key", "listen.tls_key", "file", "Its private key in PEM."),
    row("concurrency", "limits.concurrency", "n", "Requests that run at once.", default: "4"),
    row("queue", "limits.queue", "n", "Requests that may wait; others get 429.", default: "16"),
    row(
      "log_level", "log.level", "level", "trace, debug, info, notice, warning, error or critical.",
      default: "info"),
    row("log_format", "log.format", "format", "text or json.", default: "text"),
    toggle("log_prompts", "log.prompts", "Log prompts and answers too."),
    Setting(
      "set", \.set, .list(of: .text),
      "Any setting, such as limits.prompt_tokens=1024; may be given several times.",
      flag: .option(value: "setting=value"), storedAs: ""),
  ]

  private static func row(
    _ name: String, _ path: String, _ value: String, _ about: String, default text: String? = nil
  ) -> Setting<ServeFlags> {
    Setting(
      name, \ServeFlags.texts[name], .optional(.text), about, default: text,
      flag: .option(value: value), storedAs: path)
  }

  private static func toggle(
    _ name: String, _ path: String, _ about: String
  ) -> Setting<ServeFlags> {
    Setting(
      name, \ServeFlags.texts[name], .optional(.text), about,
      flag: .toggle(name: name.replacing("_", with: "-"), value: .text("true")), storedAs: path)
  }
}

extension Chosen<ServeFlags> {
  /// The settings that were chosen, in the order of the table; those of --set win over the others.
  fileprivate var flags: [SettingFlag] {
    get throws {
      let defenses = Set(ServeFlags.defenses.map(\.name))
      let named = ServeFlags.table.filter { names.contains($0.name) && !$0.storedAs.isEmpty }
      let flags = named.map { row in
        let written = row.write(value)
        return SettingFlag(
          path: defenses.contains(row.name) ? "defense.\(row.name)" : row.storedAs,
          value: written.list.map { SettingFlag.Value.list($0.compactMap { $0.text }) }
            ?? .text(written.text ?? "null"),
          name: "--\(row.optionName)")
      }
      return flags + (try value.set.map(Self.flag))
    }
  }

  private static func flag(_ text: String) throws -> SettingFlag {
    guard let equals = text.firstIndex(of: "=") else {
      throw Failure.usage("--set '\(text)': write it as setting=value, as in limits.queue=32.")
    }
    return SettingFlag(
      path: String(text[..<equals]), value: .text(String(text[text.index(after: equals)...])),
      name: "--set")
  }
}
