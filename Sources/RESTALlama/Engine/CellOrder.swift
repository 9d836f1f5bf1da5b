import RESTA

/// Which cells of llama.cpp's cache hold what, followed from outside: whether a pass still finds cells in order.
///
/// Attention sums over a sequence's positions in the order of their cells. Our llama.cpp gives each
/// position the first free cell behind those of its sequence (`scripts/llama-patches/cells.h`), and takes
/// whichever is free once there is none up to the end, which rounds otherwise. A cache in which
/// conversations are kept is never empty, so it comes to that, unless all is moved to the beginning first.
struct CellOrder: Sendable {
  private static let unused: UInt16 = 0

  /// By how many sequences each cell is held.
  private var users: [UInt16]
  /// The cells of each sequence, by position.
  private var cells: [Int32: [Int32]] = [:]
  private(set) var used = 0

  /// An empty cache of so many cells.
  init(count: Int) { users = Array(repeating: Self.unused, count: count) }

  var count: Int { users.count }

  /// Gives positions their cells; `false` where one finds none behind its sequence's, and nothing is changed.
  mutating func append(_ phase: EnginePass.Phase) -> Bool {
    var next: [Int32: Int] = [:]
    var found: [(sequence: Int32, cell: Int)] = []
    for piece in phase.parts.lazy.flatMap(\.pieces) {
      let sequence = piece.sequence
      var cell = next[sequence] ?? cells[sequence]?.last.map { Int($0) + 1 } ?? 0
      for _ in piece.range {
        while cell < users.count, users[cell] != Self.unused { cell += 1 }
        guard cell < users.count else {
          for (_, cell) in found { users[cell] = Self.unused }
          return false
        }
        users[cell] = 1
        found.append((sequence, cell))
        cell += 1
      }
      next[sequence] = cell
    }
    for (sequence, cell) in found { cells[sequence, default: []].append(Int32(cell)) }
    used += found.count
    return true
  }

  /// An empty sequence shares the first cells of another.
  mutating func fork(_ source: Int32, to target: Int32, length: Int) {
    let shared = Array(cells[source, default: []].prefix(length))
    for cell in shared { users[Int(cell)] += 1 }
    cells[target] = shared
  }

  /// A sequence loses its cells from a length on.
  mutating func truncate(_ sequence: Int32, to length: Int) {
    guard let held = cells[sequence], held.count > length else { return }
    for cell in held[length...] {
      users[Int(cell)] -= 1
      if users[Int(cell)] == Self.unused { used -= 1 }
    }
    cells[sequence] = length > 0 ? Array(held.prefix(length)) : nil
  }

  /// The order once everything lies at the beginning of a cache of so many cells.
  func compacted(count: Int) -> CellOrder {
    var result = CellOrder(count: max(count, used))
    var places: [Int32: Int32] = [:]
    for (cell, users) in users.enumerated() where users != Self.unused {
      result.users[places.count] = users
      places[Int32(cell)] = Int32(places.count)
    }
    result.cells = cells.mapValues { $0.compactMap { places[$0] } }
    result.used = used
    return result
  }
}
