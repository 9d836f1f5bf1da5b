import Foundation
import RESTA
import RESTATesting

/// RESTA as section 1 of the design reads: lists and loops, no sequences, no caches, no streaming.
///
/// The model is a function f(prompt, y_1..y_{t-1}); nothing here is shared with the decoder but the
/// noise H, which has tests of its own, and the sampler of step 3.
struct NaiveRESTA {
  /// What f is given as the prompt: the plain tokens, or one copy's embeddings.
  enum Input {
    case plain
    case copy(EmbeddingMatrix)
  }

  struct Answer: Equatable, CustomStringConvertible {
    var tokens: [TokenID] = []
    var votes: [Vote] = []
    var probes: [Probe] = []
    var stop = StopReason.endOfGeneration
    var text: [UInt8] = []

    var description: String {
      "\(tokens) \(stop) '\(String(decoding: text, as: UTF8.self))'"
        + votes.map { "\n  \($0)" }.joined() + probes.map { "\n  \($0)" }.joined()
    }
  }

  struct Probe: Equatable {
    var position: Int
    var votes: [Vote] = []
    var text = ""
    var isRefusal = false
  }

  struct Vote: Equatable {
    var position: Int
    var token: TokenID?
    var counts: [TokenID: Int]
    var asked: Int
    var margin: Int
    var tieBreak: TieBreak?
    var stoppedAtLead: Int?
  }

  let defense: DefenseSettings
  let options: GenerationOptions
  let sampler: TokenSampler
  /// The most tokens that there is room for.
  let room: Int
  let tokenBytes: (TokenID) -> [UInt8]
  let isEnd: (TokenID) -> Bool
  /// The header of probes, and what makes one a refusal.
  var header: [TokenID] = []
  var refusal = ""
  let f: (Input, [TokenID]) async throws -> [Float]

  func answer(copies: [EmbeddingMatrix]) async throws -> Answer {
    var answer = Answer()
    while true {
      let t = answer.tokens.count
      if t == min(room, options.maximumTokens) {
        answer.stop = room < options.maximumTokens ? .contextFull : .maximumTokens
        break
      }
      if isProbed(t, after: answer.tokens) {
        let probe = try await probe(at: t, behind: answer.tokens, copies: copies)
        answer.probes.append(probe)
        if probe.isRefusal {
          answer.stop = .checkpointRefusal
          break
        }
      }
      var token: TokenID?
      if isVoted(t, after: answer.tokens) {
        var rows: [[Float]] = []
        for copy in copies { rows.append(try await f(.copy(copy), answer.tokens)) }
        let vote = try await vote(at: t, rows: rows) {
          first(try await f(.plain, answer.tokens))
        }
        answer.votes.append(vote)
        token = vote.token
        if let token, defense.checkpointEnds, !isInPrefix(t, after: answer.tokens) {
          let own = first(try await f(.plain, answer.tokens))
          // Whichever token ends the answer, they agree that it ends.
          if token != own, !(isEnd(token) && isEnd(own)) {
            answer.stop = .checkpoint
            break
          }
        }
      } else {
        let row = try await f(.plain, answer.tokens)
        token = TokenID(try sampler.sample(logits: row, position: t))
      }
      guard let token else {
        answer.stop = .abstained
        break
      }
      if isEnd(token) { break }
      answer.tokens.append(token)
      let bytes = answer.tokens.flatMap(tokenBytes)
      if let place = options.stop.compactMap({ find(Array($0.utf8), in: bytes) }).min() {
        answer.stop = .stopString
        answer.text = decode(Array(bytes.prefix(place)))
        return answer
      }
    }
    answer.text = decode(answer.tokens.flatMap(tokenBytes))
    return answer
  }

  /// Whether something should have been voted on and the window never opened.
  func neverOpened(after tokens: [TokenID]) -> Bool {
    defense.noise.kind != .none && defense.prefix != .tokens(0) && start(after: tokens) == nil
  }

