package import RESTA
import RESTALlama

/// Runs the cases of a benchmark.
package struct BenchRunner {
  package let model: any LanguageModel
  package let defense: DefenseSettings
  package let plan: DecodingPlan
  package let subjects: [BenchSubject]
  package let repeats: Int
  /// llama.cpp as it comes, where it is there.
  package let stock: StockBench?
  /// For a defence whose checkpoints open the assistant's turn again.
  package var probe: CheckpointProbe?
  /// What the process held when the model was loaded, where the system tells.
  package let loadedBytes: Int? = MachineReport.residentBytes

  /// Measures one case: a row for each subject, and sigma in the embeddings' own unit.
  ///
  /// The subjects take turns within a repeat, so that what drifts on the machine hits all of them. Each repeat has
  /// noise of its own, the same for all subjects, and a prompt; these start over when there are fewer.
  package func run(
    _ benchCase: BenchCase, prompts: [BenchPrompt], progress: (String, Double) -> Void
  ) async throws -> (runs: [BenchRun], sigmaAbsolute: Double) {
    let local = model as? LlamaModel
    let meter = CellMeter()
    let metered = local.map { meter.watching($0) }
    var samples: [BenchSubject: [BenchSample]] = [:]
    var floors: [BenchFloor] = []
    var stockSpeeds: [StockBench.Speed] = []
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
        let result = try await generate(subject, benchCase, prompt, metered ?? model, number)
        let cells = local.map { _ in meter.take() }
        sigma = max(sigma, result.settings.sigmaAbsolute)
        guard number > 0 else { continue }
        samples[subject, default: []].append(
          BenchSample(result: result, reservedCells: cells?.reserved, peakCells: cells?.peak))
        guard subject == .undefended, let stock else { continue }
        stockSpeeds.append(
          try await stock.measure(
            promptTokens: result.promptTokens, answerTokens: result.tokenIDs.count))
      }
      guard number > 0, let local, let plain = samples[.undefended]?.last,
        subjects != [.undefended]
      else { continue }
      let prompt = prompts[(number - 1) % prompts.count].prompt
      floors.append(
        try await BenchFloor(
          prompt, settings(of: benchCase), answerTokens: benchCase.answerTokens,
          undefended: plain.result.totals.wallSeconds, model: local))
    }
    let memory = local.map { BenchMemory($0, loadedBytes: loadedBytes) }
    let runs = subjects.compactMap {
      BenchRun(
        $0, benchCase, samples: samples, floors: floors, stock: stockSpeeds, memory: memory)
    }
    return (runs, sigma)
  }

  /// Measures several generations at once, and the same ones after each other; each has noise of its own.
  ///
  /// Prompts are taken in turn, over and over.
  package func together(
    _ count: Int, _ subject: BenchSubject, _ benchCase: BenchCase, prompts: [BenchPrompt]
  ) async throws -> ParallelRun {
    let own = (0..<count).map { prompts[$0 % prompts.count] }
    if model is LlamaModel {
      // Room grows only while nothing runs, and some would wait. A probe is shorter than 128 tokens.
      let sequences = count * (benchCase.samples + 1)
      let cells = (own.map(\.prompt.tokens.count).max() ?? 0) + benchCase.answerTokens + 128
      try await model.reserve(sequences: sequences, cells: sequences * cells).release()
    }
    var times: (together: [Double], apart: [Double]) = ([], [])
    var isSame = true
    for _ in 0..<repeats {
      var start = ContinuousClock.now
      var apart: [[TokenID]] = []
      for number in 0..<count {
        apart.append(try await generate(subject, benchCase, own[number], model, number).tokenIDs)
      }
      times.apart.append(start.duration(to: .now) / .seconds(1))
      start = .now
      let together = try await withThrowingTaskGroup { group in
        for number in 0..<count {
          group.addTask {
            (number, try await generate(subject, benchCase, own[number], model, number).tokenIDs)
          }
        }
        return try await group.reduce(into: [Int: [TokenID]]()) { $0[$1.0] = $1.1 }
      }
      times.together.append(start.duration(to: .now) / .seconds(1))
      isSame = isSame && apart.indices.allSatisfy { together[$0] == apart[$0] }
    }
    return ParallelRun(
      decoder: subject, generations: count, userTokens: own.map(\.userTokens).reduce(0, +) / count,
      answerTokens: benchCase.answerTokens,
      wallS: BenchRun.median(times.together) ?? 0,
      afterEachOtherS: BenchRun.median(times.apart) ?? 0,
      sameTokens: isSame)
  }

  private func settings(of benchCase: BenchCase) -> DefenseSettings {
    var settings = defense
    settings.samples = benchCase.samples
    settings.prefix = benchCase.prefix
    return settings
  }

  private func generate(
    _ subject: BenchSubject, _ benchCase: BenchCase, _ prompt: BenchPrompt,
    _ model: any LanguageModel, _ number: Int
  ) async throws -> GenerationResult {
    var settings = settings(of: benchCase)
    settings.seed = (defense.seed ?? 0) &+ UInt64(number)
    return try await Generation(
      model: model, prompt: prompt.prompt, defense: subject == .undefended ? .none : settings,
      options: GenerationOptions(
        maximumTokens: benchCase.answerTokens, ignoresEndOfGeneration: true),
      decoder: subject.decoder, plan: subject == .fast ? plan : nil, probe: probe
    ).result()
  }
}

