import Foundation
import RESTATesting
import Testing

@Suite("resta eval") struct EvaluationTests {
  /// A small evaluation that still takes seconds, so that there is something to kill.
  private static let configuration = """
    name: small
    max_tokens: 8
    seeds: [1, 2]
    datasets:
      - {built_in: direct, split: test, limit: 4}
      - {built_in: adversarial, split: test, limit: 6}
      - {built_in: benign, split: test, limit: 4}
    defenses:
      - none
      - {type: resta, noise: isotropic, sigma: 0.55, samples: 3, prefix: 4}
      - {type: smoothllm, copies: 2}
      - {type: random-refusal, probability: 0.5}
    """

  private struct Folder: ~Copyable {
    let path: String
    init() throws {
      path =
        FileManager.default.temporaryDirectory
        .appendingPathComponent("resta-evaluation-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String, _ text: String) throws -> String {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
      return path + "/" + name
    }
  }

  private static func arguments() throws -> [String] {
    ["--model", try CommandRun.model(), "--lora", try CommandRun.adapter()]
  }

  private static func digest(_ store: String) throws -> String {
    let run = try CommandRun(["eval", "status", store, "--json"])
    #expect(run.code == 0, "\(run.errors)")
    return try #require(try run.object()["digest"] as? String)
  }

  @Test func `killed at random moments it ends where an uninterrupted run ends`() throws {
    let folder = try Folder()
    let configuration =
      TestSize.isFull
      ? Self.configuration
      : Self.configuration.replacing("seeds: [1, 2]", with: "seeds: [1]")
        .replacing("limit: 4", with: "limit: 2").replacing("limit: 6", with: "limit: 3")
    let file = try folder.file("small.yaml", configuration)
    let whole = folder.path + "/whole"
    let run = try CommandRun(
      ["eval", "run", file, "--output", whole] + Self.arguments())
    #expect(run.code == 0, "\(run.errors)")
    let expected = try Self.digest(whole + "/results.sqlite")
    let status = try CommandRun(["eval", "status", whole + "/results.sqlite"])
    #expect(status.output.contains("unscored: "), "\(status.output)")

    let (killed, moments) = (folder.path + "/killed", TestSize.of(10, quick: 4))
    var generator = SeededGenerator(seed: 20_261_125)
    var (kills, share) = (0, 1.0)
    for _ in 0..<10 * moments where kills < moments {
      // From before there is a store to some answers into what is left; they do not finish it.
      let moment =
        (0.1 + Double(generator.next() % 1_000) / 1_000 * (0.8 + run.seconds * 0.12)) * share
      let part = try CommandRun(
        ["eval", "run", file, "--output", killed, "--no-report"] + Self.arguments(),
        killAfter: moment)
      if part.code == 137 {
        kills += 1
      } else {
        // The machine stood still, in the run that was timed or in this one: once more, in less time.
        try? FileManager.default.removeItem(atPath: killed)
        (kills, share) = (0, share / 2)
      }
    }
    #expect(kills == moments)
    let rest = try CommandRun(
      ["eval", "run", file, "--output", killed] + Self.arguments())
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(try Self.digest(killed + "/results.sqlite") == expected)

    var parts: [String] = []
    for part in ["1/2", "2/2"] {
      let output = folder.path + "/part-" + part.prefix(1)
      let run = try CommandRun(
        ["eval", "run", file, "--output", output, "--shard", part] + Self.arguments())
      #expect(run.code == 0, "\(run.errors)")
      parts.append(output + "/results-\(part.prefix(1))-of-2.sqlite")
    }
    let merged = folder.path + "/merged.sqlite"
    let merge = try CommandRun(["eval", "merge", merged] + parts)
    #expect(merge.code == 0, "\(merge.errors)")
    #expect(try Self.digest(merged) == expected)
    let link = merged + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: merged)
    for part in [link, folder.path + "/./merged.sqlite"] {
      let same = try CommandRun(["eval", "merge", merged, part])
      #expect(same.code == 2, "\(same.errors)")
      #expect(same.errors.contains("both the result and a part"), "\(same.errors)")
    }
  }

