import RESTA
import RESTALlama
import RESTAServer

/// Measures a running server against calls of the library, in turns.
struct ServeBench {
  /// What one repeat of one subject saw.
  private struct Sample {
    let sequential: Double
    let wall: Double
    let answers: [ServeLoad.Answer]
    let same: Int
  }

  let model: any LanguageModel
  let template: ChatTemplate?
  let defense: DefenseSettings
  /// The server's, which its noise follows from.
  let secrets: ServerSecrets
  let address: String
  let prompts: [String]
  let answerTokens: Int
  let repeats: Int

  /// Measures one subject with each number of clients.
  ///
  /// - Parameters:
  ///   - subject: `undefended` or `fast`.
  ///   - clients: The numbers of clients.
  ///   - report: Told what is measured now.
  /// - Returns: A run for each number.
  /// - Throws: ``Failure`` when the server refuses; what generating throws.
  func run(
    _ subject: BenchSubject, clients: [Int], report: (String) -> Void
  ) async throws -> [ServeRun] {
    let load = ServeLoad(
      address: address, prompts: prompts, answerTokens: answerTokens,
      isUndefended: subject == .undefended)
    var samples: [[Sample]] = clients.map { _ in [] }
    for number in 1...repeats {
      report("\(subject.rawValue), repeat \(number): one after the other")
      let (texts, sequential) = try await callOneByOne(subject)
      for (index, count) in clients.enumerated() {
        report("\(subject.rawValue), repeat \(number): \(count) clients")
        let (answers, wall) = try await load.send(clients: count)
        let same = zip(texts, answers).count { Array($0.utf8) == Array($1.text.utf8) }
        samples[index].append(
          Sample(sequential: sequential, wall: wall, answers: answers, same: same))
      }
    }
    return zip(clients, samples).map { summary(subject, clients: $0, $1) }
  }

  /// The same answers without a server, the way a program that uses the library would get them.
  private func callOneByOne(_ subject: BenchSubject) async throws -> ([String], Double) {
    let start = ContinuousClock.now
    var texts: [String] = []
    for prompt in prompts {
      let tokenized = try Generation.tokenize([.user(prompt)], for: model, template: template)
      var defense = subject == .undefended ? .none : defense
      defense.seed = secrets.stickySeed(for: tokenized.rendered.text)
      let result = try await Generation(
        model: model, prompt: tokenized, defense: defense,
        options: GenerationOptions(maximumTokens: answerTokens)
      ).result()
      texts.append(result.text)
    }
    return (texts, (ContinuousClock.now - start) / .seconds(1))
  }

  private func summary(_ subject: BenchSubject, clients: Int, _ samples: [Sample]) -> ServeRun {
    let speedups = samples.map { $0.sequential / $0.wall }
    let latencies = samples.flatMap { $0.answers.map(\.seconds) }
    let rates = samples.map { sample in
      Double(sample.answers.reduce(0) { $0 + $1.tokens }) / sample.wall
    }
    func median(_ values: [Double]) -> Double { BenchRun.median(values) ?? 0 }
    return ServeRun(
      decoder: subject, clients: clients, requests: prompts.count, answerTokens: answerTokens,
      wallS: median(samples.map(\.wall)), sequentialS: median(samples.map(\.sequential)),
      speedup: median(speedups), speedupLowest: speedups.min() ?? 0,
      speedupHighest: speedups.max() ?? 0, tokensPerS: median(rates),
      latencyMedianS: median(latencies), latencyHighestS: latencies.max() ?? 0,
      sameAnswers: samples.reduce(0) { $0 + $1.same },
      answers: samples.count * prompts.count)
  }
}
