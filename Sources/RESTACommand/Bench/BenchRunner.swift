import RESTA
import RESTALlama

/// Runs the cases of a benchmark.
struct BenchRunner {
  let model: LlamaModel
  let template: ChatTemplate?
  let defense: DefenseSettings
  let plan: DecodingPlan
  let subjects: [BenchSubject]
  let repeats: Int

  /// Measures one case.
  ///
  /// The subjects take turns within a repeat, so that what drifts on the machine hits all of them.
  /// Each repeat has noise of its own, the same for all subjects.
  ///
  /// - Parameters:
  ///   - benchCase: What to measure.
  ///   - prompts: One for each repeat; they start over when there are fewer.
  ///   - progress: Told what runs, and how much of the case is done.
  /// - Returns: A row for each subject, and sigma in the embeddings' own unit.
  /// - Throws: What generating throws.
  func run(
    _ benchCase: BenchCase, prompts: [BenchPrompt], progress: (String, Double) -> Void
  ) async throws -> (runs: [BenchRun], sigmaAbsolute: Double) {
    let metered = MeteredModel(model)
    var samples: [BenchSubject: [BenchSample]] = [:]
    var sigma = 0.0
    // Repeat 0 warms up: the first pass of a context allocates.
    for number in 0...repeats {
      for subject in subjects {
        progress(
          "\(subject.rawValue), \(number == 0 ? "warm-up" : "\(number) of \(repeats)")",
          Double(max(0, number - 1)) / Double(repeats))
        // A whole warm-up of the slow decoders would only waste time.
        if number == 0, subject == .reference || subject == .naive { continue }
        let prompt = prompts[max(0, number - 1) % prompts.count]
        let result = try await generate(subject, benchCase, prompt, metered, number)
        let cells = metered.takePeakCells()
        sigma = max(sigma, result.settings.sigmaAbsolute)
        guard number > 0 else { continue }
        samples[subject, default: []].append(BenchSample(result: result, peakCells: cells))
      }
    }
    let runs = subjects.compactMap {
      BenchRun(
        $0, benchCase, samples: samples,
        bytesPerCell: model.bytesPerCell)
    }
    return (runs, sigma)
  }

  /// Measures several generations at once, and the same ones after each other.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - subject: Which decoder.
  ///   - benchCase: What they generate; each has noise of its own.
  /// - Returns: The medians.
  /// - Throws: What generating throws.
  func together(
    _ count: Int, _ subject: BenchSubject, _ benchCase: BenchCase
  ) async throws -> ParallelRun {
    let prompt = try BenchPrompt(
      ofLength: benchCase.userTokens, model: model, template: template)
    let metered = MeteredModel(model)
    var times: (together: [Double], apart: [Double]) = ([], [])
    var isSame = true
    for _ in 0..<repeats {
      var start = ContinuousClock.now
      var apart: [[TokenID]] = []
      for number in 0..<count {
        apart.append(try await generate(subject, benchCase, prompt, metered, number).tokenIDs)
      }
      times.apart.append(start.duration(to: .now) / .seconds(1))
      start = .now
      let together = try await withThrowingTaskGroup { group in
        for number in 0..<count {
          group.addTask {
            (number, try await generate(subject, benchCase, prompt, metered, number).tokenIDs)
          }
        }
        return try await group.reduce(into: [Int: [TokenID]]()) { $0[$1.0] = $1.1 }
      }
      times.together.append(start.duration(to: .now) / .seconds(1))
      isSame = isSame && apart.indices.allSatisfy { together[$0] == apart[$0] }
    }
    return ParallelRun(
      decoder: subject, generations: count, userTokens: prompt.userTokens,
      answerTokens: benchCase.answerTokens,
      wallS: BenchRun.median(times.together) ?? 0,
      afterEachOtherS: BenchRun.median(times.apart) ?? 0,
      sameTokens: isSame)
  }

  private func generate(
    _ subject: BenchSubject, _ benchCase: BenchCase, _ prompt: BenchPrompt, _ model: MeteredModel,
    _ number: Int
  ) async throws -> GenerationResult {
    var settings = defense
    settings.samples = benchCase.samples
    settings.prefix = benchCase.prefix
    settings.seed = (defense.seed ?? 0) &+ UInt64(number)
    return try await Generation(
      model: model, prompt: prompt.prompt, defense: subject == .undefended ? .none : settings,
      options: GenerationOptions(
        maximumTokens: benchCase.answerTokens, ignoresEndOfGeneration: true),
      decoder: subject.decoder, plan: subject == .fast ? plan : nil
    ).result()
  }
}
