import Yams

/// A tree of YAML with what its aliases and merge keys stand for: YAML 1.1's `<<`
/// (yaml.org/type/merge.html), which Compose files, CI configurations and PyYAML have taught everybody.
struct YAMLMerge {
  /// Values, and values inside one another, with aliases counted as often as they are used: a few lines
  /// of aliases of aliases can stand for more than any memory holds.
  private static let limits = (values: 100_000, depth: 64)

  private let file: String
  private var values = 0

  static func expanded(_ node: Node, file: String) throws(DocumentError) -> Node {
    var merge = YAMLMerge(file: file)
    return try merge.expanded(node, depth: 0)
  }

  private init(file: String) { self.file = file }

  private mutating func expanded(_ node: Node, depth: Int) throws(DocumentError) -> Node {
    values += 1
    guard values <= Self.limits.values else {
      throw error(node, "aliases stand for more than \(Self.limits.values) values")
    }
    guard depth <= Self.limits.depth else {
      throw error(node, "more than \(Self.limits.depth) lists and mappings are inside one another")
    }
    // As it is written: `node.tag` would be Yams' guess, from then on, as a key's is, whose anchor may lead here.
    let tag = (node.scalar?.tag ?? node.sequence?.tag ?? node.mapping?.tag ?? Tag.implicit).rawValue
    let guess = node.scalar.map { Node($0.string, $0.style == .plain ? .implicit : Tag(.str)) }
    guard tag.isEmpty || tag == guess?.tag.rawValue else {
      let name = tag.replacing("tag:yaml.org,2002:", with: "!!")
      throw error(node, "the tag '\(name)' means nothing here; write the value itself")
    }
    if let sequence = node.sequence {
      var elements: [Node] = []
      for element in sequence { elements.append(try expanded(element, depth: depth + 1)) }
      return .sequence(.init(elements, sequence.tag, sequence.style, sequence.mark))
    }
    guard let mapping = node.mapping else { return node }
    return .mapping(
      .init(try pairs(of: mapping, depth: depth), mapping.tag, mapping.style, mapping.mark))
  }

  /// The members of a mapping: merged ones first, without those that it, or an earlier of the merged, has itself.
  private mutating func pairs(
    of mapping: Node.Mapping, depth: Int
  ) throws(DocumentError) -> [(Node, Node)] {
    var own: [(Node, Node)] = []
    var merged: [(Node, Node)] = []
    for (key, value) in mapping {
      let expanded = try expanded(value, depth: depth + 1)
      if key.scalar?.string == "<<", key.scalar?.style == .plain {
        for source in expanded.sequence.map(Array.init) ?? [expanded] {
          guard let members = source.mapping else {
            throw error(key, "'<<' takes keys and values, by an alias, or a list of such")
          }
          for (key, value) in members { merged.append((key, value)) }
        }
      } else {
        own.append((key, expanded))
      }
    }
    guard !merged.isEmpty else { return own }
    var seen = Set(own.map(\.0))
    return merged.filter { seen.insert($0.0).inserted } + own
  }

  private func error(_ node: Node, _ message: String) -> DocumentError {
    DocumentError("\(node.mark.map { "\(file):\($0.line)" } ?? file): \(message)")
  }
}
