import Foundation
import RESTA
import RESTAEvaluation
import RESTATesting
import Testing

@testable import RESTAReport

@Suite("Meaning under noise")
struct MeaningStudyTests {
  /// What it says depends on the prompt and, where there is noise, on the noise.
  private let model = ScriptedModel { context in
    var logits = [Float](repeating: 0, count: ScriptedTokenizer().vocabularySize)
    let values = context.embeddings?.values ?? []
    // Rows that are the clean ones say what their tokens say.
    let isNoisy = values.contains { $0 != $0.rounded() }
    let noise = isNoisy ? values.reduce(UInt32(0)) { $0 &+ $1.bitPattern } : 0
    logits[97 + Int(noise % 5) + context.promptLength % 5] = 4
    return logits
  }

  private func study(_ kind: NoiseKind, _ sigmas: [Double]) throws -> MeaningStudy {
    MeaningStudy(
      model: model,
      template: try ChatTemplate(
        source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>"),
      defenses: sigmas.map { sigma in
        RestaDefense(
          DefenseSettings(
            noise: NoiseSettings(kind: kind, sigma: Sigma(value: sigma, unit: .absolute)),
            samples: 3, prefix: .tokens(4)))
      }, maximumTokens: 6)
  }

  private static let kinds: [NoiseKind] = [.isotropic, .hard, .soft, .orthogonal]

  @Test("without noise nothing is lost, and nothing leaks", arguments: kinds)
  func noNoise(kind: NoiseKind) async throws {
    let study = try self.study(kind, [0])
    var prompts: [PromptMeaning] = []
    for (number, text) in ["Hello there", "One more", "naïve 你好"].enumerated() {
      prompts.append(try await study.measure(text, number: number, seed: 7))
    }
    let point = MeaningPoint(0, name: "none", in: prompts)
    let bytes = ["Hello there", "One more", "naïve 你好"].reduce(0) { $0 + $1.utf8.count }
    #expect(point.cosine.n == bytes && point.ownByCosine.n == bytes)
    #expect(point.cosine.value == 1 && point.normRatio.value == 1 && point.signFlips.value == 0)
    #expect(point.ownByCosine.share == 1)
    // The longest row of the scripted table has the largest product with each.
    #expect(point.ownByProduct.share == 0)
    #expect(point.divergence.value == 0 && point.divergenceOfMean.value == 0)
    #expect(point.sameToken.share == 1 && point.sameTokenInMean.share == 1)
    #expect(point.oneCopy.value == 1 && point.vote.value == 1)
    #expect(point.vote.n == 3 && (point.vote.low ?? 1) < 1)
    #expect(model.openReservations == 0)
  }

  @Test("strong noise loses, the seed decides, and the tables name each setting", arguments: kinds)
  func strongNoise(kind: NoiseKind) async throws {
    let study = try self.study(kind, [0.5, 200])
    func measure(_ seed: UInt64) async throws -> [MeaningPoint] {
      var prompts: [PromptMeaning] = []
      for number in 0..<8 {
        prompts.append(
          try await study.measure(
            "Prompt number \(number)", number: number, seed: seed + UInt64(number)))
      }
      return [0, 1].map { MeaningPoint($0, name: "\(kind) \($0)", in: prompts) }
    }
    let points = try await measure(1)
    let (weak, strong) = (points[0], points[1])
    #expect((strong.cosine.value ?? 1) < (weak.cosine.value ?? 0))
    #expect((strong.ownByCosine.share ?? 1) < 1)
    #expect((strong.oneCopy.value ?? 1) < 1 && strong.divergence.value.map { $0 > 0 } == true)
    // The mean of distributions is nearer than one of them where they differ.
    #expect((strong.divergenceOfMean.value ?? 9) < (strong.divergence.value ?? 0))
    #expect(try await measure(1).map(\.cosine) == points.map(\.cosine))
    #expect(try await measure(2).map(\.cosine) != points.map(\.cosine))
    let tables = MeaningPoint.tables(points)
    #expect(tables.count == 3)
    for table in tables {
      #expect(table.rows.map(\.first) == ["\(kind) 0", "\(kind) 1"])
      #expect(table.rows.allSatisfy { $0.count == table.head.count })
    }
    #expect(tables[1].rows[0].last == "8" && tables[2].rows[0].last == "8")
  }

  @Test("one copy is the first of those that vote")
  func firstCopy() async throws {
    let defenses = [1, 5].map { samples in
      RestaDefense(
        DefenseSettings(
          noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 9, unit: .absolute)),
          samples: samples, prefix: .tokens(4)))
    }
    let study = MeaningStudy(
      model: model,
      template: try ChatTemplate(source: "{{ messages[0].content }}<model>"), defenses: defenses,
      maximumTokens: 6)
    var begun: [Int] = []
    let found = try await study.measure("Which copy?", number: 4, seed: 11) { begun.append($0) }
    #expect(begun == [0, 1] && found.prompt == 4 && found.seed == 11)
    let (alone, first) = (found.settings[0], found.settings[1])
    #expect(alone.oneCopy.text == first.oneCopy.text && alone.vote.text == first.oneCopy.text)
    #expect(alone.prediction.divergence == first.prediction.divergence)
    #expect(alone.prediction.divergence == alone.prediction.divergenceOfMean)
    #expect(alone.tokens.map(\.cosine) == first.tokens.map(\.cosine))
  }
}
