/// What the fast decoder may do to save work; no choice here changes an answer.
public struct DecodingPlan: Sendable, Hashable, Codable {
  /// How many tokens the unperturbed sequence drafts before the copies vote on them all at once.
  public enum DraftLength: Sendable, Hashable, Codable {
    /// By what was accepted so far, and by what wide passes cost here.
    case adaptive
    /// Always so many, at least 0; 0 drafts nothing.
    case fixed(Int)
  }

  /// How many copies are asked before it is seen whether the others can matter.
  public enum FirstWave: Sendable, Hashable, Codable {
    /// By how often that decided votes so far, and by what wide passes cost here.
    case adaptive
    /// Always so many, at least 1; k or more asks all at once.
    case fixed(Int)
  }

  /// Whether positions in front of the first perturbed one are computed once for all sequences.
  public var sharesPrefix: Bool
  /// How far to look ahead.
  public var draft: DraftLength
  /// How many copies to ask first.
  public var firstWave: FirstWave

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - sharesPrefix: Default: `true`.
  ///   - draft: Default: adaptive.
  ///   - firstWave: Default: adaptive.
  public init(
    sharesPrefix: Bool = true, draft: DraftLength = .adaptive, firstWave: FirstWave = .adaptive
  ) {
    self.sharesPrefix = sharesPrefix
    self.draft = draft
    self.firstWave = firstWave
  }

  /// Saves what can be saved.
  public static let fast = DecodingPlan()

  /// Saves nothing: all copies with their whole prompts, in one batch per token.
  public static let naive = DecodingPlan(
    sharesPrefix: false, draft: .fixed(0), firstWave: .fixed(.max))

  /// Checks every value.
  ///
  /// - Throws: ``RESTAError`` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    if case .fixed(let length) = draft, length < 0 {
      throw RESTAError(
        .invalidSetting, "The draft length must be 0 or more, or 'auto', not \(length).")
    }
    if case .fixed(let copies) = firstWave, copies < 1 {
      throw RESTAError(
        .invalidSetting, "The first wave must ask 1 copy or more, or 'auto', not \(copies).")
    }
  }
}
