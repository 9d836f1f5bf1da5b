import RESTAEvaluation

/// How one series is told from the others: by colour, by mark, and by the dashes of its line.
struct SeriesStyle: Sendable, Hashable {
  /// Which of the series it is, from 0; 0 looks neutral and is the undefended model's.
  let index: Int

  /// The class with its colour.
  var color: String { "s\(index % 8)" }

  /// Its line: after eight series colours come again, with other dashes.
  func line(_ points: [(x: Double, y: Double)]) -> Markup {
    guard points.count > 1 else { return .empty }
    let path = points.map { "\(Draw.number($0.x)) \(Draw.number($0.y))" }
    let dashes = ["none", "7 3", "2 3", "9 3 2 3"][index / 8 % 4]
    return .void(
      "path",
      ["class": "line", "stroke-dasharray": dashes, "d": "M" + path.joined(separator: "L")])
  }

  /// Its mark around a point.
  func mark(_ x: Double, _ y: Double, size: Double = 5) -> Markup {
    if index % 8 == 0 {
      return .void(
        "circle",
        ["class": "mark", "cx": Draw.number(x), "cy": Draw.number(y), "r": Draw.number(size)])
    }
    let corners = Self.shapes[index % 8].map {
      "\(Draw.number(x + $0 * size)),\(Draw.number(y + $1 * size))"
    }
    return .void("polygon", ["class": "mark", "points": corners.joined(separator: " ")])
  }

  /// Corners around the origin: none (a circle), square, triangle, diamond, triangle on its head,
  /// plus, hourglass, hexagon.
  private static let shapes: [[(Double, Double)]] = [
    [],
    [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    [(0, -1.2), (1.1, 0.85), (-1.1, 0.85)],
    [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
    [(0, 1.2), (1.1, -0.85), (-1.1, -0.85)],
    [
      (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2),
      (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
    ],
    [(-1.1, -1.1), (1.1, -1.1), (-1.1, 1.1), (1.1, 1.1)],
    [(-1.2, 0), (-0.6, -1.05), (0.6, -1.05), (1.2, 0), (0.6, 1.05), (-0.6, 1.05)],
  ]
}
