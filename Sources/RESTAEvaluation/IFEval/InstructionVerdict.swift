/// Which instructions of one prompt an answer follows.
package struct InstructionVerdict: Sendable, Hashable, Codable {
  /// The instructions' types, in the prompt's order.
  package var ids: [String]
  /// Whether each is followed by the answer as it is.
  package var strict: [Bool]
  /// Whether each is followed by the answer or by one of its loose variants.
  package var loose: [Bool]

  /// Makes a verdict.
  ///
  /// - Parameters:
  ///   - ids: The instructions' types.
  ///   - strict: One value for each of them.
  ///   - loose: One value for each of them.
  package init(ids: [String], strict: [Bool], loose: [Bool]) {
    self.ids = ids
    self.strict = strict
    self.loose = loose
  }

  /// Whether all instructions are followed strictly.
  package var isFollowedStrictly: Bool { strict.allSatisfy { $0 } }

  /// Whether all instructions are followed loosely.
  package var isFollowedLoosely: Bool { loose.allSatisfy { $0 } }
}
