package import ArgumentParser
import RESTA
import RESTALlama

/// `resta compare`: whether the fast decoder gives the reference decoder's answers.
package struct Compare: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Compare a decoder with the reference decoder, prompt by prompt.",
    discussion: """
      Decoders give the same answers as long as every copy predicts the same. Another shape of a \
      pass may round otherwise, and then a near-tie can fall the other way. This counts how often \
      that happens here, and prints the leads where answers part: by how much a sequence's best \
      token led the runner-up. Answers themselves are not printed.

      With --leads it measures the lead rule (--lead) too: how many winners it would have changed among \
      the full votes, how many that are over all orders of the copies, how many answers with it differ, \
      and what it saves.

      Examples:
        resta compare --prompts prompts.json --max-tokens 40
        resta compare --prompts prompts.txt --decoder naive --json
        resta compare --prompts prompts.json --max-tokens 20 --leads 3,4,5
      """)

  @Option(
    help: ArgumentHelp(
      """
      Prompts: CSV, JSON Lines or a JSON list with a column or field such as prompt, instruction \
      or goal; a JSON list of texts; or plain text, one on each line.
      """, valueName: "file"))
  var prompts: String

  @Flag(help: "Go on without rows of --prompts that cannot be read; they are counted.")
  var skipBadRows = false

  @Option(
    help: ArgumentHelp(
      "Measure the lead rule at these leads, separated by commas, against the full vote.",
      valueName: "list"))
  var leads: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Answer") var answer: GenerationArguments
  @OptionGroup(title: "Decoder") var decoder: DecoderArguments

  @Flag(help: "Print one JSON object; progress goes to the error output.")
  var json = false

  /// Where two answers part.
  struct Difference: Encodable {
    /// The prompt's number in the file, from 0.
    let prompt: Int
    /// The first position with another token, from 0.
    let position: Int
    /// Whether it was voted on.
    let voted: Bool
    /// The reference's margin there, in votes.
    @Nullable var margin: Int?
    let nearTie: NearTie
  }

  /// What `--json` prints.
  struct Report: Encodable {
    let run: RunReport
    let settings: GenerationReport.Settings
    let prompts: Int
    /// Rows of the file that were left out.
    let badRows: Int
    let identical: Int
    let votes: Int
    /// Copies that the decoder asked for each vote, in the mean.
    @Nullable var meanAsked: Double?
    let tokensProcessed: Int
    let referenceTokensProcessed: Int
    let differences: [Difference]
    /// What the lead rule would change, with `--leads`.
    @Nullable var leadRule: LeadComparison.Report?
  }

  package init() {}

  package func run() async throws {
    let list = try PromptList(prompts, skipping: skipBadRows)
    let texts = list.prompts
    let options = try answer.options()
    try model.check(defense, decoder)
    let leads = try leads.map { try LeadComparison.leads($0, defense: defense.chosen.value) }
    let loaded = try await model.load()
    var settings = try defense.settings(for: loaded.information)
    let seed = settings.seed ?? 2025
    let template = try model.template(for: loaded)
    let probe = try CheckpointProbe.byPhrases(for: settings, model: loaded, template: template)
    var pairs: [(GenerationResult, GenerationResult)] = []
    var differences: [Difference] = []
    var comparison = leads.map { LeadComparison($0, options: options, model: loaded) }
    var progress = Progress()
    defer { progress.clear() }
    for (number, text) in texts {
      progress.show(
        "Prompt \(pairs.count + 1) of \(texts.count), \(differences.count) different so far",
        done: Double(pairs.count) / Double(texts.count))
      settings.seed = seed &+ UInt64(number)
      let prompt = try Generation.tokenize([.user(text)], for: loaded, template: template)
      let expected = try await Generation(
        model: loaded, prompt: prompt, defense: settings, options: options, decoder: .reference,
        probe: probe
      ).result()
      var same = options
      same.sampling.seed = expected.settings.samplingSeed
      let actual = try await answer(prompt, settings, same, loaded, probe)
      pairs.append((expected, actual))
      try await comparison?.note(expected, actual, prompt: prompt) { lead in
        var settings = settings
        settings.lead = lead
        return try await answer(prompt, settings, same, loaded, probe)
      }
      if let difference = try await difference(number, expected, actual, prompt, loaded) {
        differences.append(difference)
        progress.clear()
        if !json { show(difference, expected) }
      }
    }
    progress.clear()
    try report(pairs, differences, comparison, badRows: list.bad.count, options, loaded)
  }

  /// The answer of the decoder that is compared.
  private func answer(
    _ prompt: TokenizedPrompt, _ settings: DefenseSettings, _ options: GenerationOptions,
    _ model: LlamaModel, _ probe: CheckpointProbe?
  ) async throws -> GenerationResult {
    try await Generation(
      model: model, prompt: prompt, defense: settings, options: options, decoder: decoder.decoder,
      plan: decoder.plan, probe: probe
    ).result()
  }

  private func difference(
    _ number: Int, _ expected: GenerationResult, _ actual: GenerationResult,
    _ prompt: TokenizedPrompt, _ model: LlamaModel
  ) async throws -> Difference? {
    guard expected.tokenIDs != actual.tokenIDs || expected.stopReason != actual.stopReason else {
      return nil
    }
    let position = zip(expected.tokenIDs, actual.tokenIDs).prefix { $0 == $1 }.count
    let vote = expected.votes.first { $0.position == position }
    return Difference(
      prompt: number, position: position, voted: vote != nil, margin: vote?.margin,
      nearTie: try await NearTie(expected, position: position, prompt: prompt, model: model))
  }

  private func show(_ difference: Difference, _ expected: GenerationResult) {
    let leads = difference.nearTie.leads.prefix(3).map { lead in
      "\(lead.copy.map { "copy \($0)" } ?? "unperturbed") \(Summary.number(Double(lead.lead)))"
    }
    let margin = difference.margin.map { ", margin \($0) votes" } ?? ""
    Terminal.line(
      "prompt \(difference.prompt): other token at position \(difference.position)"
        + "\(difference.voted ? " (voted\(margin))" : ""), smallest leads: "
        + leads.joined(separator: ", "))
  }

  private func report(
    _ pairs: [(GenerationResult, GenerationResult)], _ differences: [Difference],
    _ comparison: LeadComparison?, badRows: Int,
    _ options: GenerationOptions, _ model: LlamaModel
  ) throws {
    let asked = pairs.flatMap { $0.1.votes.map { Double($0.asked) } }
    let meanAsked = asked.isEmpty ? nil : asked.reduce(0, +) / Double(asked.count)
    let processed = pairs.reduce(0) { $0 + $1.1.totals.tokensProcessed }
    let reference = pairs.reduce(0) { $0 + $1.0.totals.tokensProcessed }
    let identical = pairs.count - differences.count
    guard !json else {
      guard let settings = pairs.last?.1.settings else { return }
      return try JSONOutput.print(
        Report(
          run: try RunReport(model, arguments: self.model),
          settings: GenerationReport.Settings(effective: settings, options: options),
          prompts: pairs.count, badRows: badRows,
          identical: identical, votes: asked.count, meanAsked: meanAsked,
          tokensProcessed: processed, referenceTokensProcessed: reference,
          differences: differences, leadRule: comparison?.report))
    }
    Terminal.line(
      "\(identical) of \(pairs.count) answers are token for token the reference decoder's; "
        + "\(asked.count) votes asked \(meanAsked.map { Summary.number($0) } ?? "no") copies each; "
        + "\(processed) tokens processed against \(reference).")
    for line in comparison?.lines(answers: pairs.count) ?? [] { Terminal.line(line) }
  }
}

