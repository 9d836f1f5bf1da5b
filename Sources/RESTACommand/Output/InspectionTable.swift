import RESTA

/// An inspection for people.
struct InspectionTable {
  private let report: InspectionReport

  init(_ report: InspectionReport) { self.report = report }

  func print() {
    Terminal.line(Style.dim("index      id  role       noise    norm  text"))
    for token in report.tokens {
      let row =
        "\(Columns.right("\(token.index)", 5)) \(Columns.right("\(token.id)", 7))  "
        + "\(Columns.left(token.role ?? (token.control ? "control" : "template"), 10)) "
        + "\(Columns.left(token.perturbed ? "yes" : "-", 5)) "
        + "\(Columns.right(Summary.number(token.norm), 7))  \(Columns.visible(token.text))"
      Terminal.line(token.perturbed ? Style.yellow(row) : token.control ? Style.cyan(row) : row)
    }
    if report.defusedControlText {
      Terminal.line("\nThe content spells control tokens; they were read as text.")
    }
    printNoise()
  }

  private func printNoise() {
    let noise = report.noise
    let count = report.tokens.filter(\.perturbed).count
    Terminal.line("\n\(count) of \(report.tokens.count) tokens are perturbed.")
    guard noise.kind != .none, count > 0 else { return }
    let relative = noise.sigmaRelative.map { ", \(Summary.number($0)) relative" } ?? ""
    Terminal.line(
      "\(noise.kind.rawValue) noise, sigma \(Summary.number(noise.sigmaAbsolute)) absolute\(relative), "
        + "over \(noise.samples) copies, seed \(noise.seed):")
    let rows: [(String, Double?)] = [
      ("share of tokens turned around (cosine below 0)", noise.flipShare),
      ("mean cosine to the clean embedding", noise.meanCosine),
      ("mean norm relative to the clean one", noise.meanNormRatio),
    ]
    for (name, value) in rows {
      Terminal.line("  \(Columns.left(name, 48)) \(value.map { Summary.number($0) } ?? "-")")
    }
  }
}
