import RESTADocuments

extension Dataset {
  /// Reads a dataset.
  ///
  /// Prompts come out byte for byte. Fields that are not used are ignored; everything else that does
  /// not fit the format is an error that names file, row and field: a null prompt where the format
  /// knows none, an empty one, an id that occurs twice.
  package static func load(
    contentsOf path: String, format: DatasetFormat? = nil, name: String? = nil,
    attack: String? = nil, role: Sample.Role? = nil,
    selection: DatasetSelection = DatasetSelection()
  ) throws(EvaluationError) -> Dataset {
    let file = try SourceFile.read(path)
    let entries = try DatasetEntries.read(file, format: format, attack: attack, role: role)
    guard !entries.samples.isEmpty else {
      throw EvaluationError(
        .invalidData, "\(path): none of its \(entries.rows) entries has a prompt")
    }
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    let stem = fileName.split(separator: ".").first.map(String.init) ?? fileName
    let whole = Dataset(
      name: name ?? entries.attack ?? stem, source: fileName, sha256: file.sha256,
      samples: entries.samples, rows: entries.rows, nulls: entries.nulls)
    return try whole.selecting(selection, splits: entries.splits)
  }
}

extension DatasetEntries {
  /// Reads a file.
  static func read(
    _ file: SourceFile, format: DatasetFormat?, attack: String? = nil, role: Sample.Role? = nil
  ) throws(EvaluationError) -> DatasetEntries {
    let format = if let format { format } else { try DatasetFormat.detect(file) }
    let entries =
      switch format {
      case .jailbreakBenchArtifact:
        try artifact(file, attack: attack, role: role ?? .adversarial)
      case .jailbreakBenchBehaviors: try behaviors(file, role: role ?? .direct)
      case .xstest: try xstest(file, role: role)
      case .ifeval: try ifeval(file, role: role ?? .benign)
      case .alpacaEval: try alpacaEval(file, role: role ?? .benign)
      case .jsonl: try ownLines(file, attack: attack, role: role)
      }
    guard entries.rows > 0 else {
      throw EvaluationError(.invalidData, "\(file.name): the file holds no prompt")
    }
    return entries
  }

  private static func artifact(
    _ file: SourceFile, attack: String?, role: Sample.Role
  ) throws(EvaluationError) -> DatasetEntries {
    let value = try JSONFields.value(of: file.bytes[...], name: file.name)
    let root = try JSONFields(value, place: file.name)
    var entries = DatasetEntries()
    if let attack {
      entries.attack = attack
    } else {
      guard let parameters = try root.optionalFields("parameters") else {
        throw root.error("field 'parameters' is missing; name the attack instead")
      }
      entries.attack = try parameters.string("method")
    }
    for (position, element) in try root.array("jailbreaks").enumerated() {
      let fields = try JSONFields(element, place: "\(file.name): jailbreaks[\(position)]")
      let id = try fields.identifier("index")
      let jailbroken = try fields.optionalBool("jailbroken")
      let response = try fields.nullableString("response")
      entries.addJudgement(jailbroken)
      guard let prompt = try fields.nullableString("prompt") else {
        try entries.addNull(id, from: fields.place)
        continue
      }
      let sample = Sample(
        id: id, role: role, prompt: prompt, behavior: try fields.nullableString("behavior"),
        goal: try fields.nullableString("goal"), category: try fields.nullableString("category"),
        attack: entries.attack,
        recorded: response.map { RecordedAnswer(text: $0, jailbroken: jailbroken) })
      try entries.add(sample, from: fields.place)
    }
    return entries
  }

  private static func behaviors(
    _ file: SourceFile, role: Sample.Role
  ) throws(EvaluationError) -> DatasetEntries {
    let table = try CSVTable(file, required: ["Index", "Goal", "Behavior", "Category"])
    var entries = DatasetEntries()
    for row in table.rows {
      let goal = try row.text("Goal")
      let sample = Sample(
        id: try row.text("Index"), role: role, prompt: goal, behavior: try row.text("Behavior"),
        goal: goal, category: try row.text("Category"))
      try entries.add(sample, from: row.place)
    }
    return entries
  }

  private static func xstest(
    _ file: SourceFile, role: Sample.Role?
  ) throws(EvaluationError) -> DatasetEntries {
    let table = try CSVTable(file, required: ["id", "prompt", "type", "label"])
    var entries = DatasetEntries()
    for row in table.rows {
      let labelled: Sample.Role =
        switch try row.text("label") {
        case "safe": .benign
        case "unsafe": .direct
        default: throw row.error("field 'label' is neither 'safe' nor 'unsafe'")
        }
      // The prefix keeps prompts of different public sets, which have no behavior to cluster by,
      // from having one id.
      let sample = Sample(
        id: "xstest-" + (try row.text("id")), role: role ?? labelled,
        prompt: try row.text("prompt"), category: try row.text("type"))
      try entries.add(sample, from: row.place)
    }
    return entries
  }

  private static func ifeval(
    _ file: SourceFile, role: Sample.Role
  ) throws(EvaluationError) -> DatasetEntries {
    var entries = DatasetEntries()
    for fields in try JSONLines.objects(of: file) {
      let sample = Sample(
        id: "ifeval-" + (try fields.identifier("key")), role: role,
        prompt: try fields.string("prompt"), instructions: try instructions(of: fields))
      try entries.add(sample, from: fields.place)
    }
    return entries
  }

  private static func instructions(
    of fields: JSONFields
  ) throws(EvaluationError) -> [VerifiableInstruction] {
    let names = try fields.array("instruction_id_list")
    let arguments = try fields.array("kwargs")
    guard names.count == arguments.count else {
      throw fields.error(
        "field 'kwargs' has \(arguments.count) elements; 'instruction_id_list' has \(names.count)")
    }
    var instructions: [VerifiableInstruction] = []
    for (position, name) in names.enumerated() {
      guard let id = name.string else {
        throw fields.error(
          "field 'instruction_id_list[\(position)]' is \(name.kindInWords); a string is expected")
      }
      let given = try JSONFields(arguments[position], place: "\(fields.place): kwargs[\(position)]")
      instructions.append(VerifiableInstruction(id: id, arguments: given.withoutNulls))
    }
    return instructions
  }

  private static func alpacaEval(
    _ file: SourceFile, role: Sample.Role
  ) throws(EvaluationError) -> DatasetEntries {
    let value = try JSONFields.value(of: file.bytes[...], name: file.name)
    guard let list = value.array else {
      throw EvaluationError(
        .invalidData, "\(file.name): an array is expected, not \(value.kindInWords)")
    }
    var entries = DatasetEntries()
    for (position, element) in list.enumerated() {
      let fields = try JSONFields(element, place: "\(file.name): [\(position)]")
      let sample = Sample(
        id: "alpaca-eval-\(position)", role: role, prompt: try fields.string("instruction"),
        category: try fields.optionalString("dataset"),
        recorded: try fields.optionalString("output").map { RecordedAnswer(text: $0) })
      try entries.add(sample, from: fields.place)
    }
    return entries
  }
}
