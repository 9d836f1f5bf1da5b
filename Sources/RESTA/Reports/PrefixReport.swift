/// l in JSON: a number, or the text `all`.
package enum PrefixReport: Encodable, Sendable, Hashable {
  /// So many tokens.
  case tokens(Int)
  /// The whole answer.
  case all

  package init(_ prefix: PrefixLength) {
    switch prefix {
    case .tokens(let count): self = .tokens(count)
    case .all: self = .all
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .tokens(let count): try container.encode(count)
    case .all: try container.encode("all")
    }
  }
}

extension PrefixReport: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tokens(let count): "\(count)"
    case .all: "all"
    }
  }
}
