/// All series of one name, and how they are exposed.
struct MetricFamily: Sendable {
  /// The type that Prometheus knows.
  enum Kind: String, Sendable {
    case counter, gauge, histogram

    /// The name of a family, with the suffix that the kind has by convention.
    ///
    /// - Parameters:
    ///   - label: The name that the program uses.
    ///   - isTime: Whether values are seconds.
    /// - Returns: The name.
    func name(for label: String, isTime: Bool) -> String {
      let name = MetricName.metric(label)
      let suffix = self == .counter ? "_total" : isTime ? "_seconds" : ""
      return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The names of the lines of a family: no two families may share one.
    func sampleNames(of name: String) -> [String] {
      self == .histogram ? [name, "\(name)_bucket", "\(name)_sum", "\(name)_count"] : [name]
    }
  }

  /// A series.
  enum Cell: Sendable {
    case counter(CounterCell)
    case gauge(GaugeCell)
    case histogram(HistogramCell)

    /// Whether it is this object.
    func isSame(as handler: AnyObject) -> Bool {
      switch self {
      case .counter(let cell): cell === handler
      case .gauge(let cell): cell === handler
      case .histogram(let cell): cell === handler
      }
    }
  }

  let kind: Kind
  var cells: [LabelSet: Cell] = [:]

  /// The lines of the family, series in the order of their labels.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - help: What it says, if anything.
  /// - Returns: HELP, TYPE and the samples.
  func lines(name: String, help: String?) -> [String] {
    var lines = help.map { ["# HELP \(name) \(MetricName.help($0))"] } ?? []
    lines.append("# TYPE \(name) \(kind.rawValue)")
    for (labels, cell) in cells.sorted(by: { $0.key < $1.key }) {
      switch cell {
      case .counter(let cell):
        lines.append("\(name)\(labels.braced()) \(MetricName.number(cell.value))")
      case .gauge(let cell):
        lines.append("\(name)\(labels.braced()) \(MetricName.number(cell.value))")
      case .histogram(let cell):
        lines += Self.lines(name: name, labels: labels, bounds: cell.bounds, cell.content)
      }
    }
    return lines
  }

  private static func lines(
    name: String, labels: LabelSet, bounds: [Double], _ content: HistogramCell.Content
  ) -> [String] {
    var lines: [String] = []
    var count = 0
    for (bound, own) in zip(bounds + [.infinity], content.counts) {
      count += own
      let bucket = labels.braced(adding: "le=\"\(MetricName.number(bound))\"")
      lines.append("\(name)_bucket\(bucket) \(count)")
    }
    lines.append("\(name)_sum\(labels.braced()) \(MetricName.number(content.sum))")
    lines.append("\(name)_count\(labels.braced()) \(count)")
    return lines
  }
}
