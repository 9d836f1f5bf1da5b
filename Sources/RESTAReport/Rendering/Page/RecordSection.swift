import RESTAEvaluation

/// What ran, and how to run it again.
enum RecordSection {
  static func section(_ report: Report) -> PageSection {
    let entries = report.record.flatMap { entry in
      [
        Markup.element("dt", .element("bdi", text: entry.label)),
        .element("dd", .element("bdi", text: entry.value)),
      ]
    }
    let record = entries.isEmpty ? Markup.empty : .element("dl", [:], entries)
    let configuration =
      report.configuration.isEmpty
      ? Markup.empty
      : .element("h3", text: "Configuration") + .element("pre", text: report.configuration)
    let command =
      report.command.isEmpty
      ? Markup.empty
      : .element("h3", text: "The command that makes this report again")
        + .element("pre", text: report.command)
    return PageSection(
      id: "record", title: "Run record", content: record + command + configuration)
  }
}
