import ArgumentParser
import Foundation
import RESTA
import RESTADocuments
public import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta sweep`: many settings of RESTA on one set of prompts.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Sweep RESTA's settings over a grid, and choose one.",
    discussion: """
      Each option takes one value or several, separated by commas; all combinations are run, beside \
      the undefended model, on the development side of the datasets' split. A setting that is chosen \
      here has to be reported on the other side: resta eval run.

      Examples:
        resta sweep --noise isotropic --sigma 0.3,0.4,0.55,0.7
        resta sweep --noise hard,isotropic --sigma 0.4,0.6 --samples 5,10 --choose
        resta sweep mine.yaml --prefix 0,5,10,20,all --sigma 0.55 --split test
      """)

  @Argument(help: "A configuration: its datasets and judges are used. (default: the built-in one)")
  var configuration: String?

  @Option(help: ArgumentHelp("Strengths.", valueName: "list"))
  var sigma = "0.3,0.4,0.55,0.7"

  @OptionGroup var grid: GridArguments

  @Option(help: ArgumentHelp("Rules for tied votes.", valueName: "list"))
  var tieRule = "log-probability"

  @Option(
    help: ArgumentHelp(
      "Leads at which no more copies are asked; null is none. (default: none)", valueName: "list"))
  var lead: String?

  @Option(help: "The side of the datasets' split.")
  var split = DataSplit.development

  @Flag(help: "Say which setting to take: the lowest attack success within --max-loss.")
  var choose = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much usefulness --choose may give up, 0 to 1. (default: 0.1)", valueName: "share"))
  var maxLoss: Double?

  @OptionGroup var arguments: EvaluationArguments

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  func run() async throws {
    try arguments.check()
    guard choose || maxLoss == nil else { throw Failure.usage("--max-loss is for --choose.") }
    let maxLoss = maxLoss ?? 0.1
    guard (0...1).contains(maxLoss) else {
      throw Failure.usage("--max-loss must be between 0 and 1, not \(maxLoss).")
    }
    guard !choose || arguments.shard == nil && arguments.only.isEmpty else {
      throw Failure.usage("--choose needs the whole plan: leave out --shard and --only, or it.")
    }
    let file = try swept(arguments.subject.configuration(configuration))
    let output = EvaluationSession.output(of: file.name, given: arguments.store.output)
    let session = try await arguments.session(file)
    if arguments.dryRun { return try DryRun(session: session).show(json: json) }
    let store = try await arguments.store.run(session, in: output, json: json)
    if session.plan.shard == .all {
      try await ReportWriter(store: store, folder: output, showsHarmful: false).write(json: json)
      if choose {
        let report = try await ReportAssembly(store: store).report(command: "")
        Terminal.error(SettingChoice(from: report, maximumLoss: maxLoss).text)
      }
    } else if json {
      try JSONOutput.print(try await store.counts())
    }
    try store.close()
  }

  /// The configuration with the grid in place of its defences.
  private func swept(_ base: EvaluationConfiguration) throws -> EvaluationConfiguration {
    var lists = grid.lists(sigma: sigma) + [("tie_rule", tieRule)]
    if let lead { lists.append(("lead", lead)) }
    var value = base
    value.defenses = [NamedDefense(name: "none", defense: Undefended())]
    for defense in try GridArguments.defenses(lists) {
      guard defense.defense.noise.kind != .none else {
        throw Failure.usage("--noise: none is no defence; the undefended model is asked anyway.")
      }
      value.defenses.append(NamedDefense(name: defense.defaultName, defense: defense))
    }
    value.baseline = "none"
    value.endpoint = nil
    value.name = base.name + "-sweep"
    for index in value.datasets.indices { value.datasets[index].split = split }
    // What tells this sweep from others: stores have had it in these words from the start.
    let lines = lists.map { "#     \($0): [\($1)]" }.joined(separator: "\n")
    value.text = """
      \(StoreRecord.sweepHead) the defences and the split below are in place of those of the configuration
      # split: \(split.rawValue)
      # defenses:
      #   - none
      #   - type: resta
      \(lines)
      \(base.text)
      """
    return value
  }
}

extension DataSplit: ExpressibleByArgument {}

extension SettingChoice {
  /// Which setting a sweep speaks for, in words, or why there is none.
  var text: String {
    var lines: [String] = []
    if let chosen {
      lines.append(
        "Chosen: \(chosen.defense). Its numbers here are too good, because it was chosen by them: "
          + "report the other side of the split.")
    } else {
      lines.append("No setting is within the limits:")
    }
    lines += rejections.map { "  \($0.defense): \($0.reason)" }
    return lines.joined(separator: "\n")
  }
}

/// The options of a command that takes several settings of the defence at once; the strengths are the command's own.
struct GridArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Noises: isotropic, hard, soft, orthogonal.", valueName: "list"))
  var noise = "isotropic"

  @Option(help: ArgumentHelp("The unit of --sigma: absolute or relative.", valueName: "unit"))
  var sigmaUnit = "relative"

  @Option(help: ArgumentHelp("Copies that vote, k.", valueName: "list"))
  var samples = "10"

  @Option(help: ArgumentHelp("Tokens that are voted on, l; all is one.", valueName: "list"))
  var prefix = "20"

  /// The settings and their values, as the command line has them, in the order in which they vary.
  func lists(sigma: String) -> [(String, String)] {
    [
      ("noise", noise), ("sigma", sigma), ("sigma_unit", sigmaUnit), ("samples", samples),
      ("prefix", prefix),
    ]
  }

  /// All combinations of the values of some settings, the first setting's slowest.
  static func defenses(_ lists: [(String, String)]) throws -> [RestaDefense] {
    var found = [RestaDefense.defaults]
    for (name, list) in lists {
      guard let row = RestaDefense.table.first(where: { $0.name == name }) else { continue }
      let values = list.commaParts
      found = try found.flatMap { defense in
        try values.map { value in
          var next = defense
          guard row.read(.plain(value), into: &next) else {
            throw Failure.usage(
              row.choices.isEmpty
                ? "--\(row.optionName): expected \(row.expected), not '\(value)'"
                : "--\(row.optionName): "
                  + Suggestion.unknown(name, value, known: row.choices))
          }
          return next
        }
      }
      // 0.5 and 0.50 are one setting, and would be one defence.
      var seen: [SettingValue: String] = [:]
      for (value, defense) in zip(values, found) {
        guard let earlier = seen.updateValue(value, forKey: row.write(defense)) else { continue }
        throw Failure.usage("--\(row.optionName): '\(earlier)' and '\(value)' are the same.")
      }
    }
    for defense in found { try defense.validate() }
    return found
  }
}
