/// How one series is told from the others: by colour, by mark, and by the dashes of its line.
struct SeriesStyle: Sendable, Hashable {
  /// Which of the series it is, from 0; 0 looks neutral and is the undefended model's.
  let index: Int

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

/// Finds places for labels beside points such that they cover neither each other nor a mark.
struct LabelPlacement {
  private struct Box {
    var left: Double, top: Double, right: Double, bottom: Double

    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }
  }

  private let frame: PlotFrame
  private var taken: [Box]

  /// Starts with the marks, which no label may cover.
  init(frame: PlotFrame, marks: [(x: Double, y: Double)]) {
    self.frame = frame
    taken = marks.map { Box(left: $0.x - 6, top: $0.y - 6, right: $0.x + 6, bottom: $0.y + 6) }
  }

  /// Takes the first free place around a point, near ones first; the least covered one if none is free.
  mutating func place(
    _ x: Double, _ y: Double, width: Double, height: Double
  ) -> (x: Double, y: Double) {
    var best: (box: Box, cost: Double)?
    for distance in [13.0, 20, 28, 38, 50, 64] {
      for (dx, dy) in Self.directions {
        let middleX = x + dx * (distance + width / 2 - 6), middleY = y + dy * distance
        let box = Box(
          left: middleX - width / 2, top: middleY - height / 2, right: middleX + width / 2,
          bottom: middleY + height / 2)
        let cost = cost(of: box)
        if cost < best?.cost ?? .infinity { best = (box, cost) }
      }
      if best?.cost == 0 { break }
    }
    guard let box = best?.box else { return (x, y) }
    taken.append(box)
    return ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
  }

  /// How much of a box is over others or outside.
  private func cost(of box: Box) -> Double {
    let inside = Box(
      left: frame.x + 1, top: frame.y + 1, right: frame.right - 1, bottom: frame.bottom - 1)
    let area = (box.right - box.left) * (box.bottom - box.top)
    return taken.reduce(area - box.overlap(inside)) { $0 + $1.overlap(box) }
  }

  private static let directions: [(Double, Double)] = [
    (1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1.3), (0, 1.3), (1.2, 0), (-1.2, 0),
  ]
}
