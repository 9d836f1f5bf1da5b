import RESTA
import RESTADocuments
import RESTATesting
import Testing

@Suite("A table of calibrations")
struct CalibrationTableTests {
  private func entry(_ generator: inout SeededGenerator) -> CalibrationTable.Entry {
    func digest() -> String { Digest.sha256(of: "\(generator.next())") }
    let kind = generator.element(of: NoiseKind.allCases.filter { $0 != .none })
    let adapters = (0..<generator.integer(in: 0...2)).map { _ in
      (sha256: digest(), scale: Double(generator.integer(in: -8...8)) / 4)
    }
    return CalibrationTable.Entry(
      model: "model \(generator.integer(in: 0...999)) \"ü\"",
      weights: CalibrationTable.Weights(model: digest(), adapters: adapters),
      bytes: generator.integer(in: 1...1 << 40),
      setting: CalibratedSetting(
        noise: NoiseSettings(
          kind: kind,
          sigma: Sigma(value: Double(generator.integer(in: 1...400)) / 100, unit: .relative),
          powerMatched: kind.isDirectional && generator.chance(0.3)),
        samples: generator.integer(in: 1...128),
        prefix: generator.chance(0.1) ? .all : .tokens(generator.integer(in: 1...99))),
      measured: ["answered": .string("9 of 10"), "n": .integer(10)])
  }

  @Test("reads what it writes, and an entry of the same weights replaces the other")
  func roundTrip() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var table = CalibrationTable()
      for _ in 0..<generator.integer(in: 0...5) { table.set(entry(&generator)) }
      let read = try CalibrationTable(Array(table.json.utf8), file: "t.json", origin: .own)
      #expect(read == table, "seed \(seed)")
      guard var first = table.entries.first else { continue }
      first.setting.samples = 3
      let count = table.entries.count
      table.set(first)
      #expect(table.entries.count == count && table[first.weights] == first, "seed \(seed)")
    }
  }

  private static let good = """
    {"format": "resta-calibrations/1", "models": [{"model": "m", "weights": "\(digest)", "bytes": 5, \
    "noise": "hard", "sigma": 0.5, "sigma_unit": "relative", "power_matched": false, "samples": 10, \
    "prefix": 20, "measured": {}}]}
    """
  private static let digest = String(repeating: "0a", count: 32)

  @Test(
    "names what is wrong with it",
    arguments: [
      ("{\"format\"", "{'format'", "t.json:1:2"),
      ("calibrations/1", "calibrations/2", "another table"),
      ("\"models\": [", "\"model\": [", "did you mean 'models'"),
      ("\"sigma\": 0.5, ", "", "no 'sigma'"), ("0.5", "-0.5", "'sigma' must be"),
      ("0.5", "0", "no defence"), ("0.5", "\"much\"", "'sigma' must be"),
      ("\"hard\"", "\"none\"", "no defence"), ("\"hard\"", "\"loud\"", "'noise' must be"),
      ("\"prefix\": 20", "\"prefix\": 0", "no defence"),
      ("\"samples\": 10", "\"samples\": 0", "'samples' must be"),
      ("\"hard\"", "\"isotropic\", \"nois\": 1", "did you mean 'noise'"),
      ("\"bytes\": 5", "\"bytes\": 0", "'bytes' must be"),
      ("\"measured\": {}", "\"measured\": 1", "'measured' must be"),
      ("0a0a\"", "0a0\"", "'weights' must be"), ("0a0a\"", "0a0a+x\"", "'weights' must be"),
      ("\"model\": \"m\"", "\"model\": \"\"", "'model' must be"),
      ("\"model\": \"m\"", "\"model\": \"m\", \"model\": \"n\"", "t.json:1:"),
    ])
  func malformed(part: String, other: String, message: String) throws {
    #expect(throws: Never.self) {
      try CalibrationTable(Array(Self.good.utf8), file: "t.json", origin: .own)
    }
    let text = Self.good.replacing(part, with: other, maxReplacements: 1)
    try #require(text != Self.good)
    let error = try #require(throws: DocumentError.self) {
      try CalibrationTable(Array(text.utf8), file: "t.json", origin: .own)
    }
    #expect(error.message.contains("t.json") && error.message.contains(message), "\(error)")
  }

  @Test("refuses weights that are there twice, and no bytes at all")
  func twice() {
    let entry = Self.good.dropFirst(44).dropLast(2)
    let text = Self.good.replacing("]}", with: "") + ", \(entry)]}"
    for text in [text, ""] {
      #expect(throws: DocumentError.self) {
        try CalibrationTable(Array(text.utf8), file: "t.json", origin: .own)
      }
    }
  }
}
