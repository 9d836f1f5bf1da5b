/// What the fast decoder may do to save work; no choice here changes an answer.
public struct DecodingPlan: Sendable, Hashable, Codable {
  /// A number of tokens or copies, given or left to the decoder.
  public enum Amount: Sendable, Hashable, Codable {
    /// By how votes and drafts went so far, and by what wide passes cost here.
    case adaptive
    /// Always so many.
    case fixed(Int)

    /// Reads a number, or `auto`.
    public init?(argument: String) {
      if argument == "auto" {
        self = .adaptive
      } else if let count = Int(argument) {
        self = .fixed(count)
      } else {
        return nil
      }
    }
  }

  /// What adaptive amounts make short.
  public enum Goal: String, Sendable, Hashable, Codable, CaseIterable {
    /// The time until the answer is complete.
    case total
    /// The time until its first token, for somebody who reads along: nothing is drafted before it, and no
    /// copy's prompt is computed for later votes' sake.
    case firstToken = "first-token"
  }

  /// Whether positions in front of the first perturbed one are computed once for all sequences; `true` by default.
  public var sharesPrefix: Bool
  /// How many tokens the unperturbed sequence drafts before the copies vote on them all at once, at
  /// least 0; 0 drafts nothing; adaptive by default.
  public var draft: Amount
  /// How many copies are asked before it is seen whether the others can matter, at least 1; k or more
  /// asks all at once; adaptive by default.
  public var firstWave: Amount
  /// What adaptive amounts make short, by default the time of the whole answer; fixed ones are as they are.
  public var favours: Goal

  /// Makes a plan; nothing is checked before ``validate()``.
  public init(
    sharesPrefix: Bool = true, draft: Amount = .adaptive, firstWave: Amount = .adaptive,
    favours: Goal = .total
  ) {
    self.sharesPrefix = sharesPrefix
    self.draft = draft
    self.firstWave = firstWave
    self.favours = favours
  }

  /// Saves what can be saved.
  public static let fast = DecodingPlan()

  /// Saves nothing: all copies with their whole prompts, in one batch per token.
  public static let naive = DecodingPlan(
    sharesPrefix: false, draft: .fixed(0), firstWave: .fixed(.max))

  /// Checks every value.
  ///
  /// - Throws: `RESTAError` with `invalidSetting`, naming the value and its range.
  public func validate() throws(RESTAError) {
    if case .fixed(let length) = draft {
      try RESTAError.require(
        length >= 0, "The draft length must be 0 or more, or 'auto', not \(length).")
    }
    if case .fixed(let copies) = firstWave {
      try RESTAError.require(
        copies >= 1, "The first wave must ask 1 copy or more, or 'auto', not \(copies).")
    }
  }
}

/// Which implementation of the method runs.
///
/// All give the same tokens, votes and stop reason whenever the copies predict the same.
public enum DecoderKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Shares the prompt's beginning, asks no copy whose vote cannot matter, and verifies drafts.
  ///
  /// The default.
  case fast
  /// What is usually built: all copies in one batch, a pass per token, and none of the above.
  case naive
  /// The oracle: the three steps of the method done literally.
  case reference

  /// What the decoder does, where ``DecodingPlan`` can say it: ``reference`` has code of its own.
  public var plan: DecodingPlan? {
    switch self {
    case .fast: .fast
    case .naive: .naive
    case .reference: nil
    }
  }
}
