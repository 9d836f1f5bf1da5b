import RESTATesting
import Testing

@testable import RESTA

@Suite("Ballot")
struct BallotTests {
  @Test("counts votes, most first and equal ones by token id, whatever the order of the copies")
  func counting() {
    var generator = SeededGenerator(seed: 11)
    for number in 0..<600 {
      let tokens = TokenID(generator.integer(in: 1...6))
      let predictions = (0..<generator.integer(in: 1...24)).map { _ in
        TokenID(generator.integer(in: 0...Int(tokens))) * 1_000
      }
      let shuffled = generator.shuffled(predictions)
      let place: Comment = "case \(number): \(predictions), shuffled \(shuffled)"
      let ballot = Ballot(predictions: predictions)
      let counts = ballot.counts
      #expect(counts == Ballot(predictions: shuffled).counts, place)
      #expect(ballot.leaders == Ballot(predictions: shuffled).leaders, place)
      #expect(counts.reduce(0) { $0 + $1.count } == predictions.count, place)
      for count in counts {
        #expect(count.count == predictions.count { $0 == count.tokenID }, place)
      }
      #expect(Set(counts.map(\.tokenID)) == Set(predictions), place)
      #expect(counts.count == Set(predictions).count, place)
      for (left, right) in zip(counts, counts.dropFirst()) {
        #expect(
          left.count > right.count || (left.count == right.count && left.tokenID < right.tokenID),
          place)
      }
      let most = counts.map(\.count).max()
      #expect(
        ballot.leaders == counts.filter { $0.count == most }.map(\.tokenID).sorted(), place)
    }
  }

  @Test(
    "takes all tokens that end an answer for one candidate",
    arguments: [
      // Tokens from 90 on end the answer.
      ([90, 90, 90, 91, 91, 91, 7, 7, 7, 7], 90, 6, 2), ([91, 91, 90, 7, 7], 91, 3, 1),
      ([90, 91, 7, 7, 7], 7, 3, 1), ([90, 91, 92], 90, 3, 3), ([7, 7, 8], 7, 2, 1),
    ] as [([TokenID], TokenID, Int, Int)])
  func ends(predictions: [TokenID], winner: TokenID, count: Int, lead: Int) {
    let ballot = Ballot(predictions: predictions) { $0 >= 90 }
    #expect(ballot.leaders == [winner])
    #expect(ballot.candidates.first == VoteRecord.Count(tokenID: winner, count: count))
    #expect(ballot.lead == lead)
    let record = ballot.record(position: 0, token: winner, tieBreak: nil)
    #expect(record.margin == lead && record.asked == predictions.count)
    // The trace shows each of them all the same.
    #expect(record.counts == Ballot(predictions: predictions).counts)
  }

  @Test("is decided when no more votes can change the token, not even which one ends the answer")
  func decided() {
    var generator = SeededGenerator(seed: 14)
    for number in 0..<400 {
      let asked = (0..<generator.integer(in: 1...6)).map { _ in
        TokenID(generator.integer(in: 1...4))
      }
      let open = generator.integer(in: 0...3)
      func ends(_ token: TokenID) -> Bool { token >= 3 }
      var outcomes = Set([Ballot(predictions: asked, ends: ends).leaders])
      var more: [[TokenID]] = [[]]
      for _ in 0..<open { more = more.flatMap { votes in (1...5).map { votes + [TokenID($0)] } } }
      for votes in more { outcomes.insert(Ballot(predictions: asked + votes, ends: ends).leaders) }
      let isDecided = Ballot(predictions: asked, ends: ends).isDecided(open: open)
      let isCertain = outcomes.count == 1 && outcomes.allSatisfy { $0.count == 1 }
      // A token that ends the answer may be certain by its lower id alone: asking on does no harm.
      #expect(!isDecided || isCertain, "case \(number): \(asked), \(open) open")
      if isCertain, !asked.contains(where: ends) {
        #expect(isDecided, "case \(number): \(asked), \(open) open")
      }
    }
  }

  @Test("elects the same token whatever the order of the copies, by every rule")
  func permutations() throws {
    var generator = SeededGenerator(seed: 12)
    for number in 0..<400 {
      let predictions = (0..<generator.integer(in: 1...9)).map { _ in
        TokenID(generator.integer(in: 1...4))
      }
      let scores = (0...4).map { _ in Double(generator.integer(in: -3...0)) }
      let unperturbed = TokenID(generator.integer(in: 1...4))
      let shuffled = generator.shuffled(predictions)
      for rule in TieRule.allCases {
        func elect(_ predictions: [TokenID]) -> (token: TokenID?, tieBreak: TieBreak?) {
          Ballot(predictions: predictions).winner(rule: rule, unperturbed: unperturbed) {
            scores[Int($0)]
          }
        }
        let place: Comment =
          "case \(number): \(predictions), \(shuffled), \(rule), \(unperturbed), \(scores)"
        let (one, other) = (elect(predictions), elect(shuffled))
        #expect(one == other, place)
        let leaders = Ballot(predictions: predictions).leaders
        #expect((one.tieBreak == nil) == (leaders.count == 1), place)
        #expect(one.token.map(leaders.contains) ?? (rule == .abstain), place)
      }
    }
  }

  /// Log-probabilities of tokens 1, 2, 3; ties are between them.
  struct Tie: Sendable {
    var predictions: [TokenID]
    var rule: TieRule
    var unperturbed: TokenID?
    var scores: [Double]
    var token: TokenID?
    var tieBreak: TieBreak?
  }

  @Test(
    "breaks ties as the rule says, and says how",
    arguments: [
      // No tie: no rule is asked.
      Tie(predictions: [2, 2, 1], rule: .abstain, scores: [-1, -9, 0], token: 2),
      Tie(predictions: [2], rule: .unperturbed, unperturbed: 1, scores: [0, -9, 0], token: 2),
      // Two-way.
      Tie(
        predictions: [1, 2], rule: .logProbability, scores: [-2, -1, 0], token: 2,
        tieBreak: .logProbability),
      Tie(
        predictions: [2, 1], rule: .logProbability, scores: [-1, -2, 0], token: 1,
        tieBreak: .logProbability),
      Tie(
        predictions: [2, 1], rule: .logProbability, scores: [-1, -1, 0], token: 1,
        tieBreak: .tokenID),
      Tie(predictions: [2, 1], rule: .tokenID, scores: [-2, -1, 0], token: 1, tieBreak: .tokenID),
      Tie(
        predictions: [1, 2], rule: .unperturbed, unperturbed: 2, scores: [0, -9, 0], token: 2,
        tieBreak: .unperturbed),
      Tie(
        predictions: [1, 2], rule: .unperturbed, unperturbed: 3, scores: [-2, -1, 0], token: 2,
        tieBreak: .logProbability),
      Tie(
        predictions: [1, 2], rule: .unperturbed, unperturbed: 3, scores: [-1, -1, 0], token: 1,
        tieBreak: .tokenID),
      Tie(
        predictions: [1, 2], rule: .unperturbed, scores: [-2, -1, 0], token: 2,
        tieBreak: .logProbability),
      Tie(predictions: [1, 2], rule: .abstain, scores: [0, -9, 0], tieBreak: .abstained),
      // A token that is no leader never wins, however likely it is.
      Tie(
        predictions: [1, 1, 2, 2, 3], rule: .logProbability, scores: [-2, -1, 0], token: 2,
        tieBreak: .logProbability),
      Tie(
        predictions: [1, 1, 2, 2, 3], rule: .unperturbed, unperturbed: 3, scores: [-1, -2, 0],
        token: 1, tieBreak: .logProbability),
      // Three-way.
      Tie(
        predictions: [3, 1, 2], rule: .logProbability, scores: [-3, -2, -1], token: 3,
        tieBreak: .logProbability),
      Tie(
        predictions: [3, 1, 2], rule: .logProbability, scores: [-3, -1, -1], token: 2,
        tieBreak: .tokenID),
      Tie(
        predictions: [3, 1, 2], rule: .logProbability, scores: [-1, -1, -1], token: 1,
        tieBreak: .tokenID),
      Tie(
        predictions: [3, 2, 1], rule: .tokenID, scores: [-3, -2, -1], token: 1,
        tieBreak: .tokenID),
      Tie(
        predictions: [3, 2, 1], rule: .unperturbed, unperturbed: 2, scores: [0, -9, 0], token: 2,
        tieBreak: .unperturbed),
      Tie(predictions: [3, 2, 1], rule: .abstain, scores: [0, -9, 0], tieBreak: .abstained),
      // A token that no copy thinks possible beside its own.
      Tie(
        predictions: [2, 1], rule: .logProbability, scores: [-.infinity, -.infinity, 0], token: 1,
        tieBreak: .tokenID),
    ])
  func ties(_ tie: Tie) {
    let winner = Ballot(predictions: tie.predictions).winner(
      rule: tie.rule, unperturbed: tie.unperturbed
    ) { tie.scores[Int($0) - 1] }
    #expect(winner.token == tie.token)
    #expect(winner.tieBreak == tie.tieBreak)
  }

  @Test("takes whichever token ends the answer for the leader that ends it")
  func tiedEnds() {
    let ballot = Ballot(predictions: [90, 90, 7, 7], ends: { $0 >= 90 })
    let winner = ballot.winner(rule: .unperturbed, unperturbed: 91) { _ in 0 }
    #expect(winner.token == 90)
    #expect(winner.tieBreak == .unperturbed)
  }

  @Test("asks for the log-probabilities of tied leaders only")
  func economy() {
    var asked: [TokenID] = []
    func elect(_ predictions: [TokenID], _ rule: TieRule) {
      _ = Ballot(predictions: predictions).winner(rule: rule, unperturbed: 1) { token in
        asked.append(token)
        return 0
      }
    }
    elect([1, 1, 2], .logProbability)
    elect([1, 2], .tokenID)
    elect([1, 2], .abstain)
    elect([1, 2], .unperturbed)
    #expect(asked.isEmpty)
    elect([5, 4, 3, 5, 4], .logProbability)
    #expect(asked == [4, 5])
  }

  @Test("records the chosen token's lead over the best other one")
  func margins() {
    var generator = SeededGenerator(seed: 13)
    for number in 0..<400 {
      let predictions = (0..<generator.integer(in: 1...12)).map { _ in
        TokenID(generator.integer(in: 1...4))
      }
      let token = generator.element(of: [nil, 1, 2, 3, 4, 5] as [TokenID?])
      let record = Ballot(predictions: predictions)
        .record(position: number, token: token, tieBreak: nil)
      let own = predictions.count { $0 == token }
      let others = (1...5).filter { $0 != token }.map { other in
        predictions.count { $0 == other }
      }
      let place: Comment = "case \(number): \(predictions), chosen \(String(describing: token))"
      #expect(record.margin == (token == nil ? 0 : own - (others.max() ?? 0)), place)
      #expect(record.asked == predictions.count, place)
      #expect(record.position == number, place)
      #expect(record.tokenID == token, place)
    }
  }
}
