import ArgumentParser
import Foundation
import RESTA
import RESTAAttack
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import Synchronization

/// `resta attack run`: attacks, or the rest of them.
struct AttackRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Attack, or go on where an attack was stopped.",
    discussion: """
      Each goal is first asked as it is; those that the undefended model does not refuse are counted \
      and not attacked. Flags win over the file. Run the same command again after an interrupt: no \
      query is made twice. Unless --model or --lora is given, the default model gets the adapter that \
      made it refuse (see 'resta demo').

      Examples:
        resta attack run --attack repeat --sigma 0.55
        resta attack run mine.yaml --queries 100 --parallel 4
        resta attack run --attack best-of-n --set best-of-n.sigma=0.6 --defense defences.yaml
        resta attack run --attack template --endpoint http://127.0.0.1:8080 --endpoint-model NAME
      """)

  @Argument(help: "A file with goals, attacks, defenses and settings, YAML. (default: none)")
  var configuration: String?

  @Option(
    help: ArgumentHelp(
      "An attack; may be given several times. 'resta attack list' has them.", valueName: "name"))
  var attack: [String] = []

  @Option(
    help: ArgumentHelp(
      "A setting of an attack, such as best-of-n.sigma=0.4; may be given several times.",
      valueName: "attack.setting=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Goals: a file of prompts in any format that evaluations read. (default: our own, mild)",
      valueName: "file"))
  var goals: String?

  @Option(
    help: ArgumentHelp(
      "The side of the goals' split: development is for choosing a defence's settings. (default: both "
        + "of a file, test of our own)"))
  var split: DataSplit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("At most so many goals, evenly spread. (default: all of a file, 16 of ours)")
  )
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "A defence, or a list of them: YAML as under 'defenses' of an evaluation. May be given several "
        + "times. (default: RESTA, by the options below)", valueName: "file"))
  var defense: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the attacker may see: text, votes or logprobs; attacks that need more are refused."))
  var knows: AttackKnowledge?

  @Option(help: ArgumentHelp("A file for the queries, SQLite.", valueName: "file"))
  var store = "attacks/results.sqlite"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many goals are attacked at a time, 1 to 64.", valueName: "n"))
  var parallel = 1

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @OptionGroup(title: "Attack") var settings: SettingFlags<AttackSettings>
  @OptionGroup(title: "Endpoint") var endpoint: AttackEndpoint
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var resta: SettingFlags<RestaDefense>

  @Flag(help: "Print the outcome as JSON instead of a table.")
  var json = false

  func run() async throws {
    let file = try combined()
    try AttackPlan.check(file.attacks, knows: knows, isEndpoint: endpoint.isGiven)
    try Failure.check("--parallel", parallel, atMost: 64)
    try Failure.check("--limit", limit)
    try model.check()
    try endpoint.check()
    try chosenDefense().check(on: model.remote.engine)
    if endpoint.isGiven { try checkOptionsOfAModel(file) } else { try checkControls(file) }
    let goals = try file.readGoals(limit: limit ?? (file.goals == nil ? 16 : nil))
    for line in goals.leftOut { Terminal.error(line) }
    let plan =
      try await endpoint.isGiven ? endpoint.plan(file, goals) : plan(file, goals)
    for case let transfer as TransferAttack in plan.attacks.map(\.attack) {
      Terminal.error(try transfer.coverage(of: goals.goals, in: plan.context))
    }
    let store = try AttackStore(path: store)
    let display = ProgressDisplay()
    let done: AttackProgress
    do {
      defer { display.clear() }
      done = try await AttackRunner(plan, into: store, parallel: parallel).run(
        progress: display.show)
    } catch {
      try? store.close()
      throw error
    }
    guard done.refused > 0 else {
      try store.close()
      throw Failure.failed(
        "The model refuses none of the \(done.goals) goals as they are, so nothing was attacked: "
          + "where it complies anyway, an attack that \"succeeds\" shows nothing. Take a model that "
          + "refuses, or goals that this one does.")
    }
    Terminal.error(
      "\(done.queries) queries, \(done.tokens) tokens; \(done.refused) of \(done.goals) goals are "
        + "refused, \(done.breached) of \(done.units) attacks broke one. Queries in \(store.path)")
    let table = try await AttackTable(store, showsAnswers: false)
    try store.close()
    try table.show(json: json)
  }

  /// What says a setting: its flag, or its key in the file.
  private func origin(of setting: String) -> String {
    guard settings.chosen.names.contains(setting) else { return "'\(setting)' of the file" }
    return setting == "controls" ? "--no-controls" : Self.flag(setting)
  }

  private static func flag(_ name: String) -> String { "--" + name.replacing("_", with: "-") }

  /// Refuses what is said of a control that is left out.
  private func checkControls(_ file: AttackConfiguration) throws {
    let isThere =
      file.settings.value.hasControls
      && !file.defenses.contains { $0.defense.kind == RandomRefusal.kind }
    guard isThere || !file.settings.names.contains("refuse_share") else {
      throw Failure.usage(
        "There is no control that refuses at random, because controls are left out or a defence "
          + "does: leave out \(origin(of: "refuse_share")).")
    }
  }

  /// Refuses what is said about a model and its defence where a server has both.
  private func checkOptionsOfAModel(_ file: AttackConfiguration) throws {
    var unused = resta.chosen.names.sorted().map(Self.flag)
    // The server draws its noise itself, and there is no arm that refuses at random.
    unused += ["noise_seed", "refuse_share", "controls"].filter(file.settings.names.contains)
      .map(origin)
    if !file.defenses.isEmpty {
      unused.append(defense.isEmpty ? "'defenses' of the file" : "--defense")
    }
    guard unused.isEmpty else {
      throw Failure.usage(
        "--endpoint has the defence that its server has: leave out "
          + unused.joined(separator: ", ") + ".")
    }
    let options = model.given + (noLora ? ["--no-lora"] : [])
    guard options.isEmpty else {
      throw Failure.usage(
        "--endpoint asks the model of its server: leave out \(options.joined(separator: ", ")).")
    }
  }

  /// The file with what the command line says instead.
  private func combined() throws -> AttackConfiguration {
    var file =
      try configuration.map(AttackConfiguration.init(contentsOf:)) ?? AttackConfiguration()
    file.settings.override(with: settings.chosen, table: AttackSettings.table)
    if let goals { file.goals = URL(fileURLWithPath: goals).path }
    if let split { file.split = split }
    if !attack.isEmpty {
      file.attacks = try attack.map {
        NamedAttack(name: $0, attack: try AttackCatalog.attack($0))
      }
    }
    for assignment in set { try file.set(assignment) }
    if !defense.isEmpty {
      file.defenses = try defense.flatMap { try AttackConfiguration.defenses(contentsOf: $0) }
    }
    return file
  }

  /// What the command line says of the defence, as other commands have it.
  private func chosenDefense() throws -> DefenseArguments {
    let named = resta.chosen
    if let flag = named.value.excluded.first(where: named.names.contains) {
      throw Failure.usage(
        "--calibrated decides the noise: leave out \(Self.flag(flag)).")
    }
    var arguments = DefenseArguments()
    arguments.chosen.value = named.value.defense
    arguments.chosen.names = named.names
    return arguments
  }

  /// The plan against the model in process.
  private func plan(
    _ file: AttackConfiguration, _ goals: GoalSet
  ) async throws -> AttackPlan {
    let settings = file.settings.value
    let model = try await self.model.adapted(noLora: noLora).evaluated(parallel: parallel)
    var subject = try model.subject(
      system: settings.system, maximumTokens: settings.maximumTokens, date: try self.model.date,
      variables: try self.model.variables)
    subject.options.sampling.temperature = settings.temperature
    var file = file
    if file.defenses.isEmpty || !resta.chosen.names.isEmpty {
      let chosen = try chosenDefense().settings(for: model.model.information)
      let arm = resta.chosen.value.isCalibrated ? resta.chosen.value : RestaDefense(chosen)
      file.defenses.append(NamedDefense(name: arm.defaultName, defense: arm))
      let found = Calibration(of: chosen, for: model.model.information)
      // Where a calibration is demanded and there is none, that is an error next.
      if found != .chosen, found != .none || !arm.isCalibrated {
        Terminal.error("\(arm.defaultName): \(found.warning ?? found.words)")
      }
    }
    let identity = try model.identity(of: subject)
    let record = try CanonicalJSON.value(
      JSONObject.self, from: CanonicalJSON.text(identity.record))
    return AttackPlan(
      goals: goals,
      arms: try await file.arms(of: subject) { path in
        var other = try self.model.adapted(noLora: noLora)
        other.model = EvaluationConfiguration.resolved(path, in: file.folder)
        return try await other.evaluated(parallel: parallel)
      }, attacks: file.attacks, settings: settings,
      context: try await AttackContext.of(subject, seed: settings.seed, for: file.attacks),
      subject: record, judge: AttackJudge(model: subject))
  }
}

