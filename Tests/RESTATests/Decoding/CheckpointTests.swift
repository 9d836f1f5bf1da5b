import RESTATesting
import Testing

@testable import RESTA

@Suite("Checkpoints behind the window")
struct CheckpointTests {
  private static func defense(
    l: Int = 2, every: Int?, tokens: Int = 4, ends: Bool = false, tieRule: TieRule = .logProbability
  ) -> DefenseSettings {
    var defense = Fixture.defense(l: .tokens(l), tieRule: tieRule)
    defense.checkpointEvery = every
    defense.checkpointTokens = tokens
    defense.checkpointEnds = ends
    return defense
  }

  /// The copies say one text, the unperturbed model another.
  private static func model(_ unperturbed: String, _ copies: String) -> ScriptedModel {
    ScriptedModel(predicting: Fixture.voting([unperturbed, copies, copies, copies]))
  }

  @Test("a window says what a list of its positions says")
  func positions() {
    var generator = SeededGenerator(seed: 4)
    var (inside, over) = (0, 0)
    for _ in 0..<500 {
      let length = generator.integer(in: 1...9)
      let every = generator.element(of: [1, 2, 3, 7, .max])
      let tokens = generator.element(of: [1, 2, 4, .max])
      let start = generator.chance(0.5) ? 0 : generator.integer(in: 1...5)
      var defense = Self.defense(l: length, every: every, tokens: tokens)
      if start > 0 {
        defense.window = .after("x")
        defense.latestStart = start
      }
      var window = SmoothingWindow(defense, promptEnd: [])
      for position in 0..<start { window.note([0], at: position) }

      let maximum = generator.integer(in: 1...60)
      var voted = [Bool](repeating: false, count: start) + [Bool](repeating: true, count: length)
      while voted.count < maximum {
        voted += [Bool](repeating: false, count: min(every, maximum))
        voted += [Bool](repeating: true, count: min(tokens, maximum))
      }
      voted = Array(voted.prefix(maximum))
      for position in 0..<maximum {
        let run = voted[position...].prefix { $0 }.count
        #expect(window.contains(position) == voted[position])
        #expect(window.isCheckpoint(position) == (voted[position] && position >= start + length))
        #expect(window.remaining(at: position, limit: maximum - position) == run)
        guard position >= start else { continue }
        // The text that a window follows may come again.
        let isOver = start == 0 && !voted[position...].contains(true)
        #expect(window.isOver(at: position, of: maximum) == isOver)
        if window.isCheckpoint(position) { inside += 1 }
        if isOver { over += 1 }
      }
    }
    #expect(inside >= 500 && over >= 500)
  }

  @Test("there are none without a defence, and none behind a window without end")
  func none() {
    for (prefix, kind) in [(.tokens(0), .hard), (.tokens(3), .none)] as [(PrefixLength, NoiseKind)]
    {
      var defense = Fixture.defense(l: prefix, kind: kind)
      defense.checkpointEvery = 1
      let window = SmoothingWindow(defense, promptEnd: [])
      #expect(!(0..<50).contains(where: window.contains) && window.isOver(at: 0, of: 50))
    }
    var defense = Fixture.defense(l: .all)
    defense.checkpointEvery = 1
    let window = SmoothingWindow(defense, promptEnd: [])
    #expect((0..<50).allSatisfy { window.contains($0) && !window.isCheckpoint($0) })
    #expect(window.remaining(at: 3, limit: 9) == 9 && !window.isOver(at: 50, of: 50))
  }

  @Test(
    "where vote and model part, the vote wins", arguments: [DecoderKind.reference, .fast, .naive])
  func voteWins(decoder: DecoderKind) async throws {
    let defense = Self.defense(every: 3, tokens: 2)
    let result = try await Fixture.generate(
      Self.model("abcdefghijkl", "ABCDEFGHIJKL"), defense: defense, decoder: decoder)
    #expect(result.text == "ABcdeFGhijKL")
    #expect(result.votes.map(\.position) == [0, 1, 5, 6, 10, 11])
    #expect(result.stopReason == .endOfGeneration)
    // An end of the answer that the copies vote for counts like any token.
    let ended = try await Fixture.generate(
      Self.model("abcdefghijkl", "ABCDEF."), defense: defense, decoder: decoder)
    #expect(ended.text == "ABcdeF" && ended.stopReason == .endOfGeneration)
  }

  @Test(
    "the option ends the answer in front of that token",
    arguments: [
      ("abcdefghijkl", "abcdefghijkl", "abcdefghijkl", StopReason.endOfGeneration),
      // Within the window the vote wins as ever, and between checkpoints nobody looks.
      ("abcdefghijkl", "ABCDEfgHIJkl", "ABcdefghijkl", .endOfGeneration),
      ("abcdefghijkl", "abcdeFghijkl", "abcde", .checkpoint),
      ("abcdefghijkl", "abcdefGhijkl", "abcdef", .checkpoint),
      ("abcdefghijkl", "abcdefghijkL", "abcdefghijk", .checkpoint),
      ("abcdefghijkl", "abcdef.", "abcdef", .checkpoint),
      ("abcdef.", "abcdef.", "abcdef", .endOfGeneration),
    ])
  func ending(_ case: (model: String, copies: String, text: String, reason: StopReason))
    async throws
  {
    for rule in [TieRule.logProbability, .unperturbed] {
      let defense = Self.defense(every: 3, tokens: 2, ends: true, tieRule: rule)
      for decoder in DecoderKind.allCases {
        let model = Self.model(`case`.model, `case`.copies)
        let result = try await Fixture.generate(model, defense: defense, decoder: decoder)
        #expect(result.text == `case`.text && result.stopReason == `case`.reason, "\(decoder)")
        // The vote that ended the answer is told, with the token that it would have been.
        if result.stopReason == .checkpoint {
          #expect(result.votes.last?.position == result.tokenIDs.count, "\(decoder)")
        }
      }
    }
  }

  @Test("a tie of a checkpoint that may end the answer asks the unperturbed model once")
  func tie() async throws {
    for (tied, text, reason) in [
      (["ABcdX", "ABcdX", "ABcdY"], "ABcd", StopReason.checkpoint),
      (["ABcdX", "ABcde", "ABcdY"], "ABcde", .endOfGeneration),
    ] {
      let defense = Self.defense(every: 2, tokens: 1, ends: true, tieRule: .unperturbed)
      for decoder in DecoderKind.allCases {
        let model = ScriptedModel(predicting: Fixture.voting(["abcde"] + tied))
        let result = try await Fixture.generate(model, defense: defense, decoder: decoder)
        #expect(result.text == text && result.stopReason == reason, "\(decoder)")
      }
    }
  }

  @Test("copies keep their room up to the last checkpoint that the answer can reach")
  func room() async throws {
    for (maximum, last) in [(4, nil), (5, nil), (6, 5), (8, 6), (10, 6), (11, 10), (12, 11)]
      as [(
        Int, Int?
      )]
    {
      let model = Self.model("abcdefghijklmnop", "abcdefghijklmnop")
      let result = try await Fixture.generate(
        model, defense: Self.defense(every: 3, tokens: 2),
        options: GenerationOptions(maximumTokens: maximum), decoder: .fast)
      #expect(result.tokenIDs.count == maximum)
      #expect(result.votes.last?.position == last ?? 1)
    }
  }
}
