/// Which prompts of a dataset are asked; all conditions hold together.
public struct DatasetSelection: Sendable, Hashable {
  /// How many of the prompts that fit the other conditions.
  public enum Limit: Sendable, Hashable {
    /// At most so many, from the start.
    case first(Int)
    /// At most so many, evenly spread: of n prompts those at ⌊i n / limit⌋.
    case spread(Int)
  }

  /// The role; `nil` for all.
  ///
  /// XSTest's safe prompts are `benign`, its unsafe ones `direct`.
  public var role: Sample.Role?
  /// The attacks; empty for all, and for prompts without one.
  public var attacks: [String]
  /// The categories; empty for all, and for prompts without one.
  public var categories: [String]
  /// One side of the split; `nil` for both.
  ///
  /// The data's own split counts where it has one; see
  /// ``Dataset/load(contentsOf:format:name:attack:role:selection:)``.
  public var split: DataSplit?
  /// The share of clusters on the development side, 0...1, where the data has no split of its own.
  public var developmentShare: Double
  /// How many; `nil` for all.
  public var limit: Limit?

  /// Makes a selection.
  ///
  /// - Parameters:
  ///   - role: Default: all.
  ///   - attacks: Default: all.
  ///   - categories: Default: all.
  ///   - split: Default: both sides.
  ///   - developmentShare: Default: 0.3.
  ///   - limit: Default: none.
  public init(
    role: Sample.Role? = nil, attacks: [String] = [], categories: [String] = [],
    split: DataSplit? = nil, developmentShare: Double = 0.3, limit: Limit? = nil
  ) {
    self.role = role
    self.attacks = attacks
    self.categories = categories
    self.split = split
    self.developmentShare = developmentShare
    self.limit = limit
  }
}
