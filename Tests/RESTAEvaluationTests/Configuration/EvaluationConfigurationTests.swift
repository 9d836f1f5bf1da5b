import RESTA
import Testing

@testable import RESTAEvaluation

@Suite("Evaluation configurations") struct EvaluationConfigurationTests {
  private func read(_ text: String) throws(EvaluationError) -> EvaluationConfiguration {
    try EvaluationConfiguration(parsing: text, file: "test.yaml")
  }

  @Test("every key is read") func complete() throws {
    let value = try read(
      """
      name: everything
      about: all keys
      model: {file: m.gguf, lora: [a.gguf, "b.gguf:0.5"], chat_template: chatml}
      system: Be brief.
      max_tokens: 32
      seeds: {first: 7, count: 3}
      datasets:
        - built_in: direct
          split: test
          limit: 5
        - file: data/attacks.json
          name: attacks
          format: jbb-artifact
          attack: GCG
          role: adversarial
          only: adversarial
          categories: [Fraud]
          development_share: 0.5
      defenses:
        - none
        - {type: resta, name: mine, noise: hard, sigma: 0.8, sigma_unit: absolute, samples: 5,
           prefix: all, power_matched: true, tie_rule: unperturbed}
        - {type: smoothllm, perturbation: patch, percent: 15, copies: 4}
        - {type: perplexity-filter, threshold: 100, window: 8}
        - {type: self-reminder, before: "A", after: "B"}
        - {type: random-refusal, probability: 0.25}
        - {type: temperature, temperature: 0.7, top_p: 0.9}
        - {type: resta, sigma: 0.5, aggregator: mean-logit}
      judges:
        - {type: refusal-phrases}
        - {type: coherence, limit: 50}
        - {type: chat, endpoint: "http://127.0.0.1:1/v1", model: j, api_key_variable: KEY,
           timeout: 5, retries: 1, requests_per_minute: 10, concurrency: 2}
        - {type: pairwise, file: judge.gguf}
      baseline: none
      """)
    #expect(value.name == "everything")
    #expect(value.model.adapters == ["a.gguf", "b.gguf:0.5"])
    #expect(value.maximumTokens == 32)
    #expect(value.seeds == [7, 8, 9])
    #expect(value.datasets.map(\.name) == ["direct", "attacks"])
    #expect(value.datasets[0].split == .test)
    #expect(value.datasets[1].place == .file && value.datasets[1].source == "data/attacks.json")
    #expect(value.datasets[1].developmentShare == 0.5)
    #expect(value.defenses.count == 8)
    let settings = try #require(value.defenses[1].defense as? RestaDefense).defense
    #expect(settings.noise.sigma == Sigma(value: 0.8, unit: .absolute))
    #expect(settings.noise.powerMatched)
    #expect(settings.samples == 5)
    #expect(settings.prefix == .all)
    #expect(settings.tieRule == .unperturbed)
    #expect((value.defenses[7].defense as? RestaDefense)?.defense.aggregator == .meanLogit)
    #expect(
      value.defenses[2].defense as? SmoothLLM
        == SmoothLLM(perturbation: .patch, percent: 15, copies: 4))
    #expect(
      value.defenses[3].defense as? PerplexityFilter == PerplexityFilter(threshold: 100, window: 8))
    #expect(value.defenses[4].defense as? SelfReminder == SelfReminder(before: "A", after: "B"))
    #expect(value.defenses[5].defense as? RandomRefusal == RandomRefusal(probability: 0.25))
    #expect(
      value.defenses[6].defense as? TemperatureOnly == TemperatureOnly(temperature: 0.7, topP: 0.9))
    #expect(value.judges.map(\.kind) == [.refusalPhrases, .coherence, .chat, .pairwise])
    #expect(value.judges[2].client?.retries == 1)
  }

  @Test("judges that differ in any setting are several")
  func severalJudges() throws {
    let value = try read("datasets: [x]\njudges: [coherence, {type: coherence, limit: 30}]")
    #expect(value.judges.map(\.limit) == [nil, 30])
  }

  @Test("the last seed is one") func lastSeed() throws {
    let value = try read("datasets: [x]\nseeds: {first: 18446744073709551614, count: 2}")
    #expect(value.seeds == [.max - 1, .max])
  }

  @Test("a list of values stands for every combination, in the order of the file")
  func expansion() throws {
    let value = try read(
      """
      datasets: [x.jsonl]
      defenses:
        - {type: resta, noise: [hard, isotropic], sigma: [0.4, 0.6, 0.8], prefix: [5, all]}
      """)
    #expect(value.defenses.count == 1 + 2 * 3 * 2)
    #expect(value.defenses[0].name == "none")
    #expect(value.defenses[1].name == "resta hard 0.4 k=10 l=5")
    #expect(value.defenses[2].name == "resta hard 0.4 k=10 l=all")
    #expect(value.defenses[12].name == "resta isotropic 0.8 k=10 l=all")
  }

  @Test("settings that are in no default name are told where they vary")
  func defaultNames() throws {
    let value = try read(
      """
      datasets: [x.jsonl]
      defenses:
        - {type: perplexity-filter, threshold: [50, 100]}
        - {type: resta, sigma: 1, prefix_after: ["</a>", "</b>"]}
      """)
    #expect(
      value.defenses.map(\.name) == [
        "none", "perplexity-filter threshold=50", "perplexity-filter threshold=100",
        "resta isotropic 1.0 k=10 l=20 prefix_after=</a>",
        "resta isotropic 1.0 k=10 l=20 prefix_after=</b>",
      ])
  }

  @Test("the endpoint is against the first placebo, unless it says otherwise") func endpoint()
    throws
  {
    let value = try read(
      """
      datasets: [x.jsonl]
      defenses: [self-reminder, {type: placebo, name: P, text: ["\\n", " ."]}]
      endpoint: {defense: self-reminder}
      """)
    #expect(value.defenses.map(\.name) == ["none", "self-reminder", #"P text="\n""#, "P text= ."])
    #expect(
      value.endpoint?.text
        == #"complied of the adversarial prompts: self-reminder minus P text="\n""#)
  }

  @Test("what endpoints could once count is still read from stores, and from no file")
  func earlierEndpoints() throws {
    for label in ["complied", "correct", "refused", "incoherent", "unscored"] {
      let stored = #"{"against":"placebo","defense":"RESTA","label":"\#(label)","role":"benign"}"#
      #expect(try CanonicalJSON.value(PrimaryEndpoint.self, from: stored).label.rawValue == label)
    }
  }

  @Test("the undefended model is always there") func baselineIsAdded() throws {
    let value = try read("datasets: [x.jsonl]\ndefenses: [self-reminder]")
    #expect(value.defenses.map(\.name) == ["none", "self-reminder"])
    #expect(value.baseline == "none")
    #expect(value.judges.map(\.kind) == [.refusalPhrases, .coherence])
  }

  @Test("all of RESTA's settings can be set; a list of roles is one value, of lists several")
  func restaRows() throws {
    let value = try read(
      """
      datasets: [x.jsonl]
      defenses:
        - {type: resta, sigma: 1, perturb: [user, tool], last_turn_only: true}
        - {type: resta, sigma: 2, perturb: [[user], [tool]]}
        - {type: resta, sigma: 3, prefix_after: "</think>"}
      """)
    let found = value.defenses.compactMap { ($0.defense as? RestaDefense)?.defense }
    #expect(found.map(\.perturbed.roles) == [[.user, .tool], [.user], [.tool], [.user]])
    #expect(found.map(\.perturbed.lastUserTurnOnly) == [true, false, false, false])
    #expect(found[3].window == .after("</think>"))
    #expect(value.defenses[1].name == "resta isotropic 1.0 k=10 l=20 last-turn perturb=tool+user")
  }

  static let wrong: [(String, String)] = [
    ("", "the file is empty"),
    ("a: [", "not YAML"),
    ("- 1", "expected keys and values"),
    ("name: x", "there is no 'datasets'"),
    ("datasets: []", "test.yaml:1: datasets: names no dataset"),
    ("name: ../../evil\ndatasets: [x]", "test.yaml:1: name: a folder gets this name"),
    ("name: a/b\ndatasets: [x]", "a folder gets this name: it has no '/'"),
    ("name: ..\ndatasets: [x]", "a folder gets this name"),
    ("name: \"a\\tb\"\ndatasets: [x]", "a folder gets this name"),
    ("datasets: [x]\ndefences: [none]", "unknown key 'defences'; did you mean 'defenses'?"),
    (
      "datasets: [x]\njudges:\n  - {type: refusal-phrases, window: 60}",
      "test.yaml:3: judges[0].window: refusal-phrases reads the whole answer since its version 2; "
        + "remove it"
    ),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, simga: 1}",
      "test.yaml:3: defenses[0]: unknown key 'simga'; did you mean 'sigma'?"
    ),
    ("datasets: [x]\ndefenses: [rseta]", "unknown type of defence 'rseta'; did you mean 'resta'?"),
    ("datasets: [x]\ndefenses:\n  - {type: resta, noise: hard}", "there is no 'sigma'"),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, sigma: lots}",
      "defenses[0].sigma: expected a number of 0 or more, not 'lots'"
    ),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, sigma: 1, samples: 0}",
      "defenses[0].samples: expected a whole number from 1 to 128, not '0'"
    ),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, sigma: 0.5, samples: []}",
      "test.yaml:3: defenses[0].samples: the list is empty"
    ),
    ("datasets: [x]\ndefenses: [{type: resta, sigma: []}]", "defenses[0].sigma: the list is empty"),
    (
      "datasets: [x]\ndefenses:\n  - {type: smoothllm, sigma: 1}",
      "unknown key 'sigma'. Known: type, name, perturbation, percent, copies."
    ),
    ("datasets: [x]\nseeds: [1, 1]", "a seed is there twice"),
    (
      "datasets: [x]\nseeds: {first: 18446744073709551615, count: 3}",
      "test.yaml:2: seeds: there are no 3 seeds from 18446744073709551615 on"
    ),
    ("datasets: [x]\nseeds: 3", "seeds: must be a list, such as [3], or {count: 3}"),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, noise: [none, hard], sigma: 1}",
      "test.yaml:3: defenses[0].noise[0]: none is no defence"
    ),
    (
      "datasets: [x]\ndefenses:\n  - {type: resta, name: a, sigma: [0.5, 0.50], samples: [2, 3]}",
      "test.yaml:3: defenses[0]: one defence is there twice: sigma=0.50 samples=2"
    ),
    (
      "datasets: [x]\n"
        + "defenses: [{type: resta, sigma: 1, tie_rule: abstain, aggregator: mean-logit}]",
      "mean-logit has no tied votes"
    ),
    ("datasets: [x]\njudges: []", "judges: names no judge"),
    ("datasets: [x]\njudges: [coherence, coherence]", "judges[1]: this judge is there twice"),
    ("datasets: [x]\nseeds: [-1]", "seeds[0]: expected a whole number from 0 to"),
    ("datasets: [x, x]", "two datasets are called 'x'"),
    ("datasets: [x]\nbaseline: nothing", "unknown baseline 'nothing'"),
    ("datasets: [{built_in: a, file: b}]", "name one place"),
    (
      "datasets:\n  - {built_in: direct, role: benign}",
      "test.yaml:2: datasets[0].role: leave it out: it is for files, and 'built_in' names none"
    ),
    ("datasets: [{built_in: direct, attack: GCG}]", "datasets[0].attack: leave it out"),
    ("datasets: [{built_in: direct, format: xstest}]", "datasets[0].format: leave it out"),
    ("datasets: [{built_in: direct, skip_bad_rows: yes}]", "datasets[0].skip_bad_rows: leave it"),
    ("datasets: [{file: a, split: tset}]", "unknown split 'tset'; did you mean 'test'?"),
    ("datasets: [x]\njudges: [{type: chat}]", "name who judges"),
    (
      "datasets: [x]\njudges: [{type: chat, endpoint: \"http://h/v1\"}]",
      "there is no 'model'"
    ),
    ("datasets: [x]\nmax_tokens: none", "expected a whole number"),
    ("datasets: [x]\nname: x\nname: y", "in there twice: 'name'"),
    ("datasets: [x]\ndefenses: [placebos]", "did you mean 'placebo'?"),
    ("datasets: [x]\ndefenses: [{type: placebo, sigma: 0.65}]", "expected a number from 0.0001 to"),
    ("datasets: [x]\ndefenses: [{type: placebo, text: \"\"}]", "expected text that is not empty"),
    (
      "datasets: [x]\ndefenses: [{type: placebo, text: x, file: y}]",
      "changes one thing, not text and file"
    ),
    ("datasets: [x]\ndefenses: [placebo, placebo]", "two defenses are called 'placebo'"),
    ("datasets: [x]\nmodel: {lora: [a.gguf]}", "model: 'lora' without 'file'"),
    ("datasets: [x]\nendpoint: {against: none}", "endpoint: there is no 'defense'"),
    ("datasets: [x]\nendpoint: {defense: none}", "no placebo among the defenses"),
    (
      "datasets: [x]\ndefenses: [placebo]\nendpoint: {defense: RESTA}",
      "endpoint.defense: unknown defence 'RESTA'"
    ),
    (
      "datasets: [x]\ndefenses: [placebo]\nendpoint: {defense: placebo}",
      "'placebo' is compared with itself"
    ),
    (
      "datasets: [x]\ndefenses: [placebo]\nendpoint: {defense: none, label: compiled}",
      "unknown label 'compiled'; did you mean 'complied'?"
    ),
    // After hours of answers no report would have them.
    (
      "datasets: [x]\ndefenses: [placebo]\nendpoint: {defense: none}",
      "endpoint: reports compare defences with the baseline ('none') and placebos, not 'none' with 'placebo'"
    ),
    (
      "datasets: [x]\ndefenses: [self-reminder, perplexity-filter]\n"
        + "endpoint: {defense: self-reminder, against: perplexity-filter}",
      "not 'self-reminder' with 'perplexity-filter'"
    ),
    (
      "datasets: [x]\ndefenses: [placebo]\nendpoint: {defense: placebo, against: none, label: refused}",
      "unknown label 'refused'"
    ),
  ]

  @Test("what is wrong is named, with its place and what was meant", arguments: wrong)
  func mistakes(text: String, expected: String) {
    let error = #expect(throws: EvaluationError.self) { try read(text) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("test.yaml") == true)
  }
}
