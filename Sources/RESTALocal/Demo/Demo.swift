import ArgumentParser
import Foundation
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
    try model.check()
    let model = try model.adapted(noLora: noLora)
    let script = try script.map { try DemoScript.load($0, for: model) } ?? .fitting(model)
    let defense = script.defense?.completing(defense) ?? defense
    try defense.check()
    try decoder.check()
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
struct DemoScript: Decodable {
  /// What a prompt is there to show.
  enum Kind: String, Codable {
    /// A request that the model should refuse, with a text that is to keep it from doing so.
    case adversarial
    /// A prompt that there is no reason to refuse.
    case benign
    /// A request that the model should refuse, as it is.
    case direct
  }

  /// One prompt.
  struct Prompt: Decodable {
    var title: String
    var kind: Kind?
    var prompt: String
    var system: String?

    fileprivate enum CodingKeys: String, CodingKey, CaseIterable {
      case title, kind, prompt, system
    }

    var messages: [ChatMessage] { (system.map { [.system($0)] } ?? []) + [.user(prompt)] }
  }

  /// The defence of a demo for which the command line chooses none.
  struct Defense: Decodable {
    var chosen = Chosen(DefenseSettings.defaults)

    init(from decoder: any Decoder) throws {
      let values = try [String: JSONValue](from: decoder)
      let known = DefenseSettings.table.map(\.name)
      for (key, value) in values {
        guard let row = DefenseSettings.table.first(where: { $0.name == key }) else {
          throw Failure.usage("defense: \(Suggestion.unknown("key", key, known: known))")
        }
        guard let setting = value.setting, row.read(setting, into: &chosen.value) else {
          throw Failure.usage("defense: \(row.name) must be \(row.expected).")
        }
        chosen.names.insert(row.name)
      }
    }

    /// The command line's choices, and these where it makes none.
    func completing(_ given: DefenseArguments) -> DefenseArguments {
      var (arguments, all) = (given, chosen)
      // A sigma means nothing without its noise and its unit.
      let noise: Set = ["noise", "sigma", "sigma_unit", "power_matched"]
      if !given.chosen.names.isDisjoint(with: noise) { all.names.subtract(noise) }
      all.override(with: given.chosen, table: DefenseSettings.table)
      arguments.chosen = all
      return arguments
    }
  }

  /// The file that a script was made for.
  struct Weights: Decodable {
    var bytes: Int
    var sha256: String

    fileprivate enum CodingKeys: String, CodingKey, CaseIterable { case bytes, sha256 }
  }

  var introduction: String
  /// What is to be said of its attacks, where they are asked.
  var attack: String?
  var note: String
  var maximumTokens: Int
  var seed: UInt64
  var weights: Weights?
  var defense: Defense?
  var prompts: [Prompt]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case introduction, attack, note, seed, weights, defense, prompts
    case maximumTokens = "maximum_tokens"
  }

  /// Reads a script; what is not in it is the built-in one's, which has all of it.
  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    introduction =
      try values.decodeIfPresent(String.self, forKey: .introduction)
      ?? Self.builtIn().introduction
    attack = try values.decodeIfPresent(String.self, forKey: .attack)
    note = try values.decodeIfPresent(String.self, forKey: .note) ?? Self.builtIn().note
    maximumTokens =
      try values.decodeIfPresent(Int.self, forKey: .maximumTokens) ?? Self.builtIn().maximumTokens
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? Self.builtIn().seed
    weights = try values.decodeIfPresent(Weights.self, forKey: .weights)
    defense = try values.decodeIfPresent(Defense.self, forKey: .defense)
    prompts = try values.decode([Prompt].self, forKey: .prompts)
  }

  /// The script for the default model.
  static func builtIn() throws -> DemoScript {
    try JSONDecoder().decode(DemoScript.self, from: Data(PackageResources.demo_json))
  }

  /// The scripts that were made for other weights than the default model's.
  static func forOtherWeights() throws -> [DemoScript] {
    try JSONDecoder().decode([DemoScript].self, from: Data(PackageResources.demos_json))
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
      let value = try JSONReader.value(of: bytes[...])
      try check(value, keys: CodingKeys.allCases.map(\.rawValue))
      if let weights = value.object?["weights"] {
        try check(weights, keys: Weights.CodingKeys.allCases.map(\.rawValue))
      }
      for prompt in value.object?["prompts"]?.array ?? [] {
        try check(prompt, keys: Prompt.CodingKeys.allCases.map(\.rawValue))
      }
      let script = try JSONDecoder().decode(DemoScript.self, from: Data(bytes))
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
    } catch DecodingError.keyNotFound(let key, _) {
      throw Failure.usage("\(path): there is no '\(key.stringValue)'")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context)
    {
      let place = context.codingPath.reduce("") { place, key in
        if let index = key.intValue { return "\(place)[\(index)]" }
        return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
      }
      let expected = context.codingPath.last.flatMap { Self.expected[$0.stringValue] } ?? "text"
      throw Failure.usage("\(path): '\(place)' must be \(expected).")
    }
  }

  /// What a key's value must be where it is no text.
  private static let expected = [
    "seed": "a whole number, 0 or more", "maximum_tokens": "a whole number, 1 or more",
    "bytes": "a whole number, 0 or more", "kind": "adversarial, benign or direct",
    "weights": "an object", "defense": "an object", "prompts": "a list of objects",
  ]

  private static func check(_ value: JSONValue, keys: [String]) throws {
    guard let members = value.object else {
      throw Failure.usage("expected an object, not \(value.kindInWords)")
    }
    for key in members.keys where !keys.contains(key) {
      throw Failure.usage(Suggestion.unknown("key", key, known: keys))
    }
    // For a number that does not fit the decoder's error names no key.
    for (key, least) in [("seed", 0), ("maximum_tokens", 1), ("bytes", 0)] {
      guard let value = members[key], value != .null else { continue }
      var isFitting = value.int.map { $0 >= least } ?? false
      if case .integer(let number) = value, key == "seed" { isFitting = number >= 0 }
      guard isFitting else {
        throw Failure.usage("'\(key)' must be \(expected[key] ?? "a whole number").")
      }
    }
  }
}
