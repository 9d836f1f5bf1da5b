package import RESTADocuments

extension Dataset {
  /// Reads a dataset.
  ///
  /// Prompts come out byte for byte. Fields that are not used are ignored; everything else that does
  /// not fit the format is an error that names file, row and field: a null prompt where the format
  /// knows none, an empty one, an id that occurs twice. Such rows can be left out, but for all of them;
  /// the dataset says so; `skipsBadRows` is `nil` where nobody can ask for that.
  ///
  /// `role` is in the place of the one that a format implies, and of rows that say none; one that says another is a
  /// bad row. `fallback` is that of rows which do not say; one of another role than `only` is a bad row. A file that
  /// was `read` is not read again: a pipe has nothing more.
  package static func load(
    contentsOf path: String, read: DataFile? = nil, format: DatasetFormat? = nil,
    name: String? = nil, attack: String? = nil, role: Sample.Role? = nil,
    fallback: Sample.Role? = nil, only: Sample.Role? = nil, skipsBadRows: Bool? = false,
    selection: DatasetSelection = DatasetSelection()
  ) throws(EvaluationError) -> Dataset {
    let (file, entries) = try EvaluationError.reading { () throws(DocumentError) in
      let file = if let read { read } else { try DataFile.read(path) }
      let entries = try DatasetEntries.read(
        file, format: format, attack: attack, role: role, fallback: fallback, only: only,
        skipsBadRows: skipsBadRows)
      guard !entries.samples.isEmpty else {
        throw DocumentError("\(path): none of its \(entries.rows) entries has a prompt")
      }
      return (file, entries)
    }
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    var whole = Dataset(
      name: name ?? entries.attack ?? SourceFile.stem(of: path), source: fileName,
      sha256: file.source.sha256,
      samples: entries.samples, rows: entries.rows + entries.bad.count,
      nulls: entries.nulls + entries.bad.count)
    whole.badRows = entries.bad.map(\.message)
    return try whole.selecting(selection, splits: entries.splits)
  }
}

extension DatasetEntries {
  /// Reads a file's rows; those that cannot be read are left out, and listed, where that is asked.
  static func read(
    _ file: DataFile, format: DatasetFormat?, attack: String? = nil, role: Sample.Role? = nil,
    fallback: Sample.Role? = nil, only: Sample.Role? = nil, skipsBadRows: Bool? = false
  ) throws(DocumentError) -> DatasetEntries {
    let format =
      if let format { format } else { try DatasetFormat.detect(file, role: role ?? fallback) }
    var entries = DatasetEntries()
    entries.only = only ?? role
    entries.attack = attack
    switch format {
    case .jailbreakBenchArtifact: try entries.readArtifact(file, role: role)
    case .jailbreakBenchBehaviors:
      try entries.readBehaviors(file, role: role, fallback: fallback)
    case .xstest: try entries.readXSTest(file)
    case .ifeval:
      entries.read(file) { row, entries throws(DocumentError) in
        let sample = Sample(
          id: "ifeval-" + (try row.identifier("key")), role: role ?? .benign,
          prompt: try row.prompt(in: "prompt"), instructions: try row.instructions())
        try entries.add(sample, from: row.place)
      }
    case .alpacaEval:
      entries.read(file) { row, entries throws(DocumentError) in
        let sample = Sample(
          id: "alpaca-eval-\(row.number - 1)", role: role ?? .benign,
          prompt: try row.prompt(in: "instruction"), category: try row.optionalString("dataset"),
          recorded: try row.optionalString("output").map { RecordedAnswer(text: $0) })
        try entries.add(sample, from: row.place)
      }
    case .harmBench:
      entries.read(file) { row, entries throws(DocumentError) in
        let goal = try row.prompt(in: "Behavior")
        let id =
          row.holds("BehaviorID") ? try row.identifier("BehaviorID") : "harmbench-\(row.number)"
        let sample = Sample(
          id: id, role: role ?? .direct, prompt: goal, behavior: id, goal: goal,
          category: try row.optionalString("SemanticCategory"))
        try entries.add(sample, from: row.place)
      }
    case .strongReject:
      entries.read(file) { row, entries throws(DocumentError) in
        let goal = try row.prompt(in: "forbidden_prompt")
        let sample = Sample(
          id: "strongreject-\(row.number)", role: role ?? .direct, prompt: goal, goal: goal,
          category: try row.optionalString("category"))
        try entries.add(sample, from: row.place)
      }
    case .jsonl:
      entries.read(file) { row, entries throws(DocumentError) in
        let sample = try Sample(row, fallback: role ?? fallback)
        let split = try row.optionalChoice("split", of: DataSplit.self)
        try entries.add(sample, from: row.place, split: split)
      }
    }
    guard !file.rows.isEmpty else { throw file.emptiness }
    try file.accept(entries.bad, skipping: skipsBadRows)
    return entries
  }