/// How close the predictions are at one position of an answer: by how much the best token's logit
/// leads the runner-up's.
struct NearTie: Encodable {
  /// A copy's two best tokens.
  struct Lead: Encodable {
    /// The copy, from 0; `nil` is the unperturbed model.
    @Nullable var copy: Int?
    let best: TokenID
    let runnerUp: TokenID
    let lead: Float
  }

  /// Of the sequences that choose the token there, the closest first.
  let leads: [Lead]

  /// Measures a position, from 0, of an answer; all tokens in front of it are taken from the answer.
  init(
    _ result: GenerationResult, position: Int, prompt: TokenizedPrompt, model: any LanguageModel
  ) async throws {
    let answer = Array(result.tokenIDs.prefix(position))
    let isVoted = result.votes.contains { $0.position == position }
    var leads: [Lead] = []
    if isVoted {
      let defense = result.settings.defense
      let embeddings = try await model.embeddings(of: prompt.ids)
      let positions = prompt.positions(of: defense.perturbed)
      let noise = try EmbeddingNoise(
        defense.noise, scale: model.information.embeddingScale, seed: defense.seed ?? 0)
      for copy in 0..<defense.samples {
        let matrix = noise.perturb(embeddings, positions: positions, copy: copy)
        leads.append(try await Self.lead(copy, .embeddings(matrix), answer, model))
      }
    } else {
      leads.append(try await Self.lead(nil, .tokens(prompt.ids), answer, model))
    }
    self.leads = leads.sorted { $0.lead < $1.lead }
  }

  private static func lead(
    _ copy: Int?, _ input: ForwardSegment.Input, _ answer: [TokenID], _ model: any LanguageModel
  ) async throws -> Lead {
    var segments = [
      ForwardSegment(sequence: 0, input: input, outputs: answer.isEmpty ? .last : .none)
    ]
    if !answer.isEmpty { segments.append(ForwardSegment(sequence: 0, input: .tokens(answer))) }
    let cells = input.count + answer.count
    var row = try await model.reserve(sequences: 1, cells: cells).use { [segments] in
      try await $0.forward(segments)[0]
    }
    let best = try Logits.argmax(row)
    let largest = row[best]
    row[best] = -.infinity
    let second = try Logits.argmax(row)
    return Lead(
      copy: copy, best: TokenID(best), runnerUp: TokenID(second), lead: largest - row[second])
  }
}
