/// Which instructions of one prompt an answer follows.
public struct InstructionVerdict: Sendable, Hashable, Codable {
  /// The instructions' types, in the prompt's order.
  public var ids: [String]
  /// Whether each is followed by the answer as it is.
  public var strict: [Bool]
  /// Whether each is followed by the answer or by one of its loose variants.
  public var loose: [Bool]

  /// Makes a verdict.
  ///
  /// - Parameters:
  ///   - ids: The instructions' types.
  ///   - strict: One value for each of them.
  ///   - loose: One value for each of them.
  public init(ids: [String], strict: [Bool], loose: [Bool]) {
    self.ids = ids
    self.strict = strict
    self.loose = loose
  }

  /// Whether all instructions are followed strictly.
  public var isFollowedStrictly: Bool { strict.allSatisfy { $0 } }

  /// Whether all instructions are followed loosely.
  public var isFollowedLoosely: Bool { loose.allSatisfy { $0 } }
}
