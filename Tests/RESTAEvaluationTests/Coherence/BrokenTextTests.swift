import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Text that says nothing") struct BrokenTextTests {
  @Test func `every rule says of every text what the Python rules say`() throws {
    let texts = try CoherenceGolden.load().texts
    #expect(texts.count > 200)
    for example in texts {
      let text = example.text
      #expect(BrokenText.distinctShare(text) == example.distinct_share, "\(text.debugDescription)")
      #expect(BrokenText.hasRun(text) == example.has_run, "\(text.debugDescription)")
      #expect((BrokenText.fault(of: text) != nil) == example.is_broken, "\(text.debugDescription)")
    }
  }

  @Test func `a quantile is what NumPy's percentile gives, to the bit`() throws {
    let golden = try CoherenceGolden.load()
    #expect(golden.limits.contains { $0.limit > 40 })
    for example in golden.limits {
      let quantile = try #require(LinearQuantile.of(example.perplexities, at: 0.99))
      #expect(max(40, 2 * quantile) == example.limit)
    }
    #expect(CoherenceJudge.firstTokens == golden.rules.first_tokens)
    #expect(CoherenceJudge.leastTokens == golden.rules.least_tokens)
  }

  @Test(arguments: [
    ("", "no letter"), ("?!", "no letter"), ("ha ha ha ha", "short word"),
    ("one two three four five one two three four one two three four", "few words"),
  ])
  func `the fault is named without the text`(text: String, part: String) throws {
    // 5 of 13 words differ in the last one, which is a share of 0.38.
    let fault = BrokenText.fault(of: text)
    if text.hasPrefix("one") {
      #expect(fault == nil)
      #expect(BrokenText.fault(of: text + " one two")?.contains(part) == true)
    } else {
      #expect(fault?.contains(part) == true)
    }
  }
}