/// What is measured: a decoder, or no defence at all.
package enum BenchSubject: String, CaseIterable, Encodable {
  /// The plain model: what everything is compared with.
  case undefended
  /// The oracle.
  case reference
  /// All copies in one batch and nothing shared: what is usually built.
  case naive
  /// The default.
  case fast

  /// What is measured unless it is said: at servers, decoders that compute every copy apart are left to tests.
  package static func all(_ engine: ModelEngine) -> [BenchSubject] {
    engine == .llama ? allCases : [.undefended, .fast]
  }

  /// The decoder that runs it.
  package var decoder: DecoderKind {
    switch self {
    case .undefended, .fast: .fast
    case .naive: .naive
    case .reference: .reference
    }
  }
}

/// One row of a benchmark: what is the same for all of its subjects.
package struct BenchCase: Equatable {
  /// Tokens of user content.
  package var userTokens: Int
  /// Tokens of the answer, exactly.
  package var answerTokens: Int
  /// k.
  package var samples: Int
  /// l.
  package var prefix: PrefixLength
}

/// One measured generation.
package struct BenchSample {
  package let result: GenerationResult
  /// Key-value cells that were set aside for it; `nil` at servers, which have their own.
  package let reservedCells: Int?
  /// The most key-value cells that were in use.
  package let peakCells: Int?
}

/// A prompt to measure with.
package struct BenchPrompt {
  package let prompt: TokenizedPrompt
  /// How many tokens hold user content.
  package let userTokens: Int

  /// A prompt of somebody's.
  package init(_ text: String, model: any LanguageModel, template: ChatTemplate?) throws {
    self.init(try Generation.tokenize([.user(text)], for: model, template: template))
  }

  /// A prompt in tokens.
  package init(_ prompt: TokenizedPrompt) {
    self.prompt = prompt
    userTokens = prompt.positions(of: .userTurns).count
  }

  /// A harmless prompt of a wanted length: a request, behind sentences that do not repeat.
  ///
  /// It has as many tokens of user content, at least 1, or the next number that words make.
  ///
  /// - Throws: ``RESTAError`` when the template is none or refuses the prompt.
  package init(
    ofLength length: Int, model: any LanguageModel, template: ChatTemplate?
  ) throws {
    func prompt(_ words: Int) throws -> BenchPrompt {
      try BenchPrompt(Self.text(words: words), model: model, template: template)
    }
    // A word is a token or more, so this many are enough; longer texts have no fewer tokens.
    var (few, enough) = (0, length)
    while enough - few > 1 {
      let middle = (few + enough) / 2
      if try prompt(middle).userTokens >= length { enough = middle } else { few = middle }
    }
    self = try prompt(enough)
  }

  private static let request =
    "Please explain in simple words, step by step, how the lamp of a lighthouse works."
  private static let doings = [
    "cleaned the lamp", "counted ships", "fed the gulls", "baked bread", "mended a net",
    "read an old book", "painted the door", "wrote to a cousin", "watched the storm",
  ]
  private static let weathers = ["fog", "sun", "rain", "wind", "snow"]

  /// So many words: the request's last ones, and in front of it as much of a diary as there is room.
  private static func text(words: Int) -> String {
    let request = request.split(separator: " ").map(String.init)
    var diary: [String] = []
    var day = 1
    while diary.count < words - request.count {
      let sentence =
        "On day \(day) there was \(weathers[day % weathers.count]) and the keeper "
        + "\(doings[day % doings.count]) before he \(doings[(day / 2 + 3) % doings.count])."
      diary += sentence.split(separator: " ").map(String.init)
      day += 1
    }
    let room = max(0, words - request.count)
    return (diary.suffix(room) + request.suffix(words)).joined(separator: " ")
  }
}

/// Several generations at once against the same ones after each other: medians over the repeats.
package struct ParallelRun: Encodable {
  package let decoder: BenchSubject
  package let generations: Int
  package let userTokens: Int
  package let answerTokens: Int
  /// All of them at once.
  package let wallS: Double
  /// One after the other.
  package let afterEachOtherS: Double
  /// Whether all gave the tokens that they give alone.
  package let sameTokens: Bool

  /// How many times as fast they are together.
  package var speedup: Double { afterEachOtherS / wallS }

  package static let title = "decoder     at once  time s  after each other s  times as fast  same"

  /// A line of the table.
  package var row: String {
    [
      Columns.left(decoder.rawValue, 10), Columns.right("\(generations)", 7),
      Columns.right(Summary.number(wallS), 6), Columns.right(Summary.number(afterEachOtherS), 18),
      Columns.right(Summary.number(speedup), 13), Columns.right(sameTokens ? "yes" : "NO", 4),
    ].joined(separator: "  ")
  }
}