  /// Where the window opened last: behind the last token that ends the tag, or where it starts at the latest.
  private func start(after tokens: [TokenID]) -> Int? {
    guard case .after(let tag) = defense.window else { return 0 }
    func count(_ length: Int) -> Int {
      let bytes = tokens.prefix(length).flatMap(tokenBytes)
      return bytes.indices.count { bytes[$0...].starts(with: tag.utf8) }
    }
    let found = tokens.isEmpty ? nil : (1...tokens.count).last { count($0) > count($0 - 1) }
    return found ?? defense.latestStart.flatMap { $0 <= tokens.count ? $0 : nil }
  }

  private func isVoted(_ t: Int, after tokens: [TokenID]) -> Bool {
    guard defense.noise.kind != .none, defense.prefix != .tokens(0) else { return false }
    return isInPrefix(t, after: tokens) || isInCheckpoint(t, after: tokens)
  }

  private func isInPrefix(_ t: Int, after tokens: [TokenID]) -> Bool {
    guard let start = start(after: tokens) else { return false }
    return switch defense.prefix {
    case .all: t >= start
    case .tokens(let l): t >= start && t < start + l
    }
  }

  /// Whether the window's end is a multiple of c tokens back, and not 0.
  private func isProbed(_ t: Int, after tokens: [TokenID]) -> Bool {
    guard defense.checkpointForm == .header, let every = defense.checkpointEvery,
      defense.noise.kind != .none, defense.prefix != .tokens(0),
      case .tokens(let l) = defense.prefix, let start = start(after: tokens)
    else { return false }
    var (place, steps) = (start + l, 0)
    while place < t {
      (place, steps) = (place + 1, steps + 1)
      if steps == every, place < t { steps = 0 }
    }
    return place == t && steps == every
  }

  /// w votes on what follows the answer and the header.
  private func probe(
    at t: Int, behind tokens: [TokenID], copies: [EmbeddingMatrix]
  ) async throws -> Probe {
    var probe = Probe(position: t)
    var said: [TokenID] = []
    for place in 0..<defense.checkpointTokens {
      let before = tokens + header + said
      var rows: [[Float]] = []
      for copy in copies { rows.append(try await f(.copy(copy), before)) }
      let vote = try await vote(at: place, rows: rows) { first(try await f(.plain, before)) }
      probe.votes.append(vote)
      guard let token = vote.token, !isEnd(token) else { break }
      said.append(token)
    }
    probe.text = String(decoding: said.flatMap(tokenBytes), as: UTF8.self)
    probe.isRefusal = probe.text.contains(refusal)
    return probe
  }

  /// Counts the positions behind the prefix one by one: c without a vote, w with one, and again.
  private func isInCheckpoint(_ t: Int, after tokens: [TokenID]) -> Bool {
    guard defense.checkpointForm == .vote, let every = defense.checkpointEvery,
      case .tokens(let l) = defense.prefix,
      let start = start(after: tokens), t >= start + l
    else { return false }
    var (isVoted, left) = (false, every)
    for _ in start + l..<t {
      left -= 1
      if left == 0 {
        isVoted.toggle()
        left = isVoted ? defense.checkpointTokens : every
      }
    }
    return isVoted
  }

