import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

/// Prompts whose answers are right or wrong.
@Suite("Accepted answers") struct AcceptedAnswerTests {
  static let cases: [(answer: String, accepted: [String], rejected: [String], holds: Bool)] = [
    ("43", ["43"], [], true), ("The answer is 43.", ["43"], [], true),
    ("\\(17 + 26 = **43**\\)", ["43"], [], true), ("143", ["43"], [], false),
    ("430", ["43"], [], false), ("43.5", ["43"], [], false), ("43.0", ["43"], [], true),
    ("43.50", ["43.5"], [], true), ("1,625", ["1625"], [], true), ("1'625", ["1625"], [], true),
    ("1\u{202F}625 pencils", ["1625"], [], true), ("1625", ["1,625"], [], true),
    ("1,62", ["1625"], [], false), ("1,6250", ["1625"], [], false),
    ("7, 19, 42", ["7 19 42"], [], true), ("7,19,42", ["7 19 42"], [], true),
    ("42, 19, 7", ["7 19 42"], [], false), ("-5", ["-5"], [], true),
    ("\u{2212}5", ["-5"], [], true), ("3-5", ["-5"], [], false), ("5", ["-5"], [], false),
    ("The answer is .5", ["5"], [], false), ("It is .50.", ["0.5"], [], true),
    ("0.5", [".5"], [], true), ("$.25", ["0.25"], [], true), ("-.5", ["-0.5"], [], true),
    ("It is ...5", ["5"], [], true), ("See No.5", ["5"], [], true), ("1.2.5", ["5"], [], true),
    ("It is forty-three.", ["43", "forty three"], [], true), ("60km", ["60"], [], true),
    ("PARIS!", ["Paris"], [], true), ("Parisian", ["Paris"], [], false),
    ("It is CO₂.", ["CO2", "co₂"], [], true), ("", ["a"], [], false), ("...", ["a"], [], false),
    ("Apple,\nmango and pear", ["apple mango pear"], [], false),
    ("Apple,\nMango, Pear", ["apple mango pear"], [], true),
    ("Yes, it is.", ["yes"], ["no"], true), ("No. Yes-men differ.", ["yes"], ["no"], false),
    ("Yes: there is no doubt.", ["yes"], ["no"], true), ("Nobody knows.", ["no"], ["yes"], false),
    // The weakness that is documented: a wrong answer that mentions the right one.
    ("17 + 26 is 43, no: 44", ["43"], [], true),
  ]

  @Test(arguments: cases.indices)
  func `words and numbers are found as a whole, and the first decides`(index: Int) {
    let one = Self.cases[index]
    let answers = AcceptedAnswers(accepted: one.accepted, rejected: one.rejected)
    #expect(answers.holds(for: one.answer) == one.holds, "\(one)")
  }

  /// Numbers of all sizes, in every spelling, among other numbers.
  @Test func `a number is found in any spelling, and no other number is taken for it`() {
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<500 {
      let number = generator.integer(in: 0...9_999_999)
      let other = number + generator.integer(in: 1...1000) * (generator.chance(0.5) ? 10 : 1)
      let separator = generator.element(of: ["", ",", "'", "\u{2019}", "\u{A0}", "\u{202F}"])
      var digits = String(number), groups: [String] = []
      while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
      }
      let written = ([digits] + groups).joined(separator: separator)
      let frame = generator.element(of: ["", "It is ", "= **", "$", "(", "x="])
      let end = generator.element(of: ["", ".", "!", "**", ".00", " km", ")"])
      let answers = AcceptedAnswers(accepted: ["\(number)"])
      #expect(answers.holds(for: frame + written + end), "\(frame + written + end)")
      #expect(!answers.holds(for: "\(frame)\(other)\(end)"), "\(other) for \(number)")
    }
  }

  @Test func `the built-in set is split, and neither its prompts nor their opposites are answers`()
    throws
  {
    let samples = try Dataset.builtIn(.checkable).samples
    #expect(samples.count == 60)
    #expect(try Dataset.builtIn(.checkable, split: .development).samples.count == 24)
    #expect(Set(samples.map(\.category)) == ["arithmetic", "fact", "instruction"])
    for sample in samples {
      let answers = try #require(sample.answers, "\(sample.id)")
      #expect(sample.role == .benign)
      for answer in answers.accepted { #expect(answers.holds(for: "It is \(answer).")) }
      for answer in answers.rejected { #expect(!answers.holds(for: "It is \(answer).")) }
      if answers.rejected.isEmpty { #expect(!answers.holds(for: sample.prompt), "\(sample.id)") }
      let others = samples.filter { $0.answers != answers }.compactMap(\.answers?.accepted.first)
      #expect(others.count { answers.holds(for: $0) } <= 1, "\(sample.id)")
    }
  }

  static let mistakes: [String] = [
    #""accepted":[]"#, #""accepted":[1]"#, #""accepted":["?"]"#, #""rejected":["no"]"#,
    #""accepted":["a"],"rejected":[]"#, #""accepted":null"#, #""accepted":"a""#,
  ]

  @Test(arguments: mistakes)
  func `what no answer can be checked by is an error with its place`(fields: String) throws {
    let text = #"{"id":"a","role":"benign","prompt":"p","# + fields + "}\n"
    let error = #expect(throws: DocumentError.self) {
      try DatasetFixtures.read(text, name: "f.jsonl")
    }
    #expect(error?.message.hasPrefix("f.jsonl:1") == true)
  }
}
