import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// What a calibration found, for people, for machines and for the table that keeps it.
struct CalibrationReport {
  let weights: CalibrationTable.Weights
  private let model: String
  private let adapters: [String]
  private let record: StoreRecord
  private let prompts: String
  private let plan: CalibrationPlan
  private let search: CalibrationSearch
  private let result: CalibrationRun.Result
  private let store: String
  private let digest: String

  init(
    session: EvaluationSession, adapters: [String], plan: CalibrationPlan,
    search: CalibrationSearch, result: CalibrationRun.Result, store: String, digest: String
  ) {
    record = session.record
    self.adapters = adapters
    weights = CalibrationTable.Weights(
      model: record.subject.modelSHA256,
      adapters: record.subject.adapters.map { ($0.sha256, $0.scale) })
    model = session.subject.model.information.name
    let samples = session.plan.datasets.flatMap(\.samples)
    let counts = [Sample.Role.benign, .direct, .adversarial].map { role in
      "\(samples.count { $0.role == role }) \(Self.words(role))"
    }
    let attacks = samples.filter { $0.role == .adversarial }
    let goals = Set(attacks.map { $0.behavior ?? $0.goal ?? $0.id }).count
    prompts = counts.joined(separator: ", ") + " on \(goals) goals; development side of the split"
    self.plan = plan
    self.search = search
    self.result = result
    self.store = store
    self.digest = digest
  }

  /// What prompts of a role are called here.
  static func words(_ role: Sample.Role) -> String {
    switch role {
    case .benign: "everyday requests"
    case .direct: "direct harmful requests"
    case .adversarial: "attacks"
    }
  }

  // MARK: - For people

  /// Prints the curve, the rule and the choice.
  func show() {
    let names = [CalibrationPlan.baseline] + search.grid.candidates.map(\.name)
    let measured = names.compactMap { result.points[$0] }
    let head = ["noise", "tokens kept", "answered", "direct refused", "attacks refused"]
    let rows = measured.map { point in
      [point.name]
        + [point.agreement, point.answered, point.directRefused, point.attacksRefused]
        .map(\.text)
    }
    let lines = Columns.table([head] + rows)
    let name = adapters.reduce(model) { "\($0), LoRA adapter \($1)" }
    Terminal.line("\(Columns.harmless(name)): \(prompts)\n")
    Terminal.line(Style.dim(lines[0]))
    for (point, line) in zip(measured, lines.dropFirst()) {
      let isChosen = point.name == result.choice?.name
      Terminal.line(isChosen ? Style.green(line) : line)
      if point.name != CalibrationPlan.baseline, let note = note(on: point, isChosen) {
        Terminal.line(Style.dim("  \(note)"))
      }
    }
    Terminal.line("\nThe rule: \(search.rule.text)")
    Terminal.line("\n" + choiceText)
    if let unreached = unreachedText { Terminal.line(unreached) }
    Terminal.line("Measurements: \(store)")
  }

  private func note(on point: CalibrationPoint, _ isChosen: Bool) -> String? {
    if isChosen { return "chosen; refused more or less: \(changes(of: point))" }
    if let objection = search.rule.objection(to: point) { return objection }
    return point.isWhole ? "passes; \(changes(of: point))" : "not asked everything"
  }

  private func changes(of point: CalibrationPoint) -> String {
    "direct \(point.directChange.text), attacks \(point.attacksChange.text)"
  }

  private var choiceText: String {
    guard let choice = result.choice else {
      return result.unreached == nil
        ? "No strength may be chosen: nothing is kept for this model."
        : "No strength can be chosen yet."
    }
    return
      "Chosen: \(choice.noise.rawValue) noise, sigma \(SettingValue.text(of: choice.sigma)) relative, "
      + "k = \(plan.samples), l = \(plan.prefix). Its numbers here are too good, because it was chosen by "
      + "them: report the other side of the split."
  }

  /// For which loads a choice that is kept counts.
  var use: String {
    let lora = adapters.map { " --lora \($0)" }.joined()
    return lora.isEmpty
      ? "used for these weights whenever no noise is named."
      : "used whenever this model is loaded with\(lora) and no noise is named; else it is not calibrated."
  }

  private var unreachedText: String? {
    result.unreached.map {
      "Not reached in the time: \(Self.words($0.role)) under \($0.defense), and what would follow from "
        + "them. The same command goes on."
    }
  }

  // MARK: - For the table

  /// The choice as tables keep it; `nil` where there is none.
  func entry(bytes: Int, version: String) throws -> CalibrationTable.Entry? {
    guard let choice = result.choice, let point = result.points[choice.name],
      let plain = result.points[CalibrationPlan.baseline]
    else { return nil }
    let members: [String: String] = [
      "prompts": prompts,
      "tokens_kept": point.agreement.text,
      "answered": point.answered.text,
      "answered_undefended": plain.answered.text,
      "direct_refused": point.directRefused.text,
      "direct_refused_undefended": plain.directRefused.text,
      "attacks_refused": point.attacksRefused.text,
      "attacks_refused_undefended": plain.attacksRefused.text,
      "attacks": plan.attacks == nil ? "built-in" : "a file", "rule": search.rule.text,
      "search": result.unreached == nil ? "finished" : "ended by its time",
      "engine": record.subject.engine, "resta": version, "digest": digest,
    ]
    return CalibrationTable.Entry(
      model: model, weights: weights, bytes: bytes,
      setting: CalibratedSetting(
        noise: NoiseSettings(
          kind: choice.noise, sigma: Sigma(value: choice.sigma, unit: .relative)),
        samples: plan.samples, prefix: plan.prefix),
      measured: JSONObject(members.mapValues { .string($0) }))
  }

  // MARK: - For machines

  /// What `--json` prints.
  struct Output: Encodable {
    struct Setting: Encodable {
      let noise: NoiseKind
      let sigma: Double
      let sigmaUnit = Sigma.Unit.relative
      let samples: Int
      let prefix: String
    }

    struct Point: Encodable {
      @Nullable var noise: NoiseKind?
      @Nullable var sigma: Double?
      let measured: CalibrationPoint
      @Nullable var objection: String?
    }

    let model: String
    let adapters: [String]
    let weights: String
    let split = DataSplit.development
    let prompts: String
    let rule: CalibrationRule
    let ruleText: String
    let points: [Point]
    @Nullable var chosen: Setting?
    @Nullable var unreached: CalibrationSearch.Step?
    let store: String
    let digest: String
    @Nullable var keptIn: String?
  }

  func output(keptIn path: String?) -> Output {
    var points = result.points[CalibrationPlan.baseline].map { [Output.Point(measured: $0)] } ?? []
    for candidate in search.grid.candidates {
      guard let point = result.points[candidate.name] else { continue }
      points.append(
        Output.Point(
          noise: candidate.noise, sigma: candidate.sigma, measured: point,
          objection: search.rule.objection(to: point)))
    }
    return Output(
      model: model, adapters: adapters, weights: weights.name, prompts: prompts,
      rule: search.rule, ruleText: search.rule.text, points: points,
      chosen: result.choice.map {
        Output.Setting(
          noise: $0.noise, sigma: $0.sigma, samples: plan.samples, prefix: "\(plan.prefix)")
      },
      unreached: result.unreached, store: store, digest: digest, keptIn: path)
  }
}
