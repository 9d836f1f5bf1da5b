import RESTATesting
import Testing

@testable import RESTA

@Suite("What the copies are fed")
struct PerturbedCopiesTests {
  private static let noisyKinds = NoiseKind.allCases.filter { $0 != .none }

  /// The copies' prompts, by copy.
  private func copies(
    _ prompt: TokenizedPrompt, _ defense: DefenseSettings
  ) async throws -> (matrices: [EmbeddingMatrix], result: GenerationResult) {
    let model = ScriptedModel(predicting: Fixture.saying("ok"))
    let result = try await Fixture.generate(model, prompt: prompt, defense: defense)
    let first = try #require(model.recordedPasses.first)
    #expect(first.map(\.sequence) == Array(1...defense.samples))
    return (first.compactMap(\.matrix), result)
  }

  @Test("is the plain prompt, but for the user's rows", arguments: noisyKinds)
  func onlyUserRows(kind: NoiseKind) async throws {
    let prompt = try Fixture.prompt([
      (nil, "<s>"), (.system, "be"), (nil, "|"), (.user, "hi"), (nil, "|"), (.assistant, "yo"),
      (nil, "|"), (.user, "x"), (nil, "|"), (.tool, "data"), (nil, ">"),
    ])
    let users = [6, 7, 12]
    #expect(prompt.positions(of: .userTurns) == users)
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    let (matrices, result) = try await copies(prompt, Fixture.defense(k: 5, kind: kind))
    #expect(result.settings.perturbedTokens == 3)
    #expect(matrices.count == 5)
    for (copy, matrix) in matrices.enumerated() {
      for row in 0..<plain.rows {
        let place: Comment = "copy \(copy), row \(row), \(kind)"
        let isPlain = matrix[row: row].map(\.bitPattern) == plain[row: row].map(\.bitPattern)
        #expect(isPlain == !users.contains(row), place)
      }
    }
    // No two copies are perturbed alike, and no two positions of one.
    let rows = matrices.flatMap { matrix in users.map { Array(matrix[row: $0]) } }
    #expect(Set(rows).count == rows.count)
  }

