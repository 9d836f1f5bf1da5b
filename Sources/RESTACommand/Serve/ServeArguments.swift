import ArgumentParser
import RESTA
import RESTADocuments
import RESTALocal
import RESTAServer

/// The flags of `resta serve`: each stands for a setting, and wins over the environment and the file.
///
/// All but the defence's are text: the settings themselves say what is valid, so that a value is refused
/// in the same words wherever it stands.
struct ServeArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Settings in YAML; --print-config prints them all.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Where to listen. (default: 127.0.0.1)", valueName: "address"))
  var host: String?

  @Option(help: ArgumentHelp("0 chooses a free one. (default: 8080)", valueName: "port"))
  var port: String?

  @Option(
    help: ArgumentHelp(
      "The GGUF model. (default: $RESTA_MODEL, or the model of 'make demo')", valueName: "file"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "What requests call the model. (default: its file's name)", valueName: "name"))
  var modelName: String?

  @Option(
    help: ArgumentHelp(
      "A LoRA adapter and its scale; may be given several times.", valueName: "file[:scale]"))
  var lora: [String] = []

  @Option(
    help: ArgumentHelp("The chat template. (default: the model's own)", valueName: "name|file"))
  var chatTemplate: String?

  @Option(
    help: ArgumentHelp(
      "The date that templates print which ask for it. (default: this machine's)",
      valueName: "date"))
  var templateDate: String?

  @Option(
    name: .customLong("template-var"),
    help: ArgumentHelp(
      "A variable for the chat template; may be given several times.", valueName: "name=value"))
  var templateVariables: [String] = []

  @Option(help: ArgumentHelp("CPU threads. (default: one for each CPU)", valueName: "n"))
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "The most tokens of prompt and answer. (default: the model's)", valueName: "tokens"))
  var ctx: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Layers that run on a GPU; -1: all. (default: 0)", valueName: "n"))
  var gpuLayers: String?

  @Option(
    help: ArgumentHelp(
      "What computes the model: llama or vllm (docs/vllm.md). (default: llama)",
      valueName: "engine"))
  var engine: String?

  @Option(
    help: ArgumentHelp(
      "The vLLM server; several with commas between them.", valueName: "url"))
  var vllmUrl: String?

  @Option(help: ArgumentHelp("The model's name at the vLLM server.", valueName: "name"))
  var vllmModel: String?

  @OptionGroup(title: "Defence") var defense: SettingFlags<ServedDefense>

  @Flag(
    help: "Draw the same noise whenever the prompt is the same, so that retrying gains nothing.")
  var sticky = false

  @Option(
    help: ArgumentHelp(
      "What replies show: none, settings, cost or votes. (default: settings)", valueName: "what"))
  var expose: String?

  @Flag(
    help: """
      For trying it out: requests may choose any defence, switch it off, and see votes. What a file \
      or a flag says still counts.
      """)
  var playground = false

  @Option(
    help: ArgumentHelp(
      "API keys, a line each, KEY or NAME=KEY; also $RESTA_API_KEYS.", valueName: "file"))
  var keys: String?

  @Option(help: ArgumentHelp("A certificate in PEM: serves HTTPS.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("Its private key in PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(help: ArgumentHelp("Requests that run at once. (default: 4)", valueName: "n"))
  var concurrency: String?

  @Option(
    help: ArgumentHelp("Requests that may wait; others get 429. (default: 16)", valueName: "n"))
  var queue: String?

  @Option(
    help: ArgumentHelp(
      "trace, debug, info, notice, warning, error or critical. (default: info)",
      valueName: "level"))
  var logLevel: String?

  @Option(help: ArgumentHelp("text or json. (default: text)", valueName: "format"))
  var logFormat: String?

  @Flag(help: "Log prompts and answers too.")
  var logPrompts = false

  @Option(
    help: ArgumentHelp(
      "Any setting, such as limits.prompt_tokens=1024; may be given several times.",
      valueName: "setting=value"))
  var set: [String] = []

  /// The settings that the command line, the environment and the file make, checked.
  ///
  /// - Throws: ``Failure`` for a file that cannot be read; `ServerError` for a wrong setting.
  func settings(environment: [String: String]) throws -> ServerSettings {
    let file = try config.map { (name: $0, text: try Self.text(of: $0, for: "--config")) }
    return try ServerSettings.load(
      file: file, environment: environment, flags: try flags,
      preset: playground ? .playground : nil)
  }

  private var flags: [SettingFlag] {
    get throws {
      let texts: [(String, String, String?)] = [
        ("listen.host", "--host", host), ("listen.port", "--port", port),
        ("model.file", "--model", model), ("model.name", "--model-name", modelName),
        ("model.chat_template", "--chat-template", chatTemplate),
        ("prompt.date", "--template-date", templateDate),
        ("model.threads", "--threads", threads), ("model.context", "--ctx", ctx),
        ("model.gpu_layers", "--gpu-layers", gpuLayers),
        ("model.engine", "--engine", engine), ("model.vllm_url", "--vllm-url", vllmUrl),
        ("model.vllm_model", "--vllm-model", vllmModel),
        ("defense.sticky", "--sticky", sticky ? "true" : nil),
        ("client.expose", "--expose", expose), ("keys.file", "--keys", keys),
        ("listen.tls_certificate", "--tls-certificate", tlsCertificate),
        ("listen.tls_key", "--tls-key", tlsKey),
        ("limits.concurrency", "--concurrency", concurrency), ("limits.queue", "--queue", queue),
        ("log.level", "--log-level", logLevel), ("log.format", "--log-format", logFormat),
        ("log.prompts", "--log-prompts", logPrompts ? "true" : nil),
      ]
      var flags = texts.compactMap { path, name, text in
        text.map { SettingFlag(path: path, value: .text($0), name: name) }
      }
      if !lora.isEmpty {
        flags.append(SettingFlag(path: "model.lora", value: .list(lora), name: "--lora"))
      }
      if !templateVariables.isEmpty {
        flags.append(
          SettingFlag(
            path: "prompt.template_vars", value: .list(templateVariables), name: "--template-var"))
      }
      return flags + defense.chosen.flags + (try set.map(Self.flag))
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

  /// The text of a file that an option names.
  static func text(of path: String, for option: String) throws(Failure) -> String {
    do {
      return try SourceFile.read(path).text
    } catch {
      throw Failure.usage("\(option) \(error.message)")
    }
  }
}

/// What an operator chooses of the defence by flags, as other commands have them.
///
/// The noise's seed is nobody's choice on a server. Whose content is perturbed is chosen in a file or with
/// `--set`: what the flag of other commands says would perturb less than a server does by default.
struct ServedDefense: DescribedSettings {
  var defense = DefenseSettings.defaults

  static let defaults = ServedDefense()
  static let table: [Setting<ServedDefense>] =
    DefenseSettings.table.filter { !["seed", "perturb"].contains($0.name) }
    .map { $0.lifted(to: \ServedDefense.defense) }
}

extension Chosen<ServedDefense> {
  /// The settings that were chosen, in the order of the table.
  fileprivate var flags: [SettingFlag] {
    ServedDefense.table.filter { names.contains($0.name) }.map { row in
      SettingFlag(
        path: "defense.\(row.name)", value: .text(row.write(value).text ?? "null"),
        name: "--\(row.optionName)")
    }
  }
}
