/// Which prompts of a dataset are asked; all conditions hold together.
package struct DatasetSelection: Sendable, Hashable {
  /// How many of the prompts that fit the other conditions.
  package enum Limit: Sendable, Hashable {
    /// At most so many, from the start.
    case first(Int)
    /// At most so many, evenly spread: of n prompts those at ⌊i n / limit⌋.
    case spread(Int)
  }

  /// The role; `nil` for all.
  ///
  /// XSTest's safe prompts are `benign`, its unsafe ones `direct`.
  package var role: Sample.Role?
  /// The attacks; empty for all, and for prompts without one.
  package var attacks: [String]
  /// The categories; empty for all, and for prompts without one.
  package var categories: [String]
  /// One side of the split; `nil` for both.
  ///
  /// The data's own split counts where it has one; see
  /// ``Dataset/load(contentsOf:format:name:attack:role:selection:)``.
  package var split: DataSplit?
  /// The share of clusters on the development side, 0...1, where the data has no split of its own.
  package var developmentShare: Double
  /// How many; `nil` for all.
  package var limit: Limit?

  /// Makes a selection.
  ///
  /// - Parameters:
  ///   - role: Default: all.
  ///   - attacks: Default: all.
  ///   - categories: Default: all.
  ///   - split: Default: both sides.
  ///   - developmentShare: Default: 0.3.
  ///   - limit: Default: none.
  package init(
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
