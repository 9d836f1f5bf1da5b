import ArgumentParser
import Foundation
import RESTAEvaluation

/// `resta eval data`: the datasets that are known, and the local copies.
struct EvalData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List known datasets, where to get them, and check local copies.",
    discussion: """
      Public datasets are not part of this project: each comes from its authors, under its licence. \
      Put them into a folder and name it with --data, or in RESTA_DATA.
      """)

  @Option(
    help: ArgumentHelp(
      "The folder with public datasets. (default: $\(KnownDataset.folderVariable))",
      valueName: "folder"))
  var data: String?

  @Flag(help: "Print a JSON list.")
  var json = false

  func run() throws {
    let folder = data ?? ProcessInfo.processInfo.environment[KnownDataset.folderVariable]
    let entries = KnownDataset.all.map { DatasetListing($0, folder: folder) }
    let builtIn = try BuiltInName.allCases.map { try Dataset.builtIn($0) }
    if json {
      return try JSONOutput.print(DatasetListing.Output(builtIn: builtIn, known: entries))
    }
    Terminal.line("Built in (our own, mild; always there):")
    for dataset in builtIn {
      Terminal.line(
        "  \(Columns.left(dataset.name, 14)) \(dataset.samples.count) prompts")
    }
    Terminal.line()
    Terminal.line("Public, from their authors (in \(folder ?? "no folder: give --data")):")
    for entry in entries { Terminal.line(entry.text) }
    if entries.contains(where: \.isWrong) { throw ExitCode(1) }
  }
}