  private func vote(
    at t: Int, rows all: [[Float]], unperturbed: () async throws -> TokenID
  ) async throws -> Vote {
    let rows = Array(all.prefix(counted(all.map(first))))
    let predictions = rows.map(first)
    let counts = Dictionary(predictions.map { ($0, 1) }, uniquingKeysWith: +)
    // All tokens that end the answer are one candidate, with the name of the most voted of them.
    var candidates = counts.filter { !isEnd($0.key) }
    let endings = counts.filter { isEnd($0.key) }
    let ending = endings.keys.min { (-(endings[$0] ?? 0), $0) < (-(endings[$1] ?? 0), $1) }
    if let ending { candidates[ending] = endings.values.reduce(0, +) }
    let most = candidates.values.max() ?? 0
    let leaders = candidates.filter { $0.value == most }.map(\.key).sorted()
    var token: TokenID?
    var tieBreak: TieBreak?
    switch defense.aggregator {
    case .majorityVote where leaders.count == 1:
      token = leaders[0]
    case .majorityVote:
      (token, tieBreak) = try await breakTie(leaders, rows: rows, unperturbed: unperturbed)
    case .meanLogit:
      token = nearlyFirst(columns(rows) { $0.reduce(0, +) / Double($0.count) })
    case .medianLogit:
      token = nearlyFirst(columns(rows, median))
    case .meanProbability:
      let softmax = rows.map { row in
        let weights = row.map { exp(Double($0)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
      }
      token = nearlyFirst(columns(softmax) { $0.reduce(0, +) })
    }
    let candidate = token.map { isEnd($0) ? ending ?? $0 : $0 }
    let own = candidate.flatMap { candidates[$0] } ?? 0
    let other = candidates.filter { $0.key != candidate }.values.max() ?? 0
    return Vote(
      position: t, token: token, counts: counts, asked: rows.count,
      margin: token == nil ? 0 : own - other, tieBreak: tieBreak,
      stoppedAtLead: defense.lead.flatMap { lead in
        lead <= own - other && !isDecided(predictions, open: all.count - rows.count) ? lead : nil
      })
  }

  /// How many copies count: under the lead rule the first so many whose leader has the lead, or that decide.
  private func counted(_ predictions: [TokenID]) -> Int {
    guard let lead = defense.lead else { return predictions.count }
    return (1...predictions.count).first { count in
      let asked = Array(predictions.prefix(count))
      return leadOf(asked, as: { isEnd($0) ? -1 : $0 }).votes >= lead
        || isDecided(asked, open: predictions.count - count)
    } ?? predictions.count
  }

  /// Whether more votes leave the token as it is: the candidate, and of several that end an answer which one.
  private func isDecided(_ predictions: [TokenID], open: Int) -> Bool {
    let (candidate, votes) = leadOf(predictions, as: { isEnd($0) ? -1 : $0 })
    return votes > open
      && (candidate != -1 || leadOf(predictions.filter(isEnd), as: { $0 }).votes > open)
  }

  /// Who leads, and by how many votes.
  private func leadOf(_ predictions: [TokenID], as name: (TokenID) -> TokenID) -> (
    leader: TokenID?, votes: Int
  ) {
    let counts = Dictionary(predictions.map { (name($0), 1) }, uniquingKeysWith: +)
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let second = sorted.count > 1 ? sorted[1].value : 0
    return (sorted.first?.key, (sorted.first?.value ?? 0) - second)
  }

  private func breakTie(
    _ leaders: [TokenID], rows: [[Float]], unperturbed: () async throws -> TokenID
  ) async throws -> (TokenID?, TieBreak?) {
    switch defense.tieRule {
    case .abstain: return (nil, .abstained)
    case .tokenID: return (leaders[0], .tokenID)
    case .unperturbed:
      let token = try await unperturbed()
      // Whichever token ends the answer, they agree that it ends.
      let leader = leaders.first { $0 == token || isEnd($0) && isEnd(token) }
      if let leader { return (leader, .unperturbed) }
    case .logProbability: break
    }
    // Every token's log-probability in a row has the same normaliser, so sums of logits say it all;
    // the tests' logits are multiples of 1/2, and their sums exact.
    let sums = leaders.map { leader in rows.reduce(0) { $0 + Double($1[Int(leader)]) } }
    let best = sums.max() ?? 0
    let winners = leaders.indices.filter { sums[$0] == best }
    return (leaders[winners[0]], winners.count == 1 ? .logProbability : .tokenID)
  }

  private func first(_ row: [Float]) -> TokenID {
    TokenID(row.firstIndex(of: row.max() ?? 0) ?? 0)
  }

  /// The lowest token whose score is the largest but for rounding.
  private func nearlyFirst(_ scores: [Double]) -> TokenID {
    let best = scores.max() ?? 0
    return TokenID(scores.firstIndex { $0 >= best - 1e-6 } ?? 0)
  }

  private func columns(_ rows: [[Float]], _ combine: ([Double]) -> Double) -> [Double] {
    rows[0].indices.map { token in combine(rows.map { Double($0[token]) }) }
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    return (0...(bytes.count - pattern.count)).first {
      Array(bytes[$0..<($0 + pattern.count)]) == pattern
    }
  }

  private func decode(_ bytes: [UInt8]) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).utf8)
  }
}
