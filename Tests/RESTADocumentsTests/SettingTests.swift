import RESTA
import RESTADocuments
import Testing

@Suite("Tables of settings")
struct SettingTests {
  private func yaml(_ text: String) throws -> Chosen<DefenseSettings> {
    let table = DefenseSettings.table
    let node = try #require(try YAMLNode.document(text, file: "f.yaml"))
    return try YAMLNode.chosen(
      try node.fields(table.map(\.name)), table: table, base: DefenseSettings())
  }

  private let model = ModelInformation(
    name: "m", architecture: "m", dimensions: 64, vocabularySize: 100, contextLength: 100,
    maximumSequences: 16, embeddingScale: EmbeddingScale(meanNorm: 1, rootMeanSquare: 1))

  @Test("have each name once, and a sentence about each row")
  func names() {
    let names = DefenseSettings.table.map(\.name) + GenerationOptions.table.map(\.name)
    #expect(Set(names).count == names.count)
    for row in DefenseSettings.table { #expect(row.about.hasSuffix("."), "\(row.name)") }
  }

  @Test("write what they read, for each row and each place that values are from")
  func roundTrip() throws {
    var settings = DefenseSettings()
    settings.noise = NoiseSettings(
      kind: .soft, sigma: Sigma(value: 0.3, unit: .absolute), powerMatched: true)
    settings.samples = 7
    settings.prefix = .all
    settings.window = .after("0123")
    settings.latestStart = 9
    settings.checkpointEvery = 16
    settings.checkpointForm = .header
    settings.checkpointTokens = 2
    settings.checkpointEnds = true
    settings.aggregator = .meanLogit
    settings.tieRule = .abstain
    settings.lead = 4
    settings.perturbed = PerturbedContent(roles: [.tool], lastUserTurnOnly: true)
    settings.seed = .max
    for row in DefenseSettings.table {
      var copy = DefenseSettings()
      #expect(row.write(settings) != row.write(copy), "\(row.name) is not tested")
      #expect(row.read(row.write(settings), into: &copy))
      #expect(row.write(copy) == row.write(settings), "\(row.name)")
      // As JSON, and as text without quotes.
      var other = DefenseSettings()
      let json = try #require(JSONValue(row.write(settings)).setting)
      #expect(row.read(json, into: &other))
      #expect(row.write(other) == row.write(settings), "\(row.name) as JSON")
      row.copy(from: settings, to: &other)
      #expect(row.write(other) == row.write(settings), "\(row.name) copied")
    }
  }

  @Test("keep what a text without quotes says", arguments: ["0123", "1e3", "12", "on-off"])
  func literals(text: String) throws {
    #expect(try yaml("prefix_after: \(text)").value.window == .after(text))
  }

  @Test(
    "refuse with the place, what is expected and what is there",
    arguments: [
      ("samples: 0", "f.yaml:1: samples: expected a whole number from 1 to 128, not '0'"),
      ("noise: sotf", "f.yaml:1: noise: unknown noise 'sotf'; did you mean 'soft'?"),
      ("sigma: -1", "f.yaml:1: sigma: expected a number of 0 or more, not '-1'"),
      ("sigma: .inf", "f.yaml:1: sigma: expected a number of 0 or more, not '.inf'"),
      ("\nprefix: 010", "f.yaml:2: prefix: expected a whole number of 0 or more, or all"),
      ("seed: 9007199254740993.0", "f.yaml:1: seed: expected a whole number"),
      ("seed: 1e17", "f.yaml:1: seed: expected a whole number"),
      ("sampels: 3", "f.yaml:1: unknown key 'sampels'; did you mean 'samples'?"),
      ("perturb: [model]", "f.yaml:1: perturb: expected a list, not empty, of user, tool, system"),
      ("samples: 3\nsamples: 4", "f.yaml"),
    ])
  func refusals(text: String, message: String) {
    #expect {
      try yaml(text)
    } throws: { error in
      (error as? DocumentError)?.message.hasPrefix(message) ?? false
    }
  }

  @Test("take what is recommended where nothing was chosen")
  func recommended() throws {
    #expect(try yaml("samples: 3").settings(for: model)?.noise == DefenseSettings().noise)
    let soft = try #require(try yaml("noise: soft").settings(for: model))
    #expect(soft.noise.kind == .soft)
    #expect(soft.noise.sigma == Sigma(value: 0.35, unit: .relative))
    #expect(try yaml("sigma_unit: absolute").settings(for: model) == nil)
    let absolute = try yaml("sigma_unit: absolute\nsigma: 2").settings(for: model)
    #expect(absolute?.noise.sigma == Sigma(value: 2, unit: .absolute))
  }

  @Test("store what stores held before they were tables")
  func stored() {
    let stored = JSONObject(
      stored: DefenseSettings(), default: DefenseSettings(), table: DefenseSettings.table)
    #expect(
      JSONText.object(stored.sorted)
        == """
        {"aggregator": "majority-vote", "noise": "isotropic", "perturbed": {"last_turn_only": false, \
        "roles": ["user"]}, "power_matched": false, "prefix": 20, "samples": 10, "sigma": 0.55, \
        "sigma_unit": "relative", "tie_rule": "log-probability"}
        """)
  }
}
