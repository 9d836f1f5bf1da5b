import ArgumentParser
import Foundation
import RESTA
import RESTAEvaluation
import RESTALocal

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
