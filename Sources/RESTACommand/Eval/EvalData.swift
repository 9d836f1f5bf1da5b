import ArgumentParser
import Foundation
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta eval data`: the datasets that are known, and the local copies.
struct EvalData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List known datasets, where to get them, and check local copies.",
    discussion: """
      Public datasets are not part of this project: each comes from its authors, under its licence. \
      Put them into a folder and name it with --data, or in RESTA_DATA.
      """)

  @OptionGroup var data: DataArguments

  @Flag(help: "Print a JSON list.")
  var json = false

  func run() throws {
    let folder = data.folder
    if let folder, (try? FileManager.default.contentsOfDirectory(atPath: folder)) == nil {
      throw Failure.usage(
        "There is no folder '\(folder)' that can be read: --data, or \(KnownDataset.folderVariable)."
      )
    }
    let entries = KnownDataset.all.map { DatasetListing($0, folder: folder) }
    let builtIn = try BuiltInName.allCases.map { try Dataset.builtIn($0) }
    if json {
      try JSONOutput.print(DatasetListing.Output(builtIn: builtIn, known: entries))
    } else {
      Terminal.line("Built in (our own, mild; always there):")
      for dataset in builtIn {
        Terminal.line("  \(Columns.left(dataset.name, 14)) \(dataset.samples.count) prompts")
      }
      Terminal.line("\nPublic, from their authors (in \(folder ?? "no folder: give --data")):")
      Terminal.lines(entries.map(\.text))
    }
    if entries.contains(where: \.isWrong) { throw ExitCode(1) }
  }
}

/// A known dataset and its local copy, as `resta eval data` shows it.
struct DatasetListing: Encodable {
  let name: String
  let summary: String
  let format: String
  let licence: String
  let addresses: [String]
  let sha256: String
  let note: String?
  let file: String?
  /// `missing`, `same`, `different` or `unreadable`.
  let state: String
  let counts: DatasetCounts?
  let problem: String?

  struct Output: Encodable {
    let builtIn: [BuiltIn]
    let known: [DatasetListing]

    struct BuiltIn: Encodable {
      let name: String
      let prompts: Int
      let sha256: String
    }

    init(builtIn: [Dataset], known: [DatasetListing]) {
      self.builtIn = builtIn.map {
        BuiltIn(name: $0.name, prompts: $0.samples.count, sha256: $0.sha256)
      }
      self.known = known
    }
  }

  init(_ dataset: KnownDataset, folder: String?) {
    name = dataset.name
    summary = dataset.summary
    format = dataset.format.rawValue
    licence = dataset.licence
    addresses = dataset.addresses
    sha256 = dataset.sha256
    note = dataset.note
    file = folder.flatMap { dataset.locate(in: $0) }
    switch file.map({ dataset.check($0) }) ?? .missing {
    case .missing: (state, counts, problem) = ("missing", nil, nil)
    case .same(let found): (state, counts, problem) = ("same", found, nil)
    case .different(let hash, let found, let asExpected):
      state = "different"
      counts = found
      problem =
        "another file, SHA-256 \(hash); it holds "
        + (asExpected ? "as much as the known one" : "another number of prompts")
    case .unreadable(let error): (state, counts, problem) = ("unreadable", nil, error.message)
    }
  }

  /// Whether a local copy is there and cannot be used.
  var isWrong: Bool { state == "unreadable" }

  /// For people.
  var text: String {
    var lines = ["  \(Columns.left(name, 14)) \(summary)"]
    let indent = String(repeating: " ", count: 17)
    lines.append("\(indent)\(format), licence \(licence), SHA-256 \(sha256.prefix(16))…")
    for address in addresses { lines.append(indent + address) }
    if let note { lines.append(indent + note) }
    switch state {
    case "missing": lines.append("\(indent)not here")
    case "same": lines.append("\(indent)here, as known: \(Self.text(of: counts))")
    case "different":
      lines.append("\(indent)here, but \(problem ?? ""): \(Self.text(of: counts))")
    default: lines.append("\(indent)here, but unreadable: \(problem ?? "")")
    }
    return lines.joined(separator: "\n")
  }

  private static func text(of counts: DatasetCounts?) -> String {
    guard let counts else { return "not counted" }
    var parts = ["\(counts.rows) entries", "\(counts.rows - counts.nulls) prompts"]
    let empty = counts.nulls - counts.unreadable
    if empty > 0 { parts.append("\(empty) without a prompt") }
    if counts.unreadable > 0 { parts.append("\(counts.unreadable) that cannot be read") }
    if let jailbroken = counts.jailbroken { parts.append("\(jailbroken) jailbroken") }
    if counts.benign > 0, counts.benign < counts.rows { parts.append("\(counts.benign) benign") }
    return parts.joined(separator: ", ")
  }
}