  @Test func `the report is a page, figures, tables and numbers, with nothing harmful in it`()
    throws
  {
    let folder = try Folder()
    let file = try folder.file(
      "small.yaml", Self.configuration.replacing("seeds: [1, 2]", with: "seeds: [1]"))
    let run = try CommandRun(
      ["eval", "run", file, "--output", folder.path + "/out", "--limit", "2"] + Self.arguments())
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("none") && run.output.contains("n = "), "\(run.output)")
    let page = try String(contentsOfFile: folder.path + "/out/report.html", encoding: .utf8)
    #expect(page.contains("Content-Security-Policy") && page.contains("resta report"))
    let report = try CommandRun(["report", folder.path + "/out/results.sqlite", "--json"])
    #expect(report.code == 0, "\(report.errors)")
    let command = try #require(try report.object()["command"] as? String)
    #expect(command.hasSuffix("results.sqlite"), "\(command)")
    let shown = try CommandRun(
      ["report", folder.path + "/out/results.sqlite", "--json", "--show-harmful"])
    #expect(try shown.object()["command"] as? String == command + " --show-harmful")
    let elsewhere = try CommandRun([
      "report", folder.path + "/out/results.sqlite", "--json", "--output", folder.path + "/other",
    ])
    #expect(
      try elsewhere.object()["command"] as? String == "\(command) --output \(folder.path)/other")
    let examples = try #require(try report.object()["examples"] as? [[String: Any]])
    #expect(!examples.isEmpty)
    for example in examples where example["role"] as? String != "benign" {
      #expect(example["answer"] == nil && example["redaction"] is String)
    }
    for name in ["report.json", "figures", "tables"] {
      #expect(FileManager.default.fileExists(atPath: folder.path + "/out/" + name))
    }
  }

  @Test func `a judge that fails leaves answers unscored, never safe`() throws {
    let folder = try Folder()
    // Nothing listens there.
    let file = try folder.file(
      "judged.yaml",
      """
      name: judged
      max_tokens: 4
      datasets: [{built_in: direct, limit: 2}]
      judges: [{type: chat, endpoint: "http://127.0.0.1:9/v1", model: none, retries: 1, timeout: 2}]
      """)
    let run = try CommandRun(
      ["eval", "run", file, "--output", folder.path + "/out", "--json"] + Self.arguments())
    #expect(run.code == 0, "\(run.errors)")
    let groups = try #require(try run.object()["groups"] as? [[String: Any]])
    let roles = groups.filter { $0["dimension"] as? String == "role" }
    #expect(roles.count == 1)
    for role in roles {
      #expect(role["unscored"] as? Int == 2)
      #expect((role["refused"] as? [String: Any])?["n"] as? Int == 0)
    }
  }

  @Test func `a dry run says what it would cost, and does nothing`() throws {
    let folder = try Folder()
    let file = try folder.file("small.yaml", Self.configuration)
    let run = try CommandRun(
      ["eval", "run", file, "--dry-run", "--output", folder.path + "/out"] + Self.arguments())
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("98 answers"), "\(run.output)")
    let part = try CommandRun(
      ["eval", "run", file, "--dry-run", "--only", "none", "--only", "smooth*"] + Self.arguments())
    #expect(
      part.output.contains("42 answers (") && part.output.contains(" of 98 in the whole plan"))
    let wrong = try CommandRun(
      ["eval", "run", file, "--dry-run", "--only", "noen"] + Self.arguments())
    #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'none'?"), "\(wrong.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test func `a report of some arms names the others, and how much of the endpoint it has`() throws
  {
    let folder = try Folder()
    let file = try folder.file(
      "parts.yaml",
      """
      max_tokens: 2
      datasets: [{built_in: direct, limit: 10}, {built_in: adversarial, limit: 1}]
      defenses: [none, placebo, {type: random-refusal, name: lots, probability: 0.5}]
      endpoint: {defense: lots, against: placebo, role: direct, label: complied}
      """)
    func report(_ more: [String], of command: [String]? = nil) throws -> (
      warnings: [String], endpoint: String
    ) {
      let run = try CommandRun(
        command
          ?? ["eval", "run", file, "--output", folder.path + "/out", "--json"] + more
          + Self.arguments())
      #expect(run.code == 0, "\(run.errors)")
      let record = try run.object()["record"] as? [[String: Any]] ?? []
      let endpoint = record.first { ($0["label"] as? String)?.hasPrefix("Primary") == true }
      return (
        try run.object()["warnings"] as? [String] ?? [], endpoint?["value"] as? String ?? ""
      )
    }
    let first = try report(["--only", "none"])
    #expect(first.warnings.contains { $0.hasSuffix("None at all of placebo and lots.") })
    #expect(first.endpoint.hasSuffix("not among this report's comparisons"))
    let whole = try report([])
    #expect(!whole.warnings.contains { $0.contains("not complete") })
    #expect(whole.endpoint.contains("n = 10") && !whole.endpoint.contains("of the plan's"))
    // Of ten prompts a part has some with both arms, and not all.
    var endpoints: [String] = []
    for part in 1...2 {
      let run = try CommandRun(
        ["eval", "run", file, "--output", folder.path + "/parts", "--shard", "\(part)/2"]
          + Self.arguments())
      #expect(run.code == 0, "\(run.errors)")
      let store = folder.path + "/parts/results-\(part)-of-2.sqlite"
      endpoints.append(try report([], of: ["report", store, "--json"]).endpoint)
    }
    #expect(endpoints.contains { $0.hasSuffix("of the plan's 10 prompts only)") }, "\(endpoints)")
    // A run of fewer prompts says so in its record.
    let few = try CommandRun(
      ["eval", "run", file, "--output", folder.path + "/few", "--json", "--limit", "1"]
        + Self.arguments())
    let record = try few.object()["record"] as? [[String: Any]] ?? []
    #expect(record.contains { $0["label"] as? String == "Limit" })
  }

  static let examplesFolder = CommandRun.root.appendingPathComponent("Examples/evaluations").path

  static let examples: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examplesFolder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  /// In a folder of its own, so that it does not matter what was fetched on this machine.
  ///
  /// First without the weights that an example names, then with links of these names to small models.
  /// Nothing of a file is replaced, and the whole of it is read: only fewer prompts are counted.
  @Test(arguments: examples)
  func `each example is planned as it is, or names the weights or the data that are not here`(
    name: String
  ) throws {
    let folder = try Folder()
    let (examples, copy) = (Self.examplesFolder, folder.path + "/Examples/evaluations")
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: examples + "/attacks", toPath: copy + "/attacks")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/Adapters",
      withDestinationPath: CommandRun.root.appendingPathComponent("Adapters").path)
    let text = try String(contentsOfFile: examples + "/" + name, encoding: .utf8)
    let file = try folder.file("Examples/evaluations/" + name, text)
    let plan = ["eval", "run", file, "--dry-run", "--limit", "2"]
    let needsData = text.contains("{known: ")
    // Weights and public data are no part of the repository; anything else in the file is right.
    let weights = text.matches(of: /(model|file): \.\.\/\.\.\/\.models\/([^\s},]+)/)

    if !weights.isEmpty {
      let run = try CommandRun(plan, variables: ["RESTA_DATA": ""])
      #expect(run.code == 1 && !run.output.contains(" answers ("), "\(run.errors)")
      if needsData {
        #expect(run.errors.contains("RESTA_DATA"), "\(run.errors)")
      } else {
        #expect(run.errors.contains("There is no file '"), "\(run.errors)")
        #expect(weights.contains { run.errors.contains($0.2) }, "\(run.errors)")
        #expect(run.errors.contains("scripts/fetch-models.sh"), "\(run.errors)")
        // The model under test, alone or with adapters; a placebo's weights are not replaced.
        let model = text.contains(/\nmodel:(\n  file:)? \.\.\/\.\.\/\.models\//)
        #expect(run.errors.contains("--model takes another") == model, "\(run.errors)")
      }
    }

    let models = folder.path + "/.models/"
    try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    for (_, key, name) in weights.map(\.output) {
      // A placebo that is the model itself would be refused.
      let other =
        key == "file" ? "SmolLM2-135M-Instruct.Q4_1.gguf" : "SmolLM2-135M-Instruct.Q4_0.gguf"
      try FileManager.default.createSymbolicLink(
        atPath: models + name, withDestinationPath: try CommandRun.model(other))
    }
    let run = try CommandRun(plan, variables: ["RESTA_DATA": ""])
    #expect(run.code == (needsData ? 1 : 0), "\(run.errors)")
    #expect(run.output.contains(" answers (") != needsData, "\(run.errors)")
    #expect(run.errors.contains("RESTA_DATA") == needsData, "\(run.errors)")
  }

  static let mistakes: [(arguments: [String], text: String?, code: Int32, expected: String)] = [
    (["eval", "run", "FILE"], "datasets: [x]\ndefences: [none]", 2, "did you mean 'defenses'?"),
    (["sweep", "--noise", "isotropic,none", "--sigma", "0.4"], nil, 2, "none is no defence"),
    (["eval", "run", "FILE"], "datasets: [", 2, "not YAML"),
    (["eval", "run", "FILE"], "datasets: [missing.json]", 1, "missing.json"),
    (["eval", "run", "FILE"], "datasets: [{known: jbb-gcg}]", 1, "resta eval data"),
    (["eval", "run", "FILE"], "datasets: [{known: jbb-gcq}]", 2, "did you mean 'jbb-gcg'?"),
    (["eval", "run", "missing.yaml"], nil, 2, "resta eval config"),
    (["eval", "data", "--data", "missing"], nil, 2, "no folder 'missing'"),
    (["eval", "run", "--shard", "3/2"], nil, 2, "--shard '3/2'"),
    (["eval", "run", "--parallel", "0"], nil, 2, "--parallel"),
    (["report", "FILE"], "no store, but a text that is long enough", 1, "no store"),
    (["report", "missing.sqlite"], nil, 1, "There is no store"),
    (["eval", "merge", "made.sqlite", "missing.sqlite"], nil, 1, "There is no store"),
    (["sweep", "--sigma", "much"], nil, 2, "expected a number"),
    (["eval", "judge-check", "FILE"], "text,label\nhello,fine\n", 2, "unknown label 'fine'"),
    (["eval", "import", "FILE", "--data", "."], "{}", 2, "--configuration"),
    (
      ["eval", "import", "FILE"], "{\"prompt\": \"p\", \"role\": \"direct\", \"answer\": 1}\n", 2,
      "field 'answer' is a number"
    ),
  ]

  @Test(arguments: mistakes.indices)
  func `what is wrong is said in a line, before a model is loaded`(index: Int) throws {
    let mistake = Self.mistakes[index]
    let ending = ["judge-check": "csv", "import": "jsonl"].first {
      mistake.arguments.contains($0.key)
    }
    let file = try TemporaryFile(mistake.text ?? "", name: "file.\(ending?.value ?? "yaml")")
    let run = try CommandRun(
      mistake.arguments.map { $0 == "FILE" ? file.path : $0 }, variables: ["RESTA_DATA": ""])
    #expect(run.code == mistake.code, "\(run.errors)")
    #expect(run.errors.contains(mistake.expected), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: ") && !run.errors.contains("Swift."), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count <= 2, "\(run.errors)")
  }

  @Test func `refusal phrases are measured where there is no model`() throws {
    let labels = try TemporaryFile(
      "text,label\n\"I'm sorry, but I can't help with that.\",refused\nThree are enough.,complied\n",
      name: "labels.csv")
    let judges = try TemporaryFile(
      "datasets: [{built_in: direct}]\njudges: [refusal-phrases]\n", name: "judges.yaml")
    let run = try CommandRun(
      ["eval", "judge-check", labels.path, "--configuration", judges.path],
      variables: ["RESTA_MODEL": "/nowhere/model.gguf"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("agreement  100 %"), "\(run.output)")
    // Every answer labelled a refusal, and none found: no agreement, which is not the same label for all.
    let wrong = try TemporaryFile(
      "text,label\nThree are enough.,refused\nFour too.,refused\n", name: "wrong.csv")
    let apart = try CommandRun(
      ["eval", "judge-check", wrong.path, "--configuration", judges.path],
      variables: ["RESTA_MODEL": "/nowhere/model.gguf"])
    #expect(apart.output.contains("kappa      0.00 [0.00, 0.66]"), "\(apart.output)")
  }

  @Test func `a judge that tells nothing is not said to agree`() throws {
    let labels = try TemporaryFile(
      "text,label\nI cannot.,refused\nThree.,complied\n", name: "l.csv")
    let judges = try TemporaryFile(
      """
      datasets: [{built_in: direct}]
      judges: [{type: chat, endpoint: "http://127.0.0.1:9/v1", model: none, retries: 0, timeout: 2}]
      """, name: "judges.yaml")
    let run = try CommandRun(
      ["eval", "judge-check", labels.path, "--configuration", judges.path])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("none: the judge could tell nothing"), "\(run.output)")
  }

  @Test func `a judge that compares answers is not measured, and that is said`() throws {
    let labels = try TemporaryFile("text,label\nI cannot.,refused\n", name: "l.csv")
    let pairwise = "{type: pairwise, endpoint: \"http://127.0.0.1:9/v1\", model: none}"
    for (others, code) in [("", Int32(2)), ("refusal-phrases, ", 0)] {
      let judges = try TemporaryFile(
        "datasets: [{built_in: direct}]\njudges: [\(others)\(pairwise)]\n", name: "judges.yaml")
      let run = try CommandRun(
        ["eval", "judge-check", labels.path, "--configuration", judges.path])
      #expect(run.code == code, "\(run.errors)")
      #expect(run.errors.contains("A pairwise judge compares two answers"), "\(run.errors)")
      #expect(run.output.isEmpty == (code != 0), "\(run.output)")
    }
  }

  @Test func `another model is not asked by the template of the configuration's`() throws {
    let folder = try Folder()
    let rest = "chat_template: missing.jinja}\ndatasets: [{built_in: benign, limit: 1}]\n"
    let model = ["--model", try CommandRun.model(), "--dry-run"]
    let other = try folder.file("a.yaml", "model: {file: other.gguf, " + rest)
    let run = try CommandRun(["eval", "run", other] + model)
    #expect(run.code == 0 && run.errors.contains("Left out beside --model"), "\(run.errors)")
    // Without a file it is for any model.
    let any = try folder.file("b.yaml", "model: {" + rest)
    let wrong = try CommandRun(["eval", "run", any] + model)
    #expect(wrong.code != 0 && wrong.errors.contains("missing.jinja"), "\(wrong.errors)")
  }

  @Test func `the adapters of a configuration can be left out`() throws {
    let folder = try Folder()
    let file = try folder.file(
      "a.yaml",
      "model: {file: \(try CommandRun.model()), lora: [missing.gguf]}\n"
        + "datasets: [{built_in: benign, limit: 1}]\n")
    let run = try CommandRun(["eval", "run", file, "--dry-run", "--no-lora"])
    #expect(run.code == 0, "\(run.errors)")
    let with = try CommandRun(["eval", "run", file, "--dry-run"])
    #expect(with.code != 0 && with.errors.contains("missing.gguf"), "\(with.errors)")
  }

  @Test func `known datasets are listed with where to get them`() throws {
    let run = try CommandRun(["eval", "data", "--json"], variables: ["RESTA_DATA": ""])
    #expect(run.code == 0, "\(run.errors)")
    let known = try #require(try run.object()["known"] as? [[String: Any]])
    #expect(known.count >= 7)
    for entry in known {
      #expect((entry["addresses"] as? [String])?.isEmpty == false)
      #expect(entry["state"] as? String == "missing")
    }
    let file = try TemporaryFile("no JSON", name: "alpaca_eval.json")
    let folder = file.path + "-data"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: file.path, toPath: folder + "/alpaca_eval.json")
    for form in [[], ["--json"]] {
      let wrong = try CommandRun(["eval", "data", "--data", folder] + form)
      #expect(wrong.code == 1 && wrong.output.contains("unreadable"), "\(wrong.output)")
    }
    let rows = #"[{"instruction": "Hi", "dataset": "d"}, {"instruction": " ", "dataset": "d"}]"#
    try rows.write(toFile: folder + "/alpaca_eval.json", atomically: true, encoding: .utf8)
    let other = try CommandRun(["eval", "data", "--data", folder])
    let counts = "2 entries, 1 prompts, 1 that cannot be read"
    #expect(other.code == 0 && other.output.contains(counts), "\(other.output)")
    // An empty variable names no folder.
    let text = try CommandRun(["eval", "data"], variables: ["RESTA_DATA": ""])
    #expect(text.output.contains("no folder: give --data"), "\(text.output)")
  }
}
