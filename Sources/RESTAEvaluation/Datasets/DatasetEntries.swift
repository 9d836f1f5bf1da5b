import RESTADocuments

/// What was read from a file, before anything is selected.
struct DatasetEntries {
  /// The prompts, in the data's order.
  private(set) var samples: [Sample] = []
  /// The data's own split, by sample id; empty where it has none.
  private(set) var splits: [String: DataSplit] = [:]
  /// Entries, prompts or not.
  private(set) var rows = 0
  /// Entries without a prompt.
  private(set) var nulls = 0
  /// Entries that the data calls jailbroken; `nil` where the format has no such thing.
  private(set) var jailbroken: Int?
  /// Rows that cannot be read, each with its place.
  private(set) var bad: [DocumentError] = []
  /// The attack of the file's adversarial prompts; `nil`: each has its own, or none.
  var attack: String?
  /// The role that each prompt has to have; `nil`: any.
  var only: Sample.Role?

  private var places: [String: String] = [:]

  /// Reads the rows of a file; those that cannot be read are kept apart.
  mutating func read(
    _ file: DataFile,
    _ body: (DataRow, inout DatasetEntries) throws(DocumentError) -> Void
  ) {
    for row in file.rows {
      do throws(DocumentError) {
        try body(try row.get(), &self)
      } catch {
        bad.append(error)
      }
    }
  }

  mutating func add(
    _ sample: Sample, from place: String, split: DataSplit? = nil
  ) throws(DocumentError) {
    guard !sample.isBlank else {
      throw DocumentError("\(place): the prompt is empty")
    }
    var sample = sample
    if sample.role == .adversarial, let attack { sample.attack = attack }
    if let only, sample.role != only {
      throw DocumentError("\(place): the prompt is \(sample.role.rawValue), not \(only.rawValue)")
    }
    do {
      try InstructionVerifier.validate(sample.instructions ?? [])
    } catch {
      throw DocumentError("\(place): \(error)")
    }
    if (split == nil) != splits.isEmpty, !samples.isEmpty {
      throw DocumentError(
        "\(place): some rows have a field 'split' and some have none")
    }
    try count(sample.id, at: place)
    splits[sample.id] = split
    samples.append(sample)
  }

  mutating func addNull(_ id: String, from place: String) throws(DocumentError) {
    try count(id, at: place)
    nulls += 1
  }

  /// Counts the data's own judgement of an entry.
  mutating func addJudgement(_ jailbroken: Bool?) {
    self.jailbroken = (self.jailbroken ?? 0) + (jailbroken == true ? 1 : 0)
  }

  private mutating func count(_ id: String, at place: String) throws(DocumentError) {
    if let earlier = places[id] {
      throw DocumentError(
        "\(place): the id '\(id)' occurs twice; the first is at \(earlier)")
    }
    places[id] = place
    rows += 1
  }
}

extension Sample {
  /// Whether there is nothing in the prompt but white space.
  var isBlank: Bool { prompt.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }

  /// Reads an entry of our own format; `fallback` is its role where it says none.
  init(_ fields: DataRow, fallback: Role?) throws(DocumentError) {
    guard let role = try fields.optionalChoice("role", of: Role.self) ?? fallback else {
      throw fields.error("field 'role' is missing; give it here or for the whole file")
    }
    let id = fields.has("id") ? try fields.identifier("id") : "row-\(fields.number)"
    self.init(
      id: id, role: role, prompt: try fields.prompt(),
      behavior: try fields.optionalString("behavior"), goal: try fields.optionalString("goal"),
      category: try fields.optionalString("category"),
      attack: try fields.optionalString("attack"))
    if fields.holds("instructions") {
      var instructions: [VerifiableInstruction] = []
      for (position, element) in try fields.array("instructions").enumerated() {
        let place = "\(fields.place): instructions[\(position)]"
        let inner = try DataRow(element, place: place)
        let arguments = try inner.optionalRow("arguments")?.withoutNulls ?? [:]
        instructions.append(
          VerifiableInstruction(id: try inner.identifier("id"), arguments: arguments))
      }
      self.instructions = instructions
    }
    answers = try AcceptedAnswers(fields)
    if let inner = try fields.optionalRow("recorded") {
      recorded = RecordedAnswer(
        text: try inner.string("text"), jailbroken: try inner.optionalBool("jailbroken"))
    }
  }
}

extension DataRow {
  /// One of a closed set of names, `null`, or no field at all.
  func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of choices: Choice.Type
  ) throws(DocumentError) -> Choice? where Choice.RawValue == String {
    guard let text = try optionalString(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw error("field '\(name)' is none of \(names)")
    }
    return choice
  }
}
