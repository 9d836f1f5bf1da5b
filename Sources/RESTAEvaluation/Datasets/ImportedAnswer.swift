import Foundation
import RESTA
package import RESTADocuments

/// An answer from elsewhere, for judging only.
package struct ImportedAnswer: Sendable, Hashable {
  package var sample: Sample
  /// The dataset that it is of; `nil` where nothing says so.
  package var dataset: String?
  /// The answer; `nil` where the file says null: unscored, never safe.
  package var answer: String?
  /// What the file calls the defence or the system that answered.
  package var defense: String?
  /// `FILE:ROW`, for messages.
  package var place: String

  /// What tells prompts apart: canonically equivalent ones are different prompts.
  fileprivate var promptBytes: [UInt8] { Array(sample.prompt.utf8) }

  /// What is known about the prompt, once for all of its answers.
  fileprivate var facts: KeyValuePairs<String, String?> {
    [
      "role": sample.role.rawValue, "dataset": dataset, "goal": sample.goal,
      "behavior": sample.behavior, "category": sample.category, "attack": sample.attack,
    ]
  }

  /// Reads answers.
  ///
  /// JSON Lines, or rows of another layout, with these fields; others are ignored:
  ///
  /// | field | holds |
  /// | --- | --- |
  /// | `answer`, or `response` | a text, or null |
  /// | `sample`, or `id` | the id of a prompt of the given datasets |
  /// | `dataset` | that dataset's name; needed where several have the id |
  /// | `defense` | what answered; may be missing |
  ///
  /// A row whose prompt is in none of the datasets has `prompt` and the other fields of
  /// ``DatasetFormat/jsonl``; a row with `sample` or `id` and `prompt` must have the dataset's prompt,
  /// byte for byte, when the id is known, and one with `role` its role.
  package static func load(
    contentsOf path: String, datasets: [Dataset] = [], role: Sample.Role? = nil,
    skipsBadRows: Bool = false
  ) throws(EvaluationError) -> (answers: [ImportedAnswer], badRows: [String], sha256: String) {
    try EvaluationError.reading { () throws(DocumentError) in
      // Once: what comes through a pipe does not come again.
      let file = try DataFile.read(path)
      let (answers, bad) = try read(
        file, datasets: datasets, role: role, skipsBadRows: skipsBadRows)
      return (answers, bad, file.source.sha256)
    }
  }

  static func read(
    _ file: DataFile, datasets: [Dataset], role: Sample.Role?, skipsBadRows: Bool = false
  ) throws(DocumentError) -> (answers: [ImportedAnswer], badRows: [String]) {
    var known: [String: [(dataset: String, sample: Sample)]] = [:]
    for dataset in datasets {
      for sample in dataset.samples { known[sample.id, default: []].append((dataset.name, sample)) }
    }
    let (answers, bad) = try file.values(skipping: skipsBadRows) {
      (fields: DataRow) throws(DocumentError) -> ImportedAnswer in
      guard fields.has("answer") || fields.has("response") else {
        throw fields.error("field 'answer' (or 'response') is missing")
      }
      let (dataset, sample) = try Self.sample(of: fields, known: known, role: role)
      return ImportedAnswer(
        sample: sample, dataset: dataset,
        answer: try fields.nullableString(fields.has("answer") ? "answer" : "response"),
        defense: try fields.optionalString("defense").unlessEmpty, place: fields.place)
    }
    guard !answers.isEmpty else {
      throw DocumentError("\(file.source.name): the file holds no answer")
    }
    return (answers, bad.map(\.message))
  }

  private static func sample(
    of fields: DataRow, known: [String: [(dataset: String, sample: Sample)]], role: Sample.Role?
  ) throws(DocumentError) -> (dataset: String?, sample: Sample) {
    let name = ["sample", "id"].first(where: fields.has)
    let id = if let name { try fields.identifier(name) } else { String?.none }
    let dataset = try fields.optionalString("dataset").unlessEmpty
    let found = id.flatMap { known[$0] }?.filter { dataset == nil || $0.dataset == dataset } ?? []
    guard found.count <= 1 else {
      throw fields.error("several datasets have this id; add a field 'dataset'")
    }
    let prompt = try fields.optionalString("prompt")
    if let (dataset, sample) = found.first {
      guard prompt.map({ $0.utf8.elementsEqual(sample.prompt.utf8) }) ?? true else {
        throw fields.error("field 'prompt' is not the prompt that the dataset has under this id")
      }
      // Of logs of chats it is who speaks.
      let role = (try fields.optionalString("role")).flatMap { Sample.Role(rawValue: $0) }
      guard role ?? sample.role == sample.role else {
        throw fields.error("field 'role' is not that of the dataset's prompt")
      }
      return (dataset, sample)
    }
    guard prompt != nil else {
      throw fields.error(
        id == nil
          ? "the prompt is not named: a field 'sample' or 'prompt' is missing"
          : "no dataset has this id, and there is no field 'prompt'")
    }
    let sample = try Sample(fields, fallback: role)
    guard !sample.isBlank else { throw fields.error("the prompt is empty") }
    return (dataset, sample)
  }
}

