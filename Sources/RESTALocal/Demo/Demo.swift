import ArgumentParser
import RESTA
import RESTADocuments
import RESTALlama

/// `resta demo`: undefended and defended answers side by side, with the votes.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See the defence at work: answers side by side, votes, and cost.",
    discussion: """
      Examples:
        resta demo
        resta demo "Name three primary colours." --samples 5
        resta demo --model .models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
        resta demo --script my-demo.json

      The Qwen2.5-Coder files that scripts/fetch-models.sh fetches have scripts of their own, with a \
      suffix that a search made for each; other models get the default model's prompts, with the \
      noise that 'resta generate' gives them. Unless --model or --lora is given, the default model \
      gets an adapter that made it refuse harmful requests: $RESTA_ADAPTER, or the one that comes \
      with this project. Of noise, k and l, what is not chosen is the demo's own; another noise or \
      sigma replaces all of the noise. A verdict is about what an answer says: whether it reads \
      like a refusal.
      """)

  @Argument(help: "A prompt of your own instead of the demo's.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      """
      Another demo: a JSON file like Sources/RESTALocal/Resources/demo.json. What it leaves out, but for \
      prompts and defence, is as there.
      """, valueName: "file")
  )
  var script: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most tokens of each answer. (default: the demo's, 64)", valueName: "m"))
  var maxTokens: Int?

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Decoder") var decoder: DecoderArguments

  @Flag(help: "Print a JSON list instead, an object for each prompt.")
  var json = false

  func run() async throws {
    let model = try model.adapted(noLora: noLora)
    let script = try script.map { try DemoScript.load($0, for: model) } ?? .fitting(model)
    let defense = script.completing(defense)
    try model.check(defense, decoder)
    let options = GenerationOptions(maximumTokens: maxTokens ?? script.maximumTokens)
    try options.validate()
    let loaded = try await model.load()
    var settings = try defense.settings(for: loaded.information)
    if settings.seed == nil { settings.seed = script.seed }
    guard settings.perturbs else {
      let choice =
        settings.noise.kind == .none
        ? "--noise none" : settings.isActive ? "--sigma 0" : "--prefix 0"
      throw Failure.usage(
        "\(choice) leaves no defence to show: choose another, here or in the script.")
    }
    let template = try model.template(for: loaded)
    let prompts =
      prompt.map { [DemoScript.Prompt(title: "Your prompt", prompt: $0)] } ?? script.prompts
    func generation(of item: DemoScript.Prompt, _ setting: DefenseSettings) throws -> Generation {
      try Generation(
        model: loaded, messages: item.messages, template: template, defense: setting,
        options: options, decoder: decoder.decoder, plan: decoder.plan,
        probe: try .byPhrases(for: setting, model: loaded, template: template))
    }
    for item in prompts {
      try settings.check(
        generation(of: item, settings).prompt, remedy: "The prompt is '\(item.title)'.")
    }

    let view = DemoView(tokenizer: loaded.tokenizer)
    if !json { view.introduce(script, loaded, asksItsPrompts: prompt == nil) }
    var outcomes: [DemoOutcome] = []
    for item in prompts {
      var results: [GenerationResult] = []
      for (name, setting) in [("undefended", DefenseSettings.none), ("defended", settings)] {
        results.append(
          try await Self.result(
            of: generation(of: item, setting), name: name, of: options.maximumTokens))
      }
      let outcome = DemoOutcome(item, undefended: results[0], defended: results[1])
      outcomes.append(outcome)
      if !json { view.show(outcome) }
    }
    if json {
      let run = try RunReport(loaded, arguments: model)
      try JSONOutput.print(
        outcomes.map { DemoReport($0, options: options, tokenizer: loaded.tokenizer, run: run) })
    } else {
      view.conclude(script, outcomes)
    }
  }

  /// Generates with a progress line on a terminal.
  private static func result(
    of generation: Generation, name: String, of limit: Int
  ) async throws -> GenerationResult {
    defer { Terminal.status("") }
    for try await event in generation {
      switch event {
      case .token(let token):
        Terminal.status("Answering, \(name): token \(token.position + 1) of at most \(limit)")
      case .text: break
      case .finished(let result): return result
      }
    }
    throw CancellationError()
  }
}

/// The demo as data.
struct DemoScript {
  /// What a prompt is there to show.
  enum Kind: String, CaseIterable, Encodable {
    /// A request that the model should refuse, with a text that is to keep it from doing so.
    case adversarial
    /// A prompt that there is no reason to refuse.
    case benign
    /// A request that the model should refuse, as it is.
    case direct
  }

  /// One prompt.
  struct Prompt {
    var title = ""
    var kind: Kind?
    var prompt = ""
    var system: String?

    fileprivate static let table: [Setting<Prompt>] = [
      Setting("title", \.title, .words, "What it is called."),
      Setting("kind", \.kind, .optional(.choice()), "What it is there to show."),
      Setting("prompt", \.prompt, .words, "The user's message."),
      Setting("system", \.system, .optional(.words), "The system prompt, if any."),
    ]

    var messages: [ChatMessage] { (system.map { [.system($0)] } ?? []) + [.user(prompt)] }
  }

  /// The file that a script was made for.
  struct Weights {
    var bytes = 0
    var sha256 = ""

    fileprivate static let table: [Setting<Weights>] = [
      Setting("bytes", \.bytes, .integer(0...), "Its length."),
      Setting("sha256", \.sha256, .words, "Its digest."),
    ]
  }

  var introduction = ""
  var attack: String?
  var note = ""
  var maximumTokens = 1
  var seed: UInt64 = 0
  var weights: Weights?
  /// The defence for which the command line chooses none.
  var defense: Chosen<DefenseSettings>?
  var prompts: [Prompt] = []

  private static let table: [Setting<DemoScript>] = [
    Setting("introduction", \.introduction, .words, "What is said first."),
    Setting(
      "attack", \.attack, .optional(.words), "What is said of its attacks, where they are asked."),
    Setting("note", \.note, .words, "What is said last."),
    Setting("maximum_tokens", \.maximumTokens, .integer(1...), "The most tokens of each answer."),
    Setting("seed", \.seed, .seed, "The noise's seed."),
  ]

  /// Reads a script; what is not in it is as in another one, but for prompts, weights and defence.
  private init(_ json: JSONValue, base: DemoScript) throws {
    self = try Chosen(
      json, base: base, table: Self.table, beside: ["weights", "defense", "prompts"]
    ).value
    let members = json.object?.withoutNulls ?? [:]
    weights = try members["weights"].map {
      try Chosen(
        $0, at: "weights", base: Weights(), table: Weights.table, required: ["bytes", "sha256"]
      ).value
    }
    defense = try members["defense"].map {
      try Chosen($0, at: "defense", base: .defaults, table: DefenseSettings.table)
    }
    guard let given = members["prompts"] else { throw Failure.usage("there is no 'prompts'") }
    guard let list = given.array else {
      throw Failure.usage("'prompts' must be a list of objects.")
    }
    prompts = try list.enumerated().map { index, prompt in
      try Chosen(
        prompt, at: "prompts[\(index)]", base: Prompt(), table: Prompt.table,
        required: ["title", "prompt"]
      ).value
    }
  }

  private init() {}

  /// The script for the default model.
  static func builtIn() throws -> DemoScript {
    try DemoScript(JSONReader.value(of: PackageResources.demo_json[...]), base: DemoScript())
  }

  /// The scripts that were made for other weights than the default model's.
  static func forOtherWeights() throws -> [DemoScript] {
    let base = try builtIn()
    return try (JSONReader.value(of: PackageResources.demos_json[...]).array ?? [])
      .map { try DemoScript($0, base: base) }
  }

  /// The script for weights that none was made for: the built-in prompts, and the model's own noise.
  static func forAnyModel() throws -> DemoScript {
    var script = try builtIn()
    script.defense = nil
    script.attack =
      "The suffix was made for other weights and need not do anything here; 'resta attack' makes one."
    for index in script.prompts.indices where script.prompts[index].kind == .adversarial {
      script.prompts[index].title = "The same with a suffix that was made for other weights"
    }
    return script
  }

  /// The script that was made for a model's very weights and adapters, else the one for any.
  ///
  /// - Throws: ``Failure`` where no model is named and none was fetched.
  static func fitting(_ model: ModelArguments) throws -> DemoScript {
    if model.lora.count == 1, Adapters.isDefault(model.lora[0]),
      Models.isDemonstrated(try Models.resolve(model.model))
    {
      return try builtIn()
    }
    return try forOtherWeights().first { try $0.isMade(for: model) } ?? forAnyModel()
  }

  /// Whether the script says that it was made for a model's weights.
  private func isMade(for model: ModelArguments) throws -> Bool {
    // With an adapter, the weights are others.
    guard let weights, model.lora.isEmpty else { return false }
    return try model.digest(ifLongAs: [weights.bytes]) == weights.sha256
  }

  /// Reads a script from a file, to be shown on a model.
  ///
  /// - Throws: ``Failure`` when it cannot be read, or has a key that is none, or no prompt, or was made for other
  ///   weights.
  static func load(_ path: String, for model: ModelArguments) throws -> DemoScript {
    let bytes = try SourceFile.read(path).bytes
    do {
      let script = try DemoScript(JSONReader.value(of: bytes[...]), base: builtIn())
      guard !script.prompts.isEmpty else { throw Failure.usage("'prompts' must not be empty") }
      guard try script.weights == nil || script.isMade(for: model) else {
        throw Failure.usage(
          "its 'weights' are not those of this model (with its adapters). Take 'weights' out to show it "
            + "on any.")
      }
      return script
    } catch let fault as JSONReader.Fault {
      let place = fault.place(in: bytes)
      throw Failure.usage("\(path):\(place.line):\(place.column): \(fault.message)")
    } catch let failure as Failure {
      throw Failure.usage("\(path): \(failure.description)")
    }
  }

  /// The command line's choices, and the script's where it makes none.
  func completing(_ given: DefenseArguments) -> DefenseArguments {
    guard var all = defense else { return given }
    // A sigma means nothing without its noise and its unit.
    let noise: Set = ["noise", "sigma", "sigma_unit", "power_matched"]
    if !given.chosen.names.isDisjoint(with: noise) { all.names.subtract(noise) }
    all.override(with: given.chosen, table: DefenseSettings.table)
    var arguments = given
    arguments.chosen = all
    return arguments
  }
}

extension Chosen {
  /// Reads the rows of a table from an object of a script, in which `null` is as good as nothing; its other keys,
  /// but for the others that are known, are refused.
  fileprivate init(
    _ json: JSONValue, at place: String = "", base: Root, table: [Setting<Root>],
    required: [String] = [], beside others: [String] = []
  ) throws(Failure) {
    guard let members = json.object?.withoutNulls else {
      throw Failure.usage(
        place.isEmpty
          ? "expected an object, not \(json.kindInWords)" : "'\(place)' must be an object.")
    }
    func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }
    let known = table.map(\.name) + others
    for key in members.keys where !known.contains(key) {
      throw Failure.usage(Suggestion.unknown("key", key, known: known))
    }
    self.init(base)
    for row in table {
      guard let member = members[row.name] else { continue }
      guard let setting = member.setting, row.read(setting, into: &value) else {
        throw Failure.usage("'\(path(row.name))' must be \(row.expected).")
      }
      names.insert(row.name)
    }
    for key in required where !names.contains(key) {
      throw Failure.usage("there is no '\(path(key))'")
    }
  }
}

extension SettingKind<String> {
  /// Any text; unlike elsewhere an empty one too, and no number.
  fileprivate static let words = SettingKind(
    expected: "text", parse: { if case .text(let text) = $0 { text } else { nil } },
    print: { .text($0) })
}
