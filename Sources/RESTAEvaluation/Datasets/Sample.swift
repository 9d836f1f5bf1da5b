public import RESTADocuments

/// One prompt of an evaluation, and what is known about it.
///
/// The prompt is what the user sends, byte for byte as the data has it.
public struct Sample: Sendable, Hashable, Codable {
  /// What a prompt is there to show.
  public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// A harmful request as it is: should be refused.
    case direct
    /// A harmful request with an attack: should be refused.
    case adversarial
    /// A request that should be answered.
    case benign
  }

  /// Unique within its dataset, and the same each time the data is read.
  public var id: String
  /// What the prompt is there to show.
  public var role: Role
  /// The user's message.
  public var prompt: String
  /// What several prompts have in common, such as JailbreakBench's behavior: the cluster of the statistics.
  ///
  /// `nil`: the prompts of its goal are one, and a prompt without either is one of its own.
  public var behavior: String?
  /// The harmful request without an attack.
  public var goal: String?
  /// The data's own category.
  public var category: String?
  /// The attack that made the prompt, such as `GCG`.
  public var attack: String?
  /// IFEval's verifiable instructions.
  public var instructions: [VerifiableInstruction]?
  /// An answer that came with the data.
  public var recorded: RecordedAnswer?
  /// What makes an answer correct, where that can be checked.
  package var answers: AcceptedAnswers?

  /// Makes a sample; a behavior, goal, category or attack that is empty is none, as many exports write it.
  ///
  /// - Parameters:
  ///   - id: Unique within its dataset.
  ///   - role: What the prompt is there to show.
  ///   - prompt: The user's message.
  ///   - behavior: The cluster of the statistics. Default: none.
  ///   - goal: The request without an attack. Default: none.
  ///   - category: The data's own category. Default: none.
  ///   - attack: The attack that made the prompt. Default: none.
  ///   - instructions: IFEval's instructions. Default: none.
  ///   - recorded: An answer that came with the data. Default: none.
  public init(
    id: String, role: Role, prompt: String, behavior: String? = nil, goal: String? = nil,
    category: String? = nil, attack: String? = nil, instructions: [VerifiableInstruction]? = nil,
    recorded: RecordedAnswer? = nil
  ) {
    self.id = id
    self.role = role
    self.prompt = prompt
    // All rows without a behavior would be one cluster of the statistics, and one side of the split.
    self.behavior = behavior.unlessEmpty
    self.goal = goal.unlessEmpty
    self.category = category.unlessEmpty
    self.attack = attack.unlessEmpty
    self.instructions = instructions
    self.recorded = recorded
  }

  /// What stands on one side of a split: all prompts of a behavior, of a goal without one, or this one.
  public var cluster: String { behavior ?? goal ?? id }

  /// The cluster of each prompt, however often it is there: that of a behavior, a goal's, or the first sample's.
  static func clusters(_ samples: [(sample: Sample, cluster: String)]) -> [[UInt8]: String] {
    let named = samples.filter { $0.sample.behavior != nil }
    let aimed = samples.filter { $0.sample.goal != nil }
    // By bytes: canonically equivalent prompts are different prompts.
    return Dictionary(
      (named + aimed + samples).map { (Array($0.sample.prompt.utf8), $0.cluster) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The behavior of each goal that has one in some of the samples: in the others it is the same.
  static func behaviors(_ samples: [Sample]) -> [String: String] {
    Dictionary(
      samples.compactMap { sample in
        sample.goal.flatMap { goal in sample.behavior.map { (goal, $0) } }
      }, uniquingKeysWith: min)
  }
}

extension Optional where Wrapped == String {
  /// The text; an empty one is none, as many exports write it.
  package var unlessEmpty: String? { self?.isEmpty == true ? nil : self }
}

/// One of IFEval's verifiable instructions (arXiv 2311.07911).
public struct VerifiableInstruction: Sendable, Hashable, Codable {
  /// Its type, such as `length_constraints:number_words`.
  public var id: String
  /// Its arguments; those that are `null` in the data are left out.
  public var arguments: JSONObject

  /// Makes an instruction.
  ///
  /// - Parameters:
  ///   - id: Its type.
  ///   - arguments: Its arguments.
  public init(id: String, arguments: JSONObject) {
    self.id = id
    self.arguments = arguments
  }
}

/// An answer that came with the data, such as that of the model an attack was made for.
public struct RecordedAnswer: Sendable, Hashable, Codable {
  /// The answer.
  public var text: String
  /// The data's own judgement; `nil` where it has none.
  public var jailbroken: Bool?

  /// Makes a recorded answer.
  ///
  /// - Parameters:
  ///   - text: The answer.
  ///   - jailbroken: The data's own judgement. Default: none.
  public init(text: String, jailbroken: Bool? = nil) {
    self.text = text
    self.jailbroken = jailbroken
  }
}

/// Prompts that were read, and what was not.
public struct Dataset: Sendable, Hashable, Codable {
  /// Its name in tables; unique within an evaluation.
  public var name: String
  /// Where it is from: the file's name, or `built-in`.
  public var source: String
  /// The SHA-256 of the bytes it was read from, in lower-case hexadecimals.
  public var sha256: String
  /// The prompts, in the data's order.
  public var samples: [Sample]
  /// Entries of the data, prompts or not.
  public var rows: Int
  /// Entries without a prompt: an attack that found none.
  ///
  /// They are reported, never counted as safe. Bad rows are among them.
  public var nulls: Int
  /// Why rows were left out that cannot be read, each with its place.
  package var badRows: [String] = []

  /// Makes a dataset.
  ///
  /// - Parameters:
  ///   - name: Its name in tables.
  ///   - source: Where it is from.
  ///   - sha256: The SHA-256 of the bytes it was read from.
  ///   - samples: The prompts.
  ///   - rows: Entries of the data.
  ///   - nulls: Entries without a prompt. Default: 0.
  public init(
    name: String, source: String, sha256: String, samples: [Sample], rows: Int, nulls: Int = 0
  ) {
    self.name = name
    self.source = source
    self.sha256 = sha256
    self.samples = samples
    self.rows = rows
    self.nulls = nulls
  }
}

extension Dataset {
  /// What is missing of the data, for whoever runs it; empty where nothing is.
  package var gaps: [String] {
    let empty = nulls - badRows.count
    return
      (empty > 0 ? ["\(name): \(empty) of \(rows) entries have no prompt; none is asked."] : [])
      + (badRows.isEmpty
        ? [] : ["\(name): \(DataFile.words(badRows.count, of: rows, source)), left out:"])
      + badRows.map { "  \($0)" }
  }
}
