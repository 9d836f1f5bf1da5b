import ArgumentParser
import RESTA
import RESTALlama

/// `resta doctor`: checks a model and a setting.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check that the defence works on a model with these settings.",
    discussion: """
      Checks the embedding path, the chat template, where the noise lands and that it is there, the \
      votes, whether answers stay coherent, and the cost; names the likely cause of each failure. \
      Ends with exit code 1 if a check fails.

      Examples:
        resta doctor --model model.gguf
        resta doctor --sigma 0.8 --sigma-unit absolute --json
      """)

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: .hidden)
  var injectFault: Patient.Fault?

  private struct Report: Encodable {
    let healthy: Bool
    let findings: [DoctorFinding]
    @Nullable var batchInvariance: BatchInvariance?
  }

  func run() async throws {
    var findings: [DoctorFinding] = []
    var batchInvariance: BatchInvariance?
    do {
      try model.check(defense)
      let loaded = try await model.loadAny()
      batchInvariance = try await (loaded as? LlamaModel)?.batchInvariance()
      findings = try await examine(loaded, batchInvariance)
    } catch let error as LlamaError where error.code == .embeddingMismatch {
      findings = [
        .failure("embedding path", error.message, remedy: "use another model")
      ]
    }
    let healthy = !findings.contains { $0.status == .failure }
    if json {
      try JSONOutput.print(
        Report(healthy: healthy, findings: findings, batchInvariance: batchInvariance))
    } else {
      for finding in findings { show(finding) }
      Terminal.line(
        healthy ? Style.green("\nHealthy: the defence works here.") : Style.red("\nNot healthy."))
    }
    if !healthy { throw ExitCode(1) }
  }

  private func examine(
    _ loaded: any LanguageModel, _ invariance: BatchInvariance?
  ) async throws -> [DoctorFinding] {
    var findings: [DoctorFinding] = []
    if let local = loaded as? LlamaModel, let invariance {
      let test = local.selfTest
      findings = [
        .pass(
          "embedding path",
          "rows and token ids give the same logits (largest difference "
            + "\(Summary.number(test.largestDifference)) of \(Summary.number(test.largestLogit)))"),
        shapes(invariance),
      ]
    } else if let remote = loaded as? any RemoteModel {
      findings = remote.findings.map { .pass("embedding path", $0) }
    }
    let patient = Patient(
      model: loaded, template: try model.template(for: loaded),
      defense: try defense.settings(for: loaded.information), fault: injectFault)
    let checks: [(name: String, run: () async throws -> [DoctorFinding])] = [
      ("chat template", { [try TemplateCheck(patient: patient).run()] }),
      ("noise", { try await NoiseCheck(patient: patient).run() }),
      ("votes", { try await AnswerCheck(patient: patient).run() }),
    ]
    // Behind a failure the next ones mean nothing: without a template there is no prompt to look at.
    for check in checks where !findings.contains(where: { $0.status == .failure }) {
      findings += try await DoctorFinding.of(check.name, check.run)
    }
    return findings
  }

  /// Whether the decoders can be told apart by the shapes of their passes.
  private func shapes(_ invariance: BatchInvariance) -> DoctorFinding {
    let widths = invariance.widths.map(String.init)
    let named = "passes of \(widths.dropLast().joined(separator: ", ")) and \(widths.last ?? "")"
    guard !invariance.isExact else {
      return .pass("batch shapes", "\(named) positions give the same logits, bit for bit")
    }
    return .warning(
      "batch shapes",
      "\(named) positions give other logits at \(invariance.differing) of "
        + "\(invariance.positions) positions (largest difference "
        + "\(Summary.number(Double(invariance.largestDifference))) of "
        + "\(Summary.number(Double(invariance.largestLogit)))), another likeliest token at "
        + "\(invariance.otherTokens): near-ties may fall the other way in the fast decoder",
      remedy: "use a quantisation that docs/engine.md lists as exact, with this project's llama.cpp"
    )
  }

  private func show(_ finding: DoctorFinding) {
    let mark =
      switch finding.status {
      case .pass: Style.green("ok     ")
      case .warning: Style.yellow("warning")
      case .failure: Style.red("FAILED ")
      }
    // Details quote the model's file.
    let detail = Columns.harmless(finding.detail)
    Terminal.line("\(mark)  \(Columns.left(finding.check, 15)) \(detail)")
    if let remedy = finding.remedy { Terminal.line("         \(Columns.left("", 15)) → \(remedy)") }
  }
}

