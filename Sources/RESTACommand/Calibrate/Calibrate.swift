import ArgumentParser
import Foundation
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta calibrate`: finds the noise for a model, and keeps it.
struct Calibrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find the noise for a model, and keep it for all commands.",
    discussion: """
      A strength that is right for one model is wrong for the next. This asks the model everyday \
      requests, harmful ones and attacks at each strength of a grid, beside the undefended model, and \
      chooses by a rule that it prints: the most attacks refused, while everyday answers keep their \
      tokens and no more than --max-guard-loss of the refusals of plain harmful requests are lost. \
      docs/calibration.md says more.

      The prompts are the development side of the built-in ones: report what it found on the other \
      side ('resta eval run', with 'calibrated: yes' in a defence). What is found is kept by the \
      SHA-256 of the weights in your own table, and used by generate, chat, serve, attack and others \
      whenever no noise is named; eval asks for it by 'calibrated: yes'. With --engine vllm those are \
      the weights of --model, which the server's are compared with. Adapters are part of the weights: \
      unless --model or --lora is given, the default model gets the one that made it refuse, which \
      generate, chat, inspect, doctor, bench and serve load with --lora only. Give --no-lora for them.

      Everyday requests are asked first, then harmful ones at the strengths that pass, then strengths \
      beside the best. When --minutes are over it says what was not reached. Run the same command \
      again to go on; Ctrl-C loses the answer in flight and nothing else.

      Ends with exit code 1 if no strength may be chosen.

      Examples:
        resta calibrate --model model.gguf
        resta calibrate --model model.gguf --noise isotropic,hard --sigma 0.2,0.4,0.8 --minutes 120
        resta calibrate --model model.gguf --attacks artifact.json --dry-run
      """)

  @Option(help: ArgumentHelp("Noises: isotropic, hard, soft, orthogonal.", valueName: "list"))
  var noise = "isotropic"

  @Option(
    help: ArgumentHelp(
      "Strengths, relative to the model's embeddings; those between the best and its neighbours follow.",
      valueName: "list"))
  var sigma = "0.25,0.5,1"

  @Option(parsing: .unconditional, help: ArgumentHelp("Copies that vote.", valueName: "k"))
  var samples = 10

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens that are voted on.", valueName: "l"))
  var prefix = 20

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The most tokens of an answer.", valueName: "n"))
  var maxTokens = 24

  @Option(parsing: .unconditional, help: ArgumentHelp("The seed of the noise.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      """
      Attacks in the place of the built-in ones: what 'resta attack export --format jbb' writes, or \
      any file that 'resta eval' reads. Our own goals keep their side; others are split by a hash.
      """, valueName: "file"))
  var attacks: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Ask at most so many prompts of each kind.", valueName: "n"))
  var limit: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin no answer after so many minutes.", valueName: "n"))
  var minutes = 30.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The least share of the voted tokens of everyday answers that stays.", valueName: "share"))
  var minAgreement = 0.5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much fewer everyday requests may be answered.", valueName: "share"))
  var maxLoss = 0.1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The guard: how much fewer plain harmful requests may be refused.", valueName: "share"))
  var maxGuardLoss = 0.05

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the measurements go. (default: evaluations/calibration-MODEL)", valueName: "folder"))
  var output: String?

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @Flag(help: "Keep nothing: only say what would be chosen.")
  var noSave = false

  @Flag(help: "Say what would be asked, and what it would cost at most; do nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON object; with --dry-run, the estimate.")
  var json = false

  @OptionGroup(title: "Model") var model: ModelArguments

  func run() async throws {
    let start = ContinuousClock.now
    let rule = try self.rule()
    let plan = try self.plan()
    // The table need not be there yet; one that is there must be one.
    let known = try KnownCalibrations(file: model.calibrations)
    var arguments = try model.adapted(noLora: noLora)
    arguments.usesCalibrations = false
    try arguments.check()
    if !noSave, !dryRun { try known.prepare() }
    let file = try Models.resolve(arguments.model)
    // Now: when the measurements are done, hours may have passed, and the file with them.
    guard let bytes = DigestMemory.File(path: file)?.bytes else {
      throw Failure.failed("The model's size cannot be read: \(file)")
    }
    let name =
      "calibration-" + URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    var configuration = try plan.configuration(name: name)
    configuration.templateDate = try model.date ?? configuration.templateDate
    configuration.templateVariables = try model.variables
    let session = try await EvaluationSession(
      configuration, options: EvaluationOptions(limit: limit)
    ) { [arguments] in try await arguments.evaluated(parallel: 1) }
    for line in session.plan.datasets.flatMap(\.gaps) { Terminal.error(line) }
    if dryRun { return try DryRun(session: session).show(json: json) }
    let folder = EvaluationSession.output(of: name, given: output)
    let store = try EvaluationStore(path: session.storePath(in: folder))
    let search = CalibrationSearch(grid: plan.grid, rule: rule)
    let deadline = start + .seconds(minutes * 60)
    let result: CalibrationRun.Result
    do {
      result = try await measure(
        CalibrationRun(session: session, store: store, search: search, prefix: plan.prefix)
      ) { ContinuousClock.now >= deadline }
    } catch is CancellationError {
      Terminal.error("What is done is in \(store.path); the same command goes on.")
      throw CancellationError()
    }
    let report = CalibrationReport(
      session: session, adapters: arguments.lora, plan: plan, search: search, result: result,
      store: store.path, digest: try await store.digest())
    try store.close()
    try finish(report, bytes: bytes, known: known)
  }

  /// Measures, and shows how far that is.
  private func measure(
    _ run: CalibrationRun, isSpent: @escaping @Sendable () -> Bool
  ) async throws -> CalibrationRun.Result {
    let display = ProgressDisplay()
    defer { display.clear() }
    let begun = { (step: CalibrationSearch.Step) in
      display.clear()
      Terminal.error("\(step.defense): \(CalibrationReport.words(step.role))")
    }
    return try await run.run(isSpent: isSpent, begun: begun, progress: display.show)
  }

  /// Keeps the choice, shows the curve whether that was possible or not, and says where it is.
  private func finish(_ report: CalibrationReport, bytes: Int, known: KnownCalibrations) throws {
    let entry = try report.entry(bytes: bytes, version: Version.description)
    let kept = Result<String?, any Error> { try noSave ? nil : entry.map { try known.keep($0) } }
    if json {
      try JSONOutput.print(report.output(keptIn: try? kept.get()))
    } else {
      report.show()
    }
    if let path = try kept.get() {
      let limits =
        model.calibrations == nil
        ? "" : " Only with --calibrations FILE, or \(KnownCalibrations.variable)."
      Terminal.error("Kept in \(path): \(report.use)\(limits)")
    }
    guard entry == nil else { return }
    if known.entry(for: report.weights) != nil {
      Terminal.error("What was known of these weights before stays as it is.")
    }
    throw ExitCode(1)
  }

  private func rule() throws -> CalibrationRule {
    for (name, share) in [
      ("min-agreement", minAgreement), ("max-loss", maxLoss), ("max-guard-loss", maxGuardLoss),
    ] where !(0...1).contains(share) {
      throw Failure.usage("--\(name) must be between 0 and 1, not \(share).")
    }
    return CalibrationRule(agreement: minAgreement, loss: maxLoss, guardLoss: maxGuardLoss)
  }

  private func plan() throws -> CalibrationPlan {
    let kinds = NoiseKind.allCases.filter { $0 != .none }
    let noises = try noise.commaParts.map { text in
      guard let kind = kinds.first(where: { $0.rawValue == text }) else {
        throw Failure.usage(
          "--noise: \(Suggestion.unknown("noise", text, known: kinds.map(\.rawValue)))")
      }
      return kind
    }
    let sigmas = try sigma.commaParts.map { text in
      guard let value = Double(text), value > 0, value.isFinite else {
        throw Failure.usage("--sigma: expected numbers above 0, not '\(text)'.")
      }
      return value
    }
    try Failure.check("--samples", samples, atMost: DefenseSettings.samplesRange.upperBound)
    try Failure.check("--prefix", prefix, atMost: 100_000)
    try Failure.check(
      "--max-tokens with --prefix \(prefix)", maxTokens, atLeast: prefix, atMost: 100_000)
    guard minutes > 0, minutes < 1e6 else {
      throw Failure.usage("--minutes must be above 0 and below 1000000, not \(minutes).")
    }
    try Failure.check("--limit", limit)
    return CalibrationPlan(
      grid: CalibrationGrid(noises: noises, sigmas: sigmas), samples: samples,
      prefix: .tokens(prefix), maximumTokens: maxTokens, seed: seed,
      attacks: attacks.map { URL(fileURLWithPath: $0).path })
  }
}
