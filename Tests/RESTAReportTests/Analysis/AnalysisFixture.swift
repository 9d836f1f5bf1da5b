import RESTADocuments
import RESTATesting

@testable import RESTA
@testable import RESTAEvaluation
@testable import RESTAReport

/// Generations for tests of the analysis.
enum AnalysisFixture {
  /// A row with an answer of this label; what is not given does not matter to the test.
  static func row(
    _ defense: String, _ sample: Sample, _ label: AnswerLabel, seed: UInt64 = 0,
    dataset: String = "set", kind: String? = nil, settings: JSONObject = [:],
    usesSeed: Bool = false, tokens: [TokenID] = [], votes: [VoteRecord] = [], processed: Int = 10,
    hasAnswer: Bool = true, verdicts: [String: Verdict] = [:]
  ) -> GenerationRow {
    let answer = DefendedAnswer(
      text: "answer of \(defense) to \(sample.id), seed \(seed)", tokenIDs: tokens,
      stopReason: "endOfText", votes: votes, passes: processed / 10, tokensProcessed: processed,
      seconds: Double(processed) / 100)
    return GenerationRow(
      key: Digest.sha256(of: "\(defense) \(dataset) \(sample.id) \(seed)"), dataset: dataset,
      sample: sample, defense: defense, kind: kind ?? defense, settings: settings,
      usesSeed: usesSeed, seed: seed, answer: hasAnswer ? answer : nil,
      failure: hasAnswer ? nil : "engine failed", verdicts: verdicts, label: label)
  }

  static func sample(
    _ id: String, _ role: Sample.Role = .adversarial, behavior: String? = nil,
    category: String? = nil, attack: String? = nil
  ) -> Sample {
    Sample(
      id: id, role: role, prompt: "prompt \(id) [\(role.rawValue)]", behavior: behavior,
      category: category, attack: attack)
  }

  static func vote(
    _ position: Int, margin: Int, of asked: Int, tieBreak: TieBreak? = nil
  ) -> VoteRecord {
    VoteRecord(
      position: position, tokenID: 1, counts: [.init(tokenID: 1, count: (asked + margin) / 2)],
      asked: asked, margin: margin, tieBreak: tieBreak)
  }

  /// One prompt for each label, `p0`, `p1`, ..., each a cluster of its own.
  static func rows(
    _ defense: String, _ role: Sample.Role, _ labels: [AnswerLabel], seed: UInt64 = 0,
    kind: String? = nil, settings: JSONObject = [:], processed: Int = 10
  ) -> [GenerationRow] {
    labels.enumerated().map { index, label in
      row(
        defense, sample("\(role.rawValue)-\(index)", role), label, seed: seed, kind: kind,
        settings: settings, processed: processed)
    }
  }

  /// So many complying answers, then so many refused ones.
  static func labels(complied: Int, refused: Int) -> [AnswerLabel] {
    Array(repeating: .complied, count: complied) + Array(repeating: .refused, count: refused)
  }

  static func report(
    _ rows: [GenerationRow], _ options: AnalysisOptions = .init(), draws: Int = 200
  ) -> Report {
    var options = options
    options.bootstrap = ClusterBootstrap(draws: draws)
    return Analysis.completing(
      Report(title: "title", command: "command"), from: rows, options: options)
  }

  /// Three datasets, four defences, two seeds where the seed matters, every label, votes, attacks and
  /// categories.
  static func evaluation(seed: UInt64) -> [GenerationRow] {
    var generator = SeededGenerator(seed: seed)
    var rows: [GenerationRow] = []
    for (dataset, role) in [
      ("artifacts", Sample.Role.adversarial), ("goals", .direct), ("questions", .benign),
    ] {
      for index in 0..<8 {
        let sample = sample(
          "\(index)", role, behavior: role == .benign ? nil : "behavior \(index / 2)",
          category: "category \(index % 3)", attack: role == .adversarial ? "A\(index % 2)" : nil)
        for defense in ["none", "resta-low", "resta-high", "filter"] {
          let isRESTA = defense.hasPrefix("resta")
          var settings: JSONObject = [:]
          if isRESTA {
            settings = [
              "noise": .string("gaussian"), "sigma": .number(defense == "resta-low" ? 0.5 : 1),
            ]
          }
          for seed in UInt64(0)..<(isRESTA ? 2 : 1) {
            let votes = (0..<3).map { position in
              vote(position, margin: generator.integer(in: 0...5), of: 5)
            }
            let tokens = (0..<5).map { _ in TokenID(generator.integer(in: 1...3)) }
            rows.append(
              row(
                defense, sample, generator.element(of: AnswerLabel.allCases), seed: seed,
                dataset: dataset, kind: isRESTA ? "resta" : defense, settings: settings,
                usesSeed: isRESTA, tokens: tokens,
                votes: isRESTA ? votes : [], processed: generator.integer(in: 1...1000),
                hasAnswer: generator.chance(0.95)))
          }
        }
      }
    }
    return rows
  }
}