extension Patient.Fault: ExpressibleByArgument {}

/// What one check of `resta doctor` found.
struct DoctorFinding: Encodable, Sendable {
  enum Status: String, Encodable { case pass, warning, failure }

  let check: String
  let status: Status
  let detail: String
  @Nullable var remedy: String?

  static func pass(_ check: String, _ detail: String) -> DoctorFinding {
    DoctorFinding(check: check, status: .pass, detail: detail, remedy: nil)
  }

  static func warning(_ check: String, _ detail: String, remedy: String) -> DoctorFinding {
    DoctorFinding(check: check, status: .warning, detail: detail, remedy: remedy)
  }

  static func failure(_ check: String, _ detail: String, remedy: String) -> DoctorFinding {
    DoctorFinding(check: check, status: .failure, detail: detail, remedy: remedy)
  }

  /// What a check finds; one that cannot be made fails with the reason, and what others found stays.
  static func of(
    _ check: String, _ run: () async throws -> [DoctorFinding]
  ) async throws -> [DoctorFinding] {
    do {
      return try await run()
    } catch {
      guard let message = Failure.known(error)?.description else { throw error }
      return [DoctorFinding(check: check, status: .failure, detail: message, remedy: nil)]
    }
  }
}

/// What the doctor looks at: a model with a template and the settings of a defence.
struct Patient {
  /// A fault that tests plant to see that the doctor finds it.
  enum Fault: String, CaseIterable {
    /// The noise lands on template tokens instead of the user's.
    case wrongSpan = "wrong-span"
  }

  /// What the probes ask: harmless, and easy for any chat model.
  static let questions = [
    "Name three primary colours.", "What is the capital of France?",
    "Write one sentence about the sea.",
  ]

  let model: any LanguageModel
  /// The template of the command line, or `nil` for the model's own.
  let template: ChatTemplate?
  /// The settings with the window at the start: short test answers never reach a later one.
  let defense: DefenseSettings
  let fault: Fault?

  init(
    model: any LanguageModel, template: ChatTemplate?, defense: DefenseSettings, fault: Fault?
  ) {
    self.model = model
    self.template = template
    var defense = defense
    (defense.window, defense.latestStart) = (.start, nil)
    self.defense = defense
    self.fault = fault
  }

  /// The prompt of a conversation, with the planted fault if there is one.
  func prompt(_ messages: [ChatMessage]) throws -> TokenizedPrompt {
    var prompt = try Generation.tokenize(messages, for: model, template: template)
    if fault == .wrongSpan {
      for index in prompt.rendered.spans.indices {
        let range = prompt.rendered.spans[index].range
        prompt.rendered.spans[index].range =
          max(0, range.lowerBound - 16)..<max(0, range.upperBound - 16)
      }
    }
    return prompt
  }

  /// An answer with other settings than the patient's, or with them.
  func answer(
    _ question: String, defense: DefenseSettings, maximumTokens: Int,
    decoder: DecoderKind = .fast, model observed: (any LanguageModel)? = nil
  ) async throws -> GenerationResult {
    try await Generation(
      model: observed ?? model, prompt: try prompt([.user(question)]), defense: defense,
      options: GenerationOptions(maximumTokens: maximumTokens), decoder: decoder,
      probe: try .byPhrases(for: defense, model: model, template: template)
    ).result()
  }
}
