package import RESTA
package import RESTALlama

/// The least that a defended run of one repeat costs, by what was measured beside it.
package struct BenchFloor {
  package let work: FloorWork
  package let wide: WideSpeed
  package let seconds: Double

  package init(
    _ prompt: TokenizedPrompt, _ defense: DefenseSettings, answerTokens: Int, undefended: Double,
    model: LlamaModel
  ) async throws {
    work = FloorWork(prompt, defense, answerTokens: answerTokens)
    wide = try await WideSpeed.measure(work, prompt: prompt, model: model)
    seconds = undefended + Double(work.positions) / wide.positionsPerSecond
  }
}

/// What the copies of one prompt have to compute at least, however they are scheduled.
///
/// A majority of k is `k / 2 + 1` copies that agree, whatever rule stops a vote. Each of them takes the prompt
/// from the first perturbed token to its end, which gives its first vote, and a position for each vote more.
package struct FloorWork: Equatable {
  /// Copies that cannot be done without.
  package let copies: Int
  /// Positions in front of the first perturbed one.
  package let shared: Int
  /// Positions that each copy takes.
  package let length: Int

  /// Positions over all copies.
  package var positions: Int { copies * length }

  package init(_ prompt: TokenizedPrompt, _ defense: DefenseSettings, answerTokens: Int) {
    copies = defense.aggregator == .majorityVote ? defense.samples / 2 + 1 : defense.samples
    let count = prompt.tokens.count
    shared = min(prompt.positions(of: defense.perturbed).first ?? count, count - 1)
    let voted = if case .tokens(let length) = defense.prefix { length } else { answerTokens }
    length = count - shared + max(0, min(voted, answerTokens) - 1)
  }

  /// Numbers of positions of one pass that are tried: what is fastest depends on caches and kernels.
  package func widths(batchSize: Int) -> [Int] {
    let most = min(positions, batchSize)
    return [64, 128, 256].filter { $0 < most } + [most]
  }

  /// A pass of so many positions of these copies: how many each of them takes, and how many it holds.
  ///
  /// What they hold is the mean of what the copies hold while they compute all of theirs, since attention
  /// costs more the more there is to look at.
  package func pass(of width: Int) -> (rows: [Int], held: Int) {
    let used = min(copies, (width + length - 1) / length)
    let rows = (0..<used).map { width / used + ($0 < width % used ? 1 : 0) }
    return (rows, shared + max(0, (length - rows[0]) / 2))
  }
}

/// How fast the machine computes wide passes like those of some copies, whose logits nobody wants.
package struct WideSpeed: Equatable {
  /// Positions of a pass.
  package let width: Int
  package let positionsPerSecond: Double

  /// Measures passes of each width from one to three times, for about a second, and takes the fastest
  /// width: its median is a speed that no schedule of the copies' positions gets past.
  package static func measure(
    _ work: FloorWork, prompt: TokenizedPrompt, model: LlamaModel
  ) async throws -> WideSpeed {
    let ids = prompt.ids
    var best = WideSpeed(width: 0, positionsPerSecond: 0)
    for width in work.widths(batchSize: model.options.batchSize) {
      let clock = ContinuousClock()
      let end = clock.now + .milliseconds(300)
      var seconds: [Double] = []
      repeat {
        seconds.append(try await time(width, work, ids, model))
      } while seconds.count < 3 && clock.now < end
      let speed = Double(width) / (BenchRun.median(seconds) ?? .infinity)
      if speed > best.positionsPerSecond {
        best = WideSpeed(width: width, positionsPerSecond: speed)
      }
    }
    return best
  }

  /// How long one pass takes, from an empty cache, in which nothing but what these copies hold lies.
  private static func time(
    _ width: Int, _ work: FloorWork, _ ids: [TokenID], _ model: LlamaModel
  ) async throws -> Double {
    let (rows, held) = work.pass(of: width)
    func tokens(_ count: Int) -> [TokenID] { (0..<count).map { ids[$0 % ids.count] } }
    let room = try await model.reserve(sequences: rows.count + 1, cells: held + width)
    let duration = try await room.use { reservation -> Duration in
      if held > 0 {
        _ = try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens(tokens(held)), outputs: .last)
        ])
      }
      var segments: [ForwardSegment] = []
      for (index, count) in rows.enumerated() {
        if held > 0 { try await reservation.fork(0, to: index + 1, length: held) }
        segments.append(
          ForwardSegment(
            sequence: index + 1, input: .embeddings(try model.embeddings(of: tokens(count))),
            outputs: index == rows.count - 1 ? .last : .none))
      }
      let pass = segments
      return try await ContinuousClock().measure {
        _ = try await reservation.forward(pass) { _, _ in true }
      }
    }
    return duration / .seconds(1)
  }
}
