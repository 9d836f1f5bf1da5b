import RESTA

/// What an evaluation asks, how the answers are defended, and who judges: a YAML file, read.
///
/// docs/evaluation.md documents each key.
package struct EvaluationConfiguration: Sendable, Hashable {
  /// The evaluation's name.
  package var name: String
  /// A sentence on what it is for; printed in the report.
  package var about: String?
  /// The model, where the file names one; the command line wins.
  package var model: ModelSource
  /// The system prompt.
  ///
  /// `nil`: what the template does without one.
  package var system: String?
  /// The most tokens of an answer.
  package var maximumTokens: Int
  /// The seeds; each defence that uses one runs with each.
  package var seeds: [UInt64]
  /// What is asked.
  package var datasets: [DatasetSource]
  /// How the answers are defended, lists of values expanded.
  package var defenses: [NamedDefense]
  /// Who judges, in order: the first that tells refused from complied decides.
  package var judges: [JudgeSource]
  /// The name of the defence that others are compared with: the undefended model.
  package var baseline: String
  /// The file's text.
  package var text: String

  /// A model as a configuration names it.
  package struct ModelSource: Sendable, Hashable {
    /// The GGUF file, relative to the configuration.
    package var file: String?
    /// LoRA adapters, `FILE` or `FILE:SCALE`, relative to the configuration.
    package var adapters: [String] = []
    /// A built-in chat template's name, or a file's.
    package var chatTemplate: String?
  }

  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: The file's name, for errors and as the default name.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`: the file, the line, the key and what
  ///   is expected there.
  package init(parsing text: String, file: String) throws(EvaluationError) {
    let top = try ConfigurationNode(parsing: text, file: file)
    let fields = try top.fields([
      "name", "about", "model", "system", "max_tokens", "seeds", "datasets", "defenses", "judges",
      "baseline",
    ])
    name = try fields["name"]?.text() ?? Self.defaultName(of: file)
    about = try fields["about"]?.text()
    model = try fields["model"].map(ModelSource.init) ?? ModelSource()
    system = try fields["system"]?.text()
    maximumTokens = try fields["max_tokens"]?.integer(1...100_000) ?? 150
    seeds = try fields["seeds"].map(Self.seeds) ?? [1]
    guard let datasets = fields["datasets"] else {
      throw top.error("there is no 'datasets': a list of what to ask")
    }
    self.datasets = []
    for element in datasets.elements() { self.datasets.append(try DatasetSource(element)) }
    defenses = []
    for element in fields["defenses"]?.elements() ?? [] {
      defenses += try NamedDefense.expanded(element)
    }
    if !defenses.contains(where: { $0.source == .none }) {
      // Nothing can be said of a defence without the undefended model beside it.
      defenses.insert(NamedDefense(name: "none", source: .none), at: 0)
    }
    judges = []
    for element in fields["judges"]?.elements() ?? [] { judges.append(try JudgeSource(element)) }
    if judges.isEmpty { judges = JudgeSource.defaults }
    baseline =
      try fields["baseline"]?.text() ?? defenses.first { $0.source == .none }?.name ?? "none"
    self.text = text
    try checkNames(top, baseline: fields["baseline"])
  }

  private func checkNames(
    _ top: ConfigurationNode, baseline place: ConfigurationNode?
  ) throws(EvaluationError) {
    for (kind, names) in [
      ("datasets", datasets.map(\.name)), ("defenses", defenses.map(\.name)),
      ("judges", judges.map(\.id)),
    ] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted {
        throw top.error("two \(kind) are called '\(name)': give each a 'name' of its own")
      }
    }
    guard defenses.contains(where: { $0.name == baseline }) else {
      throw (place ?? top).error(
        Suggestion.unknown("baseline", baseline, known: defenses.map(\.name)))
    }
  }

  /// `[1, 2, 3]`, or `{first: 1, count: 3}`.
  private static func seeds(_ node: ConfigurationNode) throws(EvaluationError) -> [UInt64] {
    var seeds: [UInt64] = []
    if node.isMapping {
      let fields = try node.fields(["first", "count"])
      let first = try fields["first"]?.seed() ?? 1
      guard let count = try fields["count"]?.integer(1...10_000) else {
        throw node.error("there is no 'count'")
      }
      seeds = (0..<UInt64(count)).map { first &+ $0 }
    } else {
      for element in node.elements() { seeds.append(try element.seed()) }
    }
    guard !seeds.isEmpty else { throw node.error("at least one seed is needed") }
    guard Set(seeds).count == seeds.count else { throw node.error("a seed is there twice") }
    return seeds
  }

  /// `sweeps/noise.yaml` is `noise`.
  private static func defaultName(of file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return last.split(separator: ".").first.map(String.init) ?? "evaluation"
  }
}

extension EvaluationConfiguration.ModelSource {
  /// Reads `model`.
  init(_ node: ConfigurationNode) throws(EvaluationError) {
    guard node.isMapping else {
      file = try node.text()
      return
    }
    let fields = try node.fields(["file", "lora", "chat_template"])
    file = try fields["file"]?.text()
    chatTemplate = try fields["chat_template"]?.text()
    for element in fields["lora"]?.elements() ?? [] { adapters.append(try element.text()) }
  }
}