  @Test("is H(e) for the seed, the copy and the position", arguments: noisyKinds)
  func noise(kind: NoiseKind) async throws {
    let prompt = try Fixture.short()
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    let (matrices, _) = try await copies(prompt, Fixture.defense(k: 4, kind: kind, seed: 5))
    let noise = EmbeddingNoise(kind: kind, sigma: 1, seed: 5)
    for (copy, matrix) in matrices.enumerated() {
      for row in [1, 2] {
        #expect(
          Array(matrix[row: row])
            == noise.perturbedRow(plain[row: row], position: row, copy: copy),
          "copy \(copy), row \(row)")
      }
    }
  }

  @Test("is noise that is drawn once, and every chosen token clean, one at a time")
  func drawnOnce() async throws {
    let model = ScriptedModel(predicting: Fixture.voting(["zzz", "abcd", "abxd", "abcd"]))
    _ = try await Fixture.generate(model, defense: Fixture.defense(l: .tokens(4)))
    let passes = model.recordedPasses
    try #require(passes.count == 5)
    #expect(passes[0].compactMap(\.matrix).count == 3)
    #expect(passes.dropFirst().joined().allSatisfy { $0.matrix == nil })
    for (pass, token) in zip(passes[1...3], "abc") {
      #expect(pass.map(\.sequence) == [1, 2, 3])
      #expect(pass.map(\.tokens) == [[TokenID]?](repeating: [Fixture.token(token)], count: 3))
    }
    // The unperturbed sequence: the plain prompt as tokens, then y_1..y_4.
    #expect(passes[4].map(\.sequence) == [0, 0])
    #expect(passes[4].map(\.tokens) == [try Fixture.short().ids, "abcd".map(Fixture.token)])
  }

  @Test("is the plain prompt in every copy where the user said nothing")
  func emptyUserMessage() async throws {
    let prompt = try Fixture.prompt([(nil, "["), (.user, ""), (nil, "]")])
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    var defense = Fixture.defense()
    for unit in Sigma.Unit.allCases {
      defense.noise.sigma = Sigma(value: 0.5, unit: unit)
      let (matrices, result) = try await copies(prompt, defense)
      #expect(matrices == [plain, plain, plain])
      #expect(result.settings.sigmaRelative == nil)
      let size = Sigma(value: 0.5, unit: unit).absolute(
        for: defense.noise.kind,
        scale: ScriptedModel(predicting: Fixture.saying("")).information.embeddingScale)
      #expect(result.settings.sigmaAbsolute == size)
      #expect(result.settings.perturbedTokens == 0)
      #expect(result.text == "ok")
      #expect(result.votes.map(\.margin) == [3, 3, 3])
    }
  }

  @Test(
    "is perturbed wherever the user's text lies",
    arguments: [
      ([(nil, "["), (.user, "h"), (nil, "]")], [1]),
      ([(.user, "hi"), (nil, "]")], [0, 1]),
      ([(nil, "["), (.user, "hi")], [1, 2]),
      ([(.user, "hi")], [0, 1]),
      ([(.user, "h")], [0]),
    ] as [([(role: ChatMessage.Role?, text: String)], [Int])])
  func spans(parts: [(role: ChatMessage.Role?, text: String)], positions: [Int]) async throws {
    let prompt = try Fixture.prompt(parts)
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    let (matrices, result) = try await copies(prompt, Fixture.defense())
    for matrix in matrices {
      #expect((0..<plain.rows).filter { matrix[row: $0] != plain[row: $0] } == positions)
    }
    #expect(result.settings.perturbedTokens == positions.count)
    #expect(result.text == "ok")
  }

  @Test("is the user's and the tools' content where the settings say so")
  func otherContent() async throws {
    let prompt = try Fixture.prompt([
      (nil, "["), (.user, "a"), (nil, "|"), (.tool, "b"), (nil, "|"), (.user, "c"), (nil, "]"),
    ])
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    let expected: [(PerturbedContent, [Int])] = [
      (.userTurns, [1, 5]), (PerturbedContent(roles: [.tool]), [3]),
      (PerturbedContent(roles: [.user, .tool]), [1, 3, 5]),
      (PerturbedContent(lastUserTurnOnly: true), [5]),
      (PerturbedContent(roles: [.user, .tool], lastUserTurnOnly: true), [3, 5]),
    ]
    for (content, positions) in expected {
      let (matrices, _) = try await copies(prompt, Fixture.defense(perturbed: content))
      for matrix in matrices {
        #expect(
          (0..<plain.rows).filter { matrix[row: $0] != plain[row: $0] } == positions, "\(content)")
      }
    }
  }

  @Test("reports sigma in both units", arguments: noisyKinds, Sigma.Unit.allCases)
  func units(kind: NoiseKind, unit: Sigma.Unit) async throws {
    let prompt = try Fixture.short()
    var defense = Fixture.defense(kind: kind)
    defense.noise.sigma = Sigma(value: 0.5, unit: unit)
    let (_, result) = try await copies(prompt, defense)
    // e is (id + 1, 1, 0, 0) for the 256 plain tokens, whatever the prompt holds.
    let squares = (1...256).map { Double($0 * $0 + 1) }
    let size =
      kind.isDirectional
      ? squares.map { $0.squareRoot() }.reduce(0, +) / 256
      : (squares.reduce(0, +) / (256 * 4)).squareRoot()
    let absolute = unit == .absolute ? 0.5 : 0.5 * size
    #expect(abs(result.settings.sigmaAbsolute - absolute) < 1e-9)
    #expect(abs((result.settings.sigmaRelative ?? -1) - absolute / size) < 1e-12)
  }

  @Test("has noise of the same size whatever else the prompt holds", arguments: noisyKinds)
  func padding(kind: NoiseKind) async throws {
    var defense = Fixture.defense(kind: kind)
    defense.noise.sigma = Sigma(value: 0.65, unit: .relative)
    var sizes: Set<Double> = []
    // The padding's embeddings are as small as any, or as large.
    for padding in [
      "", "\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}", "~~~~~~~~~~~~~~~~~~~~",
    ] {
      let prompt = try Fixture.prompt([(nil, "["), (.user, padding + "hi"), (nil, "]")])
      let (_, result) = try await copies(prompt, defense)
      sizes.insert(result.settings.sigmaAbsolute)
    }
    #expect(sizes.count == 1)
  }

  @Test("is the plain prompt where sigma is 0, and the votes are still taken")
  func zeroSigma() async throws {
    var defense = Fixture.defense()
    defense.noise.sigma.value = 0
    let prompt = try Fixture.short()
    let plain = ScriptedModel(predicting: Fixture.saying("")).embeddings(of: prompt.ids)
    let (matrices, result) = try await copies(prompt, defense)
    #expect(matrices == [plain, plain, plain])
    #expect(result.votes.count == 3)
    #expect(result.settings.sigmaRelative == 0)
  }
}
