import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation

/// The built-in sets, against the files that `Tools/evaluation-data/make.py` makes them from.
@Suite("Built-in prompts") struct BuiltInTests {
  private struct Goal: Decodable {
    var id: String
    var split: DataSplit
    var category: String
    var goal: String
  }

  private struct Attack: Decodable {
    var id: String
    var split: DataSplit
    var behavior: String
    var attack: String
    var prompt: String
    var broken: Bool
  }

  private static func text(_ path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    return try String(contentsOf: root.appending(path: path).standardizedFileURL, encoding: .utf8)
  }

  private static func rows<Row: Decodable>(_ path: String, of type: Row.Type) throws -> [Row] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text(path).split(separator: "\n").map {
      try decoder.decode(Row.self, from: Data($0.utf8))
    }
  }

  private static func goals() throws -> [Goal] {
    try rows("Tools/alignment/data/goals.jsonl", of: Goal.self)
  }

  @Test(arguments: [nil, DataSplit.development, .test])
  func `direct requests are the goals of the test model's recipe`(split: DataSplit?) throws {
    let goals = try Self.goals().filter { split == nil || $0.split == split }
    let dataset = try Dataset.builtIn(.direct, split: split)
    #expect(goals.count == (split == nil ? 100 : split == .test ? 60 : 40))
    #expect(
      dataset.samples
        == goals.map {
          Sample(
            id: $0.id, role: .direct, prompt: $0.goal, behavior: $0.id, goal: $0.goal,
            category: $0.category)
        })
  }

  static let attacks: [(BuiltInName, DataSplit?, Int)] = [
    (.adversarial, nil, 144), (.adversarial, .development, 48), (.adversarial, .test, 96),
    (.broken, nil, 107), (.broken, .development, 40), (.broken, .test, 67),
  ]

  @Test(arguments: attacks)
  func `attacks are all that were tried or all that broke, byte for byte, and nothing else`(
    name: BuiltInName, split: DataSplit?, count: Int
  ) throws {
    let attacks = try Self.rows("Adapters/smollm2-135m-aligned/attacks.jsonl", of: Attack.self)
      .filter { ($0.broken || name == .adversarial) && (split == nil || $0.split == split) }
    let goals = try Self.goals()
    let samples = try Dataset.builtIn(name, split: split).samples
    #expect(samples.count == attacks.count)
    #expect(attacks.count == count)
    for attack in attacks {
      let sample = try #require(samples.first { $0.id == attack.id })
      let goal = try #require(goals.first { $0.id == attack.behavior })
      #expect(sample.prompt.utf8.elementsEqual(attack.prompt.utf8), "\(attack.id)")
      #expect(sample.role == .adversarial)
      #expect(sample.attack == attack.attack)
      #expect(sample.behavior == goal.id)
      #expect(sample.goal == goal.goal)
      #expect(sample.category == goal.category)
    }
  }

  @Test func `benign prompts are those of the list, and none is one of the training's`() throws {
    let listed = try Self.text("Tools/evaluation-data/benign.txt").split(separator: "\n")
    let samples = try Dataset.builtIn(.benign).samples
    #expect(samples.map { "\($0.category ?? "")|\($0.prompt)" } == listed.map(String.init))
    #expect(samples.count { $0.category == "sounds-alarming" } >= 20)
    #expect(samples.count { $0.category != "sounds-alarming" } >= 60)
    let trained = try Self.text("Tools/alignment/data/benign.txt").split(separator: "\n")
    #expect(
      Set(trained.map { $0.lowercased() }).isDisjoint(with: samples.map { $0.prompt.lowercased() }))
  }

  @Test func `each split has benign prompts of both kinds, and no prompt is on both`() throws {
    let development = try Dataset.builtIn(.benign, split: .development).samples
    let test = try Dataset.builtIn(.benign, split: .test).samples
    #expect(development.count + test.count == (try Dataset.builtIn(.benign).samples.count))
    #expect(Set(development.map(\.id)).isDisjoint(with: test.map(\.id)))
    for side in [development, test] {
      #expect(side.count { $0.category == "sounds-alarming" } >= 8)
      #expect(side.count { $0.category != "sounds-alarming" } >= 20)
    }
  }

  @Test(arguments: BuiltInName.allCases)
  func `the sets name the resource they are from, which stays small`(name: BuiltInName) throws {
    let file = name == .checkable ? "checkable" : "built-in"
    let resource = try Self.text("Sources/RESTAEvaluation/Resources/\(file).jsonl")
    #expect(resource.utf8.count < 60_000)
    let dataset = try Dataset.builtIn(name)
    #expect(dataset.sha256 == Digest.sha256(of: resource))
    #expect(dataset.source == "built-in")
    #expect(dataset.name == name.rawValue)
    #expect(dataset.rows == dataset.samples.count)
  }

  @Test func `a selection of the built-in sets is like any other`() throws {
    let selection = DatasetSelection(
      categories: ["sounds-alarming"], split: .test, limit: 5)
    let samples = try Dataset.builtIn(.benign, selection: selection).samples
    #expect(samples.count == 5)
    #expect(samples.allSatisfy { $0.category == "sounds-alarming" })
    let error = #expect(throws: EvaluationError.self) {
      try Dataset.builtIn(.benign, selection: DatasetSelection(categories: ["gcg"]))
    }
    #expect(error?.message.hasPrefix("benign: no prompt has the category 'gcg'; there are") == true)
  }
}