  private mutating func readArtifact(_ file: DataFile, role: Sample.Role?) throws(DocumentError) {
    guard let root = file.root else {
      throw DocumentError("\(file.source.name): an object is expected, not a list")
    }
    if attack == nil {
      guard let parameters = try root.optionalRow("parameters") else {
        throw root.error("field 'parameters' is missing; name the attack instead")
      }
      attack = try parameters.string("method")
    }
    guard file.listKey == "jailbreaks" else {
      _ = try root.array("jailbreaks")
      throw root.error("'jailbreaks' is not the list that is read here")
    }
    read(file) { row, entries throws(DocumentError) in
      let id = try row.identifier("index")
      let jailbroken = try row.optionalBool("jailbroken")
      let response = try row.nullableString("response")
      guard let prompt = try row.nullableString("prompt") else {
        try entries.addNull(id, from: row.place)
        entries.addJudgement(jailbroken)
        return
      }
      let goal = try row.nullableString("goal")
      // As `resta eval export` writes requests without an attack. Nobody else's attack is lost by it: under any
      // other name a prompt that is its goal is an attack that changed nothing, and counts as one.
      let isPlain =
        role == nil && entries.attack == JailbreakBenchArtifact.noAttack
        && goal.map { Array($0.utf8) == Array(prompt.utf8) } ?? true
      let sample = Sample(
        id: id, role: role ?? (isPlain ? .direct : .adversarial), prompt: prompt,
        behavior: try row.nullableString("behavior"), goal: goal,
        category: try row.nullableString("category"),
        attack: isPlain ? nil : entries.attack,
        recorded: response.map { RecordedAnswer(text: $0, jailbroken: jailbroken) })
      try entries.add(sample, from: row.place)
      entries.addJudgement(jailbroken)
    }
  }

  private mutating func readBehaviors(
    _ file: DataFile, role given: Sample.Role?, fallback: Sample.Role?
  ) throws(DocumentError) {
    try file.require(["Index", "Goal", "Behavior", "Category"])
    let role = if let given { given } else { try file.roleOfBehaviors(fallback) }
    read(file) { row, entries throws(DocumentError) in
      let goal = try row.prompt(in: "Goal")
      let sample = Sample(
        id: try row.identifier("Index"), role: role, prompt: goal,
        behavior: try row.string("Behavior"), goal: goal, category: try row.string("Category"))
      try entries.add(sample, from: row.place)
    }
  }

  private mutating func readXSTest(_ file: DataFile) throws(DocumentError) {
    try file.require(["prompt", "type"])
    read(file) { row, entries throws(DocumentError) in
      let type = try row.string("type")
      // The prefix keeps prompts of different public sets, which have no behavior to cluster by,
      // from having one id.
      let name = ["id", "id_v2", "id_v1"].first(where: row.holds)
      let id = if let name { try row.identifier(name) } else { "row-\(row.number)" }
      let sample = Sample(
        id: "xstest-" + id, role: try row.xstestRole(type: type),
        prompt: try row.prompt(in: "prompt"), category: type)
      try entries.add(sample, from: row.place)
    }
  }
}

extension DataFile {
  /// The error of a file without a row.
  var emptiness: DocumentError { DocumentError("\(source.name): the file holds no prompt") }

  /// What JailbreakBench's behaviors are there to show: its harmful and its benign table have the same
  /// columns and categories, so the file's name, or the column `Source`, has to say it.
  fileprivate func roleOfBehaviors(_ fallback: Sample.Role?) throws(DocumentError) -> Sample.Role {
    let name = source.name.split(separator: "/").last?.lowercased() ?? ""
    // Only harmful goals were taken over from other sets.
    let isBorrowed = rows.contains { row in
      guard case .success(let row) = row else { return false }
      let text = (try? row.optionalString("Source"))?.lowercased() ?? ""
      return text.contains("advbench") || text.contains("tdc") || text.contains("harmbench")
    }
    switch (name.contains("benign"), name.contains("harmful") || isBorrowed) {
    case (true, false): return .benign
    case (false, true): return .direct
    default:
      if let fallback { return fallback }
      throw DocumentError(
        "\(source.name): JailbreakBench's harmful and benign behaviors look alike; say which these "
          + "are with 'role: direct' or 'role: benign'")
    }
  }
}

extension DataRow {
  /// What a prompt of XSTest is there to show, by its label, its type, or both.
  fileprivate func xstestRole(type: String) throws(DocumentError) -> Sample.Role {
    let typed: Sample.Role? =
      if type.hasPrefix("contrast_") {
        .direct
      } else {
        DatasetFormat.xstestTypes.contains(type) ? .benign : nil
      }
    guard let label = try optionalString("label") else {
      if let typed { return typed }
      throw error("there is no 'label', and field 'type' is none of XSTest's")
    }
    guard label == "safe" || label == "unsafe" else {
      throw error("field 'label' is neither 'safe' nor 'unsafe'")
    }
    let labelled: Sample.Role = label == "safe" ? .benign : .direct
    guard typed == nil || typed == labelled else {
      throw error("fields 'label' and 'type' contradict each other")
    }
    return labelled
  }

  /// IFEval's instructions.
  ///
  /// Exports have an argument that an instruction lacks as `null`, a list as
  /// JSON in a text, and one that is empty as nothing at all.
  fileprivate func instructions() throws(DocumentError) -> [VerifiableInstruction] {
    let names = try array("instruction_id_list")
    let arguments = try array("kwargs")
    guard names.count == arguments.count else {
      throw error(
        "field 'kwargs' has \(arguments.count) elements; 'instruction_id_list' has \(names.count)")
    }
    var instructions: [VerifiableInstruction] = []
    for (position, name) in names.enumerated() {
      guard let id = name.string else {
        throw error(
          "field 'instruction_id_list[\(position)]' is \(name.kindInWords); a string is expected")
      }
      var given = arguments[position]
      if let text = given.string {
        given = (try? JSONReader.value(of: Array(text.utf8)[...])) ?? given
      }
      if given == .null { given = .object([:]) }
      guard let members = given.object else {
        throw error("kwargs[\(position)]: an object is expected, not \(given.kindInWords)")
      }
      instructions.append(VerifiableInstruction(id: id, arguments: members.withoutNulls))
    }
    return instructions
  }
}
