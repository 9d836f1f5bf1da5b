import RESTATesting
import Testing

@testable import RESTA

@Suite("Seeds")
struct SeedTests {
  private func generation(
    _ model: ScriptedModel, noise: UInt64?, sampling: UInt64?, generator: UInt64 = 1
  ) throws -> Generation {
    try Generation(
      model: model, prompt: Fixture.short(), defense: Fixture.defense(l: .tokens(2), seed: noise),
      options: GenerationOptions(
        maximumTokens: 30, sampling: SamplingSettings(temperature: 1, seed: sampling)),
      decoder: .reference, generator: SeededGenerator(seed: generator), clock: ContinuousClock())
  }

  /// Its predictions depend on the noise, and leave something to sampling.
  private func model() -> ScriptedModel {
    ScriptedModel { context in
      let bits = (context.embeddings?.values ?? []).map { UInt64($0.bitPattern) }
      var own = SeededGenerator(seed: SeededGenerator.hash(bits + context.answer.map(UInt64.init)))
      return (0..<Fixture.vocabulary).map {
        (97...122).contains($0) ? Float(own.integer(in: 0...9)) : -30
      }
    }
  }

  private func noise(_ model: ScriptedModel) -> [EmbeddingMatrix] {
    model.recordedPasses.joined().compactMap(\.matrix)
  }

  @Test(
    "that are given are used and reported, 0 included", arguments: [0, 1, 42, .max] as [UInt64])
  func given(seed: UInt64) async throws {
    let model = model()
    let generation = try generation(model, noise: seed, sampling: seed &+ 7)
    #expect(generation.noiseSeed == seed)
    #expect(generation.samplingSeed == seed &+ 7)
    let result = try await generation.result()
    #expect(result.settings.defense.seed == seed)
    #expect(result.settings.samplingSeed == seed &+ 7)
    let plain = model.embeddings(of: try Fixture.short().ids)
    let expected = EmbeddingNoise(kind: .hard, sigma: 1, seed: seed)
    #expect(
      noise(model) == (0..<3).map { expected.perturb(plain, positions: [1, 2], copy: $0) })
  }

  @Test("that are open are drawn, reported, and give the same answer again")
  func drawn() async throws {
    let first = model()
    let generation = try generation(first, noise: nil, sampling: nil)
    let result = try await generation.result()
    #expect(result.settings.defense.seed == generation.noiseSeed)
    #expect(result.settings.samplingSeed == generation.samplingSeed)
    #expect(generation.noiseSeed != generation.samplingSeed)
    let second = model()
    let again = try await self.generation(
      second, noise: generation.noiseSeed, sampling: generation.samplingSeed, generator: 2
    ).result()
    #expect(noise(first) == noise(second))
    #expect(result.text == again.text)
    #expect(result.votes == again.votes)
    #expect(result.settings == again.settings)
  }

  @Test("that are open differ from one generation to the next")
  func drawnAnew() throws {
    let model = model()
    let generations = try (0..<20).map { _ in
      try Generation(
        model: model, prompt: Fixture.short(), defense: Fixture.defense(seed: nil))
    }
    #expect(Set(generations.map(\.noiseSeed)).count == 20)
    #expect(Set(generations.map(\.samplingSeed)).count == 20)
  }

  @Test("are kept when a generation is iterated twice")
  func iteratedTwice() async throws {
    let model = model()
    let generation = try generation(model, noise: nil, sampling: nil)
    var one = try await generation.result()
    var other = try await generation.result()
    (one.totals, other.totals) = (GenerationTotals(), GenerationTotals())
    #expect(one == other)
    #expect(noise(model).prefix(3) == noise(model).suffix(3))
    #expect(model.openReservations == 0)
  }

  @Test("of sampling never change the noise or the votes, and those of noise never the sampling")
  func independence() async throws {
    var votes: Set<[VoteRecord]> = []
    var texts: Set<String> = []
    for seed in 0..<8 as Range<UInt64> {
      let result = try await generation(model(), noise: 3, sampling: seed).result()
      votes.insert(result.votes)
      texts.insert(result.text)
    }
    #expect(votes.count == 1)
    #expect(texts.count == 8)
    // Behind the window the model is the unperturbed one: with l = 0 noise changes nothing at all.
    var plain: Set<String> = []
    for seed in 0..<8 as Range<UInt64> {
      let result = try await Generation(
        model: model(), prompt: Fixture.short(),
        defense: Fixture.defense(l: .tokens(0), seed: seed),
        options: GenerationOptions(
          maximumTokens: 30, sampling: SamplingSettings(temperature: 1, seed: 3))
      ).result()
      plain.insert(result.text)
    }
    #expect(plain.count == 1)
  }

  @Test("of noise change what the copies are fed")
  func differentNoise() async throws {
    var fed: Set<[Float]> = []
    for seed in 0..<8 as Range<UInt64> {
      let model = model()
      _ = try await generation(model, noise: seed, sampling: 1).result()
      fed.formUnion(noise(model).map(\.values))
    }
    #expect(fed.count == 24)
  }
}
