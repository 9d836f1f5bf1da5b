package import ArgumentParser
import Foundation
import RESTA
import RESTALlama

/// `resta bench decoders`: what the defence costs, against the undefended model, in one run.
package struct BenchDecoders: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "decoders",
    abstract: "Measure decoders against the undefended model; the default.",
    discussion: """
      Every case is run by each decoder in turn, undefended first, in one process; the table shows \
      medians, and as ratio the median (lowest...highest) over repeats of the time in relation to the \
      undefended run of the same repeat. Answers are exactly as long as asked for. KV MiB is the \
      key-value cache in use at most, asked the copies asked for each vote, same whether all tokens \
      are the reference decoder's. Other work on the machine makes the numbers wrong.

      The ratio to undefended belongs to the machine as much as to the decoder, so the ratio to the \
      floor is beside it: to the undefended time and the positions that k/2 + 1 copies have to take, \
      from the first perturbed token of the prompt on and for all votes, at the speed of this \
      machine's wide passes. That is measured in each repeat, with as much in the cache, for several \
      widths of which the fastest counts, and without logits and noise: no plan of the copies' \
      passes gets below it. (The unperturbed sequence can: it may take the voted tokens in one pass.)

      Where llama-bench of the same llama.cpp, as it comes, is there ('make stock-llama'), it takes \
      turns with the undefended model, with the same lengths and threads.

      With --engine vllm 'undefended' and 'fast' are asked of the same server; the table then has the \
      requests of an answer and what was sent for it, in the place of floor and key-value cache.

      Examples:
        resta bench --user-tokens 20 --answer-tokens 150
        resta bench --decoders undefended,fast --repeats 9 --json
        resta bench --user-tokens 200 --decoders undefended,fast \\
          --sweep-samples 1,3,5,10,20 --sweep-prefix 5,10,20,50
      """)

  @Option(
    help: ArgumentHelp(
      "Lengths of the user's text, in tokens. (default: 20,200,1000)", valueName: "n,..."))
  var userTokens: NumberList?

  @Option(
    help: ArgumentHelp(
      """
      Prompts of your own instead, one for each repeat (which --repeats then need not say): a file as \
      'resta compare' reads it.
      """, valueName: "file"))
  var prompts: String?

  @Option(
    help: ArgumentHelp(
      "Lengths of the answer, in tokens. (default: 20,150)", valueName: "n,..."))
  var answerTokens: NumberList?

  @Option(
    help: ArgumentHelp(
      """
      What to measure: \(CommaList(BenchSubject.all(.llama))); with --engine vllm \
      \(CommaList(BenchSubject.all(.vllm))). (default: all)
      """, valueName: "name,..."))
  var decoders: CommaList<BenchSubject>?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often each is measured. (default: 3, or once for each of --prompts)", valueName: "n"))
  var repeats: Int?

  @Option(
    help: ArgumentHelp(
      "Measure these k too, with the first --user-tokens and the last --answer-tokens.",
      valueName: "k,..."))
  var sweepSamples: NumberList?

  @Option(
    help: ArgumentHelp(
      "Measure these l too, with the first --user-tokens and the last --answer-tokens.",
      valueName: "l,..."))
  var sweepPrefix: NumberList?

  @Option(
    help: ArgumentHelp(
      """
      Measure so many generations at once too, against the same ones after each other, with the \
      first --user-tokens, or --prompts, and the last --answer-tokens; undefended and fast.
      """, valueName: "n,..."))
  var parallel: NumberList?

  @Option(
    help: ArgumentHelp(
      """
      The llama-bench of an unchanged llama.cpp, to measure beside the undefended model; 'none': \
      without. (default: what 'make stock-llama' built, if it did)
      """, valueName: "file"))
  var stock: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Decoder") var plan: PlanArguments

  @Flag(help: "Print one JSON object; the table goes to the error output.")
  var json = false

  package init() {}

  package func run() async throws {
    guard prompts == nil || userTokens == nil else {
      throw Failure.usage("--user-tokens is for prompts that are made: leave it or --prompts out.")
    }
    let texts = try prompts.map { try PromptList($0).prompts.map(\.text) }
    let repeats = repeats ?? texts?.count ?? 3
    try Failure.check("--repeats", repeats)
    try check(userTokens, "--user-tokens")
    try check(answerTokens, "--answer-tokens")
    try check(sweepSamples, "--sweep-samples", atMost: DefenseSettings.samplesRange.upperBound)
    try check(parallel, "--parallel", atMost: 256)
    try check(sweepPrefix, "--sweep-prefix")
    try model.check(defense)
    try plan.plan.validate()
    let subjects = try subjects()
    guard subjects.contains(.fast) || parallel != nil || !plan.isGiven else {
      throw Failure.usage("\(PlanArguments.names) are for 'fast': add that to --decoders.")
    }
    let loaded = try await model.loadAny()
    let longest = loaded.information.contextLength
    try check(userTokens, "--user-tokens with this model", atMost: longest)
    try check(answerTokens, "--answer-tokens with this model", atMost: longest)
    var settings = try defense.settings(for: loaded.information)
    if subjects != [.undefended] || parallel != nil { try settings.checkBesideUndefended() }
    if model.remote.engine == .llama {
      let samples = settings.samples
      try check(parallel, "--parallel with k = \(samples)", atMost: 256 / (samples + 1))
    }
    let seed = settings.seed ?? 2025
    settings.seed = seed
    let template = try model.template(for: loaded)
    let own = try texts?.map { try BenchPrompt($0, model: loaded, template: template) }
    // Of those that are measured: with fewer repeats than prompts, not of all.
    let measured = own?.prefix(repeats)
    let lengths = measured.map { [$0.reduce(0) { $0 + $1.userTokens } / $0.count] }
    let cases = cases(settings, lengths: lengths ?? userTokens?.values ?? [20, 200, 1000])
    let asked = try cases.map {
      try own ?? [BenchPrompt(ofLength: $0.userTokens, model: loaded, template: template)]
    }
    // Before the first of them is measured; an answer that does not fit would be cut.
    let most = asked.joined().map(\.prompt.tokens.count).max() ?? 0
    let answer = answerLengths.max() ?? 0
    guard most + answer <= longest else {
      throw Failure.usage(
        "A prompt of \(most) tokens and an answer of \(answer) do not fit into the context of "
          + "\(longest) (--ctx): choose --answer-tokens"
          + (own == nil ? " and --user-tokens." : ", or other prompts."))
    }
    let bench = BenchRunner(
      model: loaded, defense: settings, plan: plan.plan, subjects: subjects, repeats: repeats,
      stock: try stock(beside: loaded, subjects),
      probe: try .byPhrases(for: settings, model: loaded, template: template))

    let table = BenchTable(model.remote.engine)
    print(table.title)
    var runs: [BenchRun] = []
    var sigma = 0.0
    var progress = Progress()
    defer { progress.clear() }
    // Time grows with what has to be computed, and most of that are the copies' prompts.
    let work = cases.map {
      Double($0.userTokens) * Double($0.samples) + Double($0.answerTokens) + 100
    }
    for (number, benchCase) in cases.enumerated() {
      let before = work[..<number].reduce(0, +)
      let (results, absolute) = try await bench.run(benchCase, prompts: asked[number]) {
        text, share in
        progress.show(
          "case \(number + 1) of \(cases.count): \(text)",
          done: (before + share * work[number]) / work.reduce(0, +))
      }
      progress.clear()
      for line in results.map(table.row) + BenchTable.notes(results) { print(line) }
      runs += results
      sigma = max(sigma, absolute)
    }
    let machine = MachineReport()
    if let line = BenchTable.memory(runs, used: machine.peakProcessBytes) { print(line) }
    let together = try await measureParallel(bench, cases[0], asked[0], &progress)
    guard json else { return }
    try JSONOutput.print(
      BenchReport(
        machine: machine, model: try RunReport(loaded, arguments: model),
        noise: settings.noise.kind, sigmaAbsolute: sigma, seed: seed, repeats: repeats, runs: runs,
        parallel: together))
  }

  /// What is measured: what there is on the engine, or of that what is named.
  private func subjects() throws -> [BenchSubject] {
    if model.remote.engine == .vllm, let stock, stock != "none" {
      throw Failure.usage("--stock is for --engine llama: the server is measured beside itself.")
    }
    let known = BenchSubject.all(model.remote.engine)
    if let chosen = decoders?.values, !chosen.contains(.undefended), let stock, stock != "none" {
      throw Failure.usage("--stock is measured beside 'undefended': add that to --decoders.")
    }
    guard let chosen = decoders?.values else { return known }
    let named = BenchSubject.allCases.filter(chosen.contains)
    if let other = named.first(where: { !known.contains($0) }) {
      throw Failure.usage(
        "--decoders: '\(other.rawValue)' is for --engine llama; with --engine vllm there are "
          + "\(known.map(\.rawValue).joined(separator: " and ")).")
    }
    return named
  }

  /// llama.cpp as it comes, where the undefended model runs on it.
  private func stock(
    beside loaded: any LanguageModel, _ subjects: [BenchSubject]
  ) throws -> StockBench? {
    guard let local = loaded as? LlamaModel, subjects.contains(.undefended) else { return nil }
    return try StockBench(stock, path: try Models.resolve(model.model), model: local)
  }

  private func print(_ line: String) {
    if json { Terminal.error(line) } else { Terminal.line(line) }
  }

  private func measureParallel(
    _ bench: BenchRunner, _ first: BenchCase, _ prompts: [BenchPrompt], _ progress: inout Progress
  ) async throws -> [ParallelRun] {
    guard let parallel, let answer = answerLengths.last else { return [] }
    var first = first
    first.answerTokens = answer
    var runs: [ParallelRun] = []
    print("")
    print(ParallelRun.title)
    for subject in [BenchSubject.undefended, .fast] {
      for (index, count) in parallel.values.enumerated() {
        progress.show(
          "\(count) at once, \(subject.rawValue)",
          done: Double(index) / Double(parallel.values.count))
        let run = try await bench.together(count, subject, first, prompts: prompts)
        progress.clear()
        print(run.row)
        runs.append(run)
      }
    }
    return runs
  }

  private func check(_ list: NumberList?, _ name: String, atMost most: Int = .max) throws {
    for number in list?.values ?? [] { try Failure.check(name, number, atMost: most) }
  }

  private var answerLengths: [Int] { answerTokens?.values ?? [20, 150] }

  private func cases(_ settings: DefenseSettings, lengths: [Int]) -> [BenchCase] {
    var cases = lengths.flatMap { user in
      answerLengths.map { answer in
        BenchCase(
          userTokens: user, answerTokens: answer, samples: settings.samples,
          prefix: settings.prefix)
      }
    }
    guard var swept = cases.prefix(answerLengths.count).last else { return cases }
    for samples in sweepSamples?.values ?? [] {
      swept.samples = samples
      cases.append(swept)
    }
    swept.samples = settings.samples
    for prefix in sweepPrefix?.values ?? [] {
      swept.prefix = .tokens(prefix)
      cases.append(swept)
    }
    return cases
  }
}

/// Values separated by commas.
package struct CommaList<Element: ExpressibleByArgument & Sendable>: ExpressibleByArgument,
  Sendable, CustomStringConvertible
{
  package let values: [Element]

  package init(_ values: [Element]) { self.values = values }

  package init?(argument: String) {
    let parts = argument.commaParts
    values = parts.compactMap { Element(argument: $0) }
    guard values.count == parts.count else { return nil }
  }

  package var description: String { values.map { "\($0)" }.joined(separator: ",") }
}

package typealias NumberList = CommaList<Int>

extension String {
  /// What stands between its commas, without the space around it.
  package var commaParts: [String] {
    split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

extension BenchSubject: ExpressibleByArgument {}