/// Answers that were made elsewhere: for judging only.
package struct ImportedDefense: Defense {
  package var kind: String { "imported" }
  /// The file's hash, and the name under which it has the answers.
  package let settings: JSONObject
  package var usesSeed: Bool { false }

  private let answers: [[UInt8]: String?]

  package init(_ answers: [ImportedAnswer], source: String) {
    settings = ["source": .string(source)]
    self.answers = Dictionary(
      answers.map { ($0.promptBytes, $0.answer) }, uniquingKeysWith: { first, _ in first })
  }

  package func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    guard case .some(.some(let text)) = answers[Array(prompt.utf8)] else {
      throw RESTAError(.invalidMessages, "the imported file has no answer")
    }
    return DefendedAnswer(text: text, stopReason: "imported")
  }
}

extension EvaluationSession {
  /// Prepares to judge answers from elsewhere: each defence's are as if it had just given them.
  package init(
    judging answers: [ImportedAnswer], from file: String, sha256 hash: String,
    _ base: EvaluationConfiguration, options: EvaluationOptions,
    load: () async throws -> EvaluatedModel
  ) async throws {
    let grouped = answers.grouped { $0.defense ?? "none" }
    try Self.checkDuplicates(grouped.map(\.elements))
    let names = grouped.map(\.key)
    let entries = grouped.map { defense, answers in
      EvaluationPlan.Entry(
        name: defense, defense: ImportedDefense(answers, source: "\(hash) \(defense)"))
    }
    let url = URL(fileURLWithPath: file)
    var configuration = base
    configuration.name = url.deletingPathExtension().lastPathComponent
    // Nobody fixed it before these answers were made.
    configuration.endpoint = nil
    configuration.text =
      "\(StoreRecord.importHead) \(url.lastPathComponent), SHA-256 \(hash)\n" + base.text
    configuration.baseline = names.contains("none") ? "none" : names.first ?? "none"
    // Each dataset for itself: ids are unique in one only.
    let datasets = try Self.samples(of: answers, named: configuration.name).map {
      Dataset(
        name: $0.dataset, source: url.lastPathComponent, sha256: hash, samples: $0.samples,
        rows: $0.samples.count)
    }
    try await self.init(
      configuration, datasets: datasets, options: options, defenses: { _ in entries }, load: load)
  }

  /// The prompts, each once, by dataset; those of none are in one with the name given.
  private static func samples(
    of answers: [ImportedAnswer], named name: String
  ) throws(EvaluationError) -> [(dataset: String, samples: [Sample])] {
    var found: [(dataset: String, sample: Sample)] = []
    var places: [PromptID: String] = [:]
    for (_, alike) in answers.grouped(by: \.promptBytes) {
      let answer = try fullest(of: alike)
      let id = PromptID(dataset: answer.dataset ?? name, sample: answer.sample.id)
      if let earlier = places.updateValue(answer.place, forKey: id) {
        throw EvaluationError.invalidData(
          "\(answer.place): the id '\(id.sample)' is that of another prompt at \(earlier); give "
            + "each its own.")
      }
      found.append((id.dataset, answer.sample))
    }
    return found.grouped(by: \.dataset).map { ($0.key, $0.elements.map(\.sample)) }
  }

  /// Of the rows of one prompt the first that says the most of it; none may say something else.
  private static func fullest(
    of alike: [ImportedAnswer]
  ) throws(EvaluationError) -> ImportedAnswer {
    var said: [String: (value: String, place: String)] = [:]
    for answer in alike {
      for (fact, value) in answer.facts {
        guard let value else { continue }
        if let earlier = said[fact], earlier.value != value {
          throw EvaluationError.invalidData(
            "\(answer.place): the \(fact) is not that of the same prompt at \(earlier.place); make "
              + "them alike, or import them apart.")
        }
        said[fact] = said[fact] ?? (value: value, place: answer.place)
      }
    }
    let count = { (answer: ImportedAnswer) in answer.facts.count { $0.value != nil } }
    return alike.max { count($0) < count($1) } ?? alike[0]
  }

  private static func checkDuplicates(_ grouped: [[ImportedAnswer]]) throws(EvaluationError) {
    for answers in grouped {
      for (_, same) in answers.grouped(by: \.promptBytes) where same.count > 1 {
        throw EvaluationError.invalidData(
          "\(same[1].place): the prompt has an answer of the same defence at \(same[0].place); "
            + "give each its own \"defense\".")
      }
    }
  }
}
