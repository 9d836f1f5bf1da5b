/// Errors about names that are not known, with the one that may have been meant.
package enum Suggestion {
  /// A line that names what is not known, the nearest known name, and all of them in the order given.
  package static func unknown(_ kind: String, _ name: String, known: [String]) -> String {
    let hint = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? "."
    return "unknown \(kind) '\(name)'\(hint) Known: \(known.joined(separator: ", "))."
  }

  /// The known name that differs in the fewest letters, when these are few enough to be a slip.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let folded = fold(name)
    let ranked = known.map { (name: $0, distance: distance(folded, fold($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, folded.count / 3) ? best.name : nil
  }

  /// Case and the kind of separator are no difference.
  private static func fold(_ name: String) -> [Character] {
    name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// The number of letters to insert, remove, replace or swap with the next one (optimal string alignment distance).
  ///
  /// - Complexity: O(a * b).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
