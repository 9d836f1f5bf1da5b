import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("Selecting prompts") struct DatasetSelectionTests {
  private static let dataset = Dataset(
    name: "d", source: "f", sha256: "",
    samples: (0..<30).map { number in
      Sample(
        id: "\(number)", role: Sample.Role.allCases[number % 3], prompt: "p\(number)",
        behavior: number % 3 == 2 ? nil : "b\(number / 3)", category: number < 15 ? "low" : nil,
        attack: number % 3 == 1 ? ["gcg", "pair"][number % 2] : nil)
    }, rows: 33, nulls: 3)

  private func ids(_ selection: DatasetSelection) throws -> [Int] {
    try Self.dataset.selecting(selection).samples.compactMap { Int($0.id) }
  }

  @Test func `without conditions everything stays`() throws {
    #expect(try Self.dataset.selecting(DatasetSelection()) == Self.dataset)
  }

  @Test func `role and category hold together, in the data's order`() throws {
    #expect(try ids(DatasetSelection(role: .benign)) == Array(stride(from: 2, to: 30, by: 3)))
    #expect(try ids(DatasetSelection(categories: ["low"])) == Array(0..<15))
    #expect(try ids(DatasetSelection(role: .direct, categories: ["low"])) == [0, 3, 6, 9, 12])
  }

  @Test func `rows and nulls go on saying what the data has`() throws {
    let selected = try Self.dataset.selecting(DatasetSelection(limit: 1))
    #expect(selected.rows == 33)
    #expect(selected.nulls == 3)
  }

  @Test(arguments: [
    (3, [0, 10, 20]), (4, [0, 7, 15, 22]),
    (1, [0]), (30, Array(0..<30)), (31, Array(0..<30)),
  ])
  func `a limit spreads over all`(
    limit: Int, expected: [Int]
  ) throws {
    #expect(try ids(DatasetSelection(limit: limit)) == expected)
  }

  @Test func `a limit counts what the other conditions leave`() throws {
    #expect(try ids(DatasetSelection(role: .benign, limit: 5)) == [2, 8, 14, 20, 26])
  }

  // Python: int.from_bytes(hashlib.sha256(("resta-split-1:" + cluster).encode()).digest()[:8], "big")
  // / 2**64 gives 0.7037, 0.2073, 0.0896, 0.8003, 0.1431, 0.4024.
  @Test(arguments: [
    ("Defamation", 0.703, 0.704), ("Body shaming", 0.207, 0.208), ("xstest-1", 0.089, 0.090),
    ("g001", 0.800, 0.801), ("", 0.143, 0.144), ("Privacy violation in Z\u{FC}rich", 0.402, 0.403),
  ])
  func `the side of a cluster is that of an independent implementation`(
    cluster: String, below: Double, above: Double
  ) {
    #expect(DataSplit.side(of: cluster, developmentShare: below) == .test)
    #expect(DataSplit.side(of: cluster, developmentShare: above) == .development)
  }

  @Test(arguments: [0.0, 0.1, 0.5, 0.9, 1.0])
  func `the sides are disjoint, complete, and never part a behavior`(share: Double) throws {
    func side(_ split: DataSplit) -> [Sample] {
      let selection = DatasetSelection(split: split, developmentShare: share)
      return (try? Self.dataset.selecting(selection).samples) ?? []
    }
    let development = side(.development)
    let test = side(.test)
    #expect(development.count + test.count == 30)
    #expect(Set(development.map(\.cluster)).isDisjoint(with: test.map(\.cluster)))
    if share == 0 { #expect(development.isEmpty) }
    if share == 1 { #expect(test.isEmpty) }
  }

  @Test func `a prompt that is there more than once is on one side, its behavior's or the first's`()
    throws
  {
    let samples = (0..<60).map { number in
      Sample(
        id: "\(number)", role: .benign, prompt: "p\(number % 30)",
        behavior: number == 40 ? "b" : nil)
    }
    let data = Dataset(name: "d", source: "", sha256: "", samples: samples, rows: 60)
    for side in DataSplit.allCases {
      let selection = DatasetSelection(split: side, developmentShare: 0.5)
      let expected = (0..<60).filter { number in
        let cluster = number % 30 == 10 ? "b" : "\(number % 30)"
        return DataSplit.side(of: cluster, developmentShare: 0.5) == side
      }
      #expect(try data.selecting(selection).samples.map(\.id) == expected.map { "\($0)" })
    }
  }

  @Test func `attacks on one goal are on one side, that of its behavior where one of them has it`()
    throws
  {
    let samples = (0..<120).map { number in
      let goal = number % 30
      return Sample(
        id: "\(number)", role: .adversarial, prompt: "p\(number)",
        behavior: goal == 10 && number > 60 ? "b" : nil, goal: "g\(goal)")
    }
    let data = Dataset(name: "d", source: "", sha256: "", samples: samples, rows: 120)
    for side in DataSplit.allCases {
      let expected = (0..<120).filter { number in
        let cluster = number % 30 == 10 ? "b" : "g\(number % 30)"
        return DataSplit.side(of: cluster, developmentShare: 0.5) == side
      }
      let selection = DatasetSelection(split: side, developmentShare: 0.5)
      #expect(try data.selecting(selection).samples.map(\.id) == expected.map { "\($0)" })
    }
  }

  @Test func `a file that puts a goal of ours on the other side is refused`() throws {
    let own = try #require(Dataset.builtIn(.direct, split: .test).samples.first)
    let attack = Sample(id: "a", role: .adversarial, prompt: "p", goal: own.prompt)
    let data = Dataset(name: "d", source: "", sha256: "", samples: [attack], rows: 1)
    for side in DataSplit.allCases {
      let error = #expect(throws: EvaluationError.self) {
        try data.selecting(DatasetSelection(split: side), splits: ["a": .development])
      }
      #expect(
        error?.message
          == "d: the prompt 'a' is one of ours or an attack on it, and on the test side; the data "
          + "says development")
    }
    let found = try data.selecting(DatasetSelection(split: .test), splits: ["a": .test])
    #expect(found.samples == [attack])
  }

  @Test func `our own goals are on their own side, wherever they stand`() throws {
    for side in DataSplit.allCases {
      let own = try Dataset.builtIn(.direct, split: side).samples
      #expect(own.count >= 40)
      // As in an artifact of an attack: under other ids, with suffixes, without a split.
      let found = own.enumerated().map { index, sample in
        Sample(
          id: "\(index)", role: .adversarial, prompt: sample.prompt + " !!", behavior: "b\(index)",
          goal: sample.prompt)
      }
      let data = Dataset(name: "d", source: "", sha256: "", samples: found, rows: found.count)
      #expect(try data.selecting(DatasetSelection(split: side)).samples == found)
      let other: DataSplit = side == .test ? .development : .test
      let error = #expect(throws: EvaluationError.self) {
        try data.selecting(DatasetSelection(split: other))
      }
      #expect(error?.message.hasSuffix("(the \(other.rawValue) side of the split)") == true)
    }
  }

  @Test func `the share is kept, within chance`() {
    // 2000 clusters at 0.3: the standard deviation of the share is 0.0102; 5 of them.
    let count = (0..<2000).count {
      DataSplit.side(of: "cluster \($0)", developmentShare: 0.3) == .development
    }
    #expect(abs(Double(count) / 2000 - 0.3) < 0.051)
  }

  @Test(arguments: [
    (
      DatasetSelection(categories: ["hgih"]), "d: no prompt has the category 'hgih'; there are: low"
    ),
    (
      DatasetSelection(split: .development, developmentShare: 0),
      "d: none of 30 prompts fits the selection (the development side of the split)"
    ),
    (DatasetSelection(limit: 0), "d: the limit must be at least 1"),
    (DatasetSelection(limit: -1), "d: the limit must be at least 1"),
    (DatasetSelection(developmentShare: 1.5), "d: the development share must be in 0...1"),
    (DatasetSelection(developmentShare: .nan), "d: the development share must be in 0...1"),
  ])
  func `a selection of nothing is an error`(selection: DatasetSelection, message: String) {
    let error = #expect(throws: EvaluationError.self) { try Self.dataset.selecting(selection) }
    #expect(error?.message == message)
    #expect(error?.code == .invalidConfiguration)
  }
}
