/// How many tokens of the answer are voted on, l in the paper.
public enum PrefixLength: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The first so many, at least 0.
  case tokens(Int)
  /// All of them (l = infinity).
  case all

  /// The number, or `all`.
  public var description: String {
    switch self {
    case .tokens(let count): "\(count)"
    case .all: "all"
    }
  }

  /// Whether a position is voted on; it is counted from where the window starts, and negative before it.
  func contains(_ index: Int) -> Bool {
    switch self {
    case .tokens(let count): (0..<max(0, count)).contains(index)
    case .all: index >= 0
    }
  }
}

/// Where the voted tokens lie in the answer.
public enum WindowPlacement: Sendable, Hashable, Codable {
  /// At its start: the method.
  case start
  /// Behind the first occurrence of a text, such as `</think>` for a reasoning model, or earlier where
  /// ``DefenseSettings/latestStart`` says so. An answer that ends before either is an error,
  /// `windowNeverOpened`, or `windowNotReached` where a bound of the request ended it.
  case after(String)
}
