import RESTA
import RESTATesting
import Testing

@Suite("Logits")
struct LogitMathTests {
  @Test(
    "have the first of the largest as their maximum",
    arguments: [
      ([1], 0), ([1, 3, 2], 1), ([2, 2, 2], 0), ([-5, -1, -1], 1),
      ([-.infinity, -.infinity, -3], 2), ([-0.0, 0.0], 0), ([0, .greatestFiniteMagnitude], 1),
    ] as [([Float], Int)])
  func argmax(logits: [Float], token: Int) throws {
    #expect(try Logits.argmax(logits) == token)
    #expect(try Logits.argmax(logits.span) == token)
  }

  @Test(
    "that are not a distribution are refused",
    arguments: [
      ([], .engineFailed), ([.nan], .nonFiniteOutput), ([1, .nan, 2], .nonFiniteOutput),
      ([1, .infinity], .nonFiniteOutput), ([-.infinity, -.infinity], .nonFiniteOutput),
    ] as [([Float], RESTAError.Code)])
  func refused(logits: [Float], code: RESTAError.Code) {
    let sampler = TokenSampler(SamplingSettings(temperature: 1, topP: 0.9), seed: 0)
    let functions: [() throws -> Void] = [
      { _ = try Logits.argmax(logits) }, { _ = try Logits.argmax(logits.span) },
      { _ = try Logits.logSumExp(logits) }, { _ = try Logits.logSumExp(logits.span) },
      { _ = try Logits.logSoftmax(logits) },
      { _ = try sampler.sample(logits: logits, position: 0) },
    ]
    for function in functions {
      let error = #expect(throws: RESTAError.self) { try function() }
      #expect(error?.code == code)
    }
  }

  @Test("have the log-probabilities of their softmax")
  func logSoftmax() throws {
    // Probabilities 1/4, 3/4.
    let found = try Logits.logSoftmax([0, 1.0986123])
    #expect(abs(found[0] - -1.3862943611) < 1e-7)
    #expect(abs(found[1] - -0.2876820724) < 1e-7)
    #expect(try Logits.logSoftmax([7]) == [0])
    #expect(try Logits.logSoftmax([7, -.infinity]) == [0, -.infinity])
  }

  @Test("do not overflow at the largest values, nor lose the smallest")
  func extremes() throws {
    let largest = Float.greatestFiniteMagnitude
    #expect(try Logits.logSumExp([largest, largest]) == Double(largest))
    #expect(try Logits.logSumExp([-largest, -largest]) == -Double(largest))
    let found = try Logits.logSoftmax([1000, 999])
    #expect(abs(found[0] - -0.3132616875) < 1e-9)
    #expect(abs(found[1] - -1.3132616875) < 1e-9)
  }

  @Test("have probabilities that sum to 1 and do not change when all logits shift")
  func properties() throws {
    var generator = SeededGenerator(seed: 11)
    for number in 0..<300 {
      let logits = generator.floats(generator.integer(in: 1...200)).map {
        ($0 * 512).rounded() / 16
      }
      let found = try Logits.logSoftmax(logits)
      #expect(try Logits.logSumExp(logits.span) == Logits.logSumExp(logits), "case \(number)")
      // Eighths and sixteenths shift without rounding.
      let shifted = try Logits.logSoftmax(logits.map { $0 + 64.5 })
      for (a, b) in zip(found, shifted) {
        #expect(abs(a - b) < 1e-11, "case \(number): \(logits)")
        #expect(a <= 0, "case \(number): \(logits)")
      }
      // Σ p = 1 is Σ exp(log p) = 1, that is, its logarithm is 0; Float(log p) rounds by 4e-6 at most.
      #expect(
        abs(try Logits.logSumExp(found.map { Float($0) })) < 1e-5, "case \(number): \(logits)")
    }
  }
}
