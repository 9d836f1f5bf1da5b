import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("The report's CSV files") struct ReportTablesTests {
  /// Reads RFC 4180 by its grammar, independently of the writer.
  private static func parse(_ text: String) -> [[String]] {
    var rows: [[String]] = [], row: [String] = []
    var field: [UInt8] = [], quoted = false
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if quoted {
        if byte != 0x22 {
          field.append(byte)
        } else if bytes.first == 0x22 {
          field.append(0x22)
          bytes.removeFirst()
        } else {
          quoted = false
        }
      } else if byte == 0x22 {
        quoted = true
      } else if byte == 0x2C || byte == 0x0D {
        row.append(String(decoding: field, as: UTF8.self))
        field = []
        if byte == 0x0D {
          bytes.removeFirst()
          rows.append(row)
          row = []
        }
      } else {
        field.append(byte)
      }
    }
    return rows
  }

  private static func table(_ name: String, _ report: Report) -> [[String: String]] {
    let rows = parse(ReportTables.csv(report).first { $0.name == name }?.csv ?? "")
    return rows.dropFirst().map { row in
      Dictionary(zip(rows[0], row), uniquingKeysWith: { first, _ in first })
    }
  }

  @Test func `all rows are as long as the headings, and no heading comes twice`() {
    let tables = ReportTables.csv(ReportFixture.full)
    #expect(tables.count == 22)
    for (name, csv) in tables {
      let rows = Self.parse(csv)
      #expect(rows.count > 1, "\(name)")
      #expect(Set(rows.map(\.count)).count == 1, "\(name)")
      #expect(Set(rows[0]).count == rows[0].count, "\(name)")
    }
  }

  @Test func `numbers come back as they were`() throws {
    let report = ReportFixture.full
    let rows = Self.table("trade-off.csv", report)
    #expect(rows.count == report.tradeOff.count)
    for (row, point) in zip(rows, report.tradeOff) {
      #expect(row["defense"] == point.defense)
      #expect(row["attack_success_count"].flatMap { Int($0) } == point.attackSuccess.count)
      #expect(row["attack_success_low"].flatMap { Double($0) } == point.attackSuccess.low)
      #expect(row["attack_success_share"].flatMap { Double($0) } == point.attackSuccess.share)
      #expect(row["above_diagonal"].flatMap { Double($0) } == point.aboveDiagonal.value)
      #expect(row["verdict"] == point.verdict.rawValue)
    }
    let differences = Self.table("comparisons.csv", report).compactMap { $0["difference"] }
    // A negative number is a number, not a formula.
    #expect(differences.contains { $0.hasPrefix("-0.") })
    #expect(!differences.contains { $0.hasPrefix("'") })
  }

  @Test(arguments: [
    ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"),
    ("\tx", "'\tx"), ("\rx", "'\rx"), ("=\u{301}", "'=\u{301}"), ("a=1", "a=1"), ("", ""),
    ("a,b", "a,b"), ("a\r\nb", "a\r\nb"), ("\"", "\""), (" =1", " =1"), ("e\u{301}", "e\u{301}"),
  ])
  func `text comes back as it was, and formulas as text`(text: String, written: String) {
    var report = ReportFixture.full
    report.datasets[0].name = text
    report.judges[0].agreement = text
    #expect(
      Self.table("datasets.csv", report)[0]["dataset"].map { Array($0.utf8) } == Array(written.utf8)
    )
    #expect(
      Self.table("judges.csv", report)[0]["agreement"].map { Array($0.utf8) } == Array(written.utf8)
    )
  }

  @Test(arguments: EscapingTests.payloads)
  func `no text adds a row or a column`(payload: String) throws {
    let (plain, _) = try ReportPayload.report(ReportFixture.small, with: "x")
    let (report, _) = try ReportPayload.report(ReportFixture.small, with: payload)
    let shapes = ReportTables.csv(report).map { Self.parse($0.csv).map(\.count) }
    #expect(shapes == ReportTables.csv(plain).map { Self.parse($0.csv).map(\.count) })
  }

  @Test func `nothing of an earlier report stays in a folder, and all else does`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    func files() throws -> Set<String> {
      Set(
        try ["figures", "tables"].flatMap { part in
          try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(part)")
            .map { "\(part)/\($0)" }
        })
    }
    func names(_ report: Report) -> Set<String> {
      Set(
        ReportFigures.all(report).map { "figures/\($0.name)" }
          + ReportTables.csv(report).map { "tables/\($0.name)" })
    }
    var others: Set = [
      "figures/mine.svg", "figures/sweep-1.svg.png", "figures/sweep-99.svg", "tables/groups-2.csv",
    ]
    let full = ReportFixture.full
    try full.write(to: folder)
    for name in others { try Data().write(to: folder.appendingPathComponent(name)) }
    #expect(try files() == names(full).union(others))
    var less = full
    (less.sweeps, less.votes, less.preferences) = ([], [], [])
    try less.write(to: folder)
    #expect(try files() == names(less).union(others))
    try Report(title: "", command: "").write(to: folder)
    #expect(try files() == others)
    // Somebody else's, under a name that is ours.
    others.insert("tables/judges.csv")
    try Data("name,age\n".utf8).write(to: folder.appendingPathComponent("tables/judges.csv"))
    try Report(title: "", command: "").write(to: folder)
    #expect(try files() == others)
  }

  @Test func `the JSON form is the report`() throws {
    let data = try ReportJSON.encode(ReportFixture.full)
    #expect(try JSONDecoder().decode(Report.self, from: data) == ReportFixture.full)
    #expect(try ReportJSON.encode(ReportFixture.full) == data)
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let keys = lines.filter { $0.hasPrefix("  \"") }.compactMap {
      $0.split(separator: "\"").dropFirst().first
    }
    #expect(keys.count == 20)
    #expect(keys == keys.sorted())
  }
}