/// The options of a server under test.
struct AttackEndpoint: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Attack an OpenAI-compatible server on this machine instead: 127.0.0.1, ::1 or localhost.",
      valueName: "url"))
  var endpoint: String?

  @Option(
    help: ArgumentHelp(
      "The model's name at the endpoint, as its /v1/models lists it.", valueName: "name"))
  var endpointModel: String?

  @Option(
    help: ArgumentHelp(
      "The environment variable with the endpoint's API key.", valueName: "variable"))
  var apiKeyVariable: String?

  var isGiven: Bool { endpoint != nil }

  /// Refuses what is said about an endpoint where there is none.
  func check() throws {
    guard isGiven || (endpointModel == nil && apiKeyVariable == nil) else {
      throw Failure.usage(
        "--endpoint-model and --api-key-variable are for --endpoint, and none is given.")
    }
  }

  func plan(_ file: AttackConfiguration, _ goals: GoalSet) async throws -> AttackPlan {
    let settings = file.settings.value
    let address = endpoint ?? ""
    var server = EndpointSettings(baseURL: address, model: endpointModel ?? "default")
    (server.apiKeyVariable, server.temperature) = (apiKeyVariable, settings.temperature)
    server.concurrency = 64
    let target = try EndpointTarget(
      server, maximumTokens: settings.maximumTokens, system: settings.system)
    guard let name = endpointModel else {
      throw Failure.usage(
        "--endpoint needs --endpoint-model, one of the names that its /v1/models lists.")
    }
    let subject: JSONObject = ["endpoint": .string(address), "model": .string(name)]
    return AttackPlan(
      goals: goals,
      arms: [AttackArm(name: "endpoint", kind: "endpoint", settings: subject, target: target)],
      attacks: file.attacks, settings: settings,
      context: try await AttackContext.of(nil, seed: settings.seed, for: file.attacks),
      subject: subject, judge: AttackJudge(model: nil))
  }
}

extension AttackKnowledge: ExpressibleByArgument {}

extension ProgressDisplay {
  /// Shows attacks.
  func show(_ state: AttackProgress) {
    var text: String
    if state.units == 0 {
      text = "Goal \(state.direct) of \(state.directTotal), asked as it is"
    } else {
      text = "Attack \(min(state.ended + 1, state.units)) of \(state.units)"
      text += ", \(state.queries) queries, \(state.tokens) tokens, \(state.breached) broken"
    }
    progress.withLock { $0.show(text, done: state.share) }
  }
}
