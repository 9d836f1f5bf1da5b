/// How long forward passes take by their width: what makes drafting and waves pay, or not.
///
/// On a CPU a pass costs about as much as it has positions; on a GPU the weights have to be read
/// anyway and width is nearly free. Only ratios matter.
public struct PassCosts: Sendable, Hashable, Codable {
  /// The cost of one width.
  public struct Sample: Sendable, Hashable, Codable {
    /// Positions in the pass, at least 1; all of them give logits.
    public var positions: Int
    /// How long it takes, in seconds, more than 0.
    public var seconds: Double

    /// Makes a sample.
    public init(positions: Int, seconds: Double) {
      self.positions = positions
      self.seconds = seconds
    }
  }

  /// The measured widths, narrowest first, at least one.
  public let samples: [Sample]

  /// Makes costs of measurements.
  ///
  /// A wider pass never costs less than a narrower one: where measurements say so, it is noise, and
  /// the narrower one's cost is taken.
  ///
  /// - Precondition: There is at least one sample; positions are at least 1 and differ, and seconds
  ///   are positive and finite.
  /// - Parameter samples: In any order.
  public init(samples: [Sample]) {
    precondition(
      Self.areValid(samples), "pass costs need distinct widths with positive times, not \(samples)")
    var rising: [Sample] = []
    for sample in samples.sorted(by: { $0.positions < $1.positions }) {
      let least = rising.last?.seconds ?? 0
      rising.append(Sample(positions: sample.positions, seconds: max(sample.seconds, least)))
    }
    self.samples = rising
  }

  /// Decodes costs, from a file that anything may have happened to.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: A `DecodingError` if a value is missing, of another type or not as ``init(samples:)``
  ///   needs it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let samples = try container.decode([Sample].self, forKey: .samples)
    guard Self.areValid(samples) else {
      throw DecodingError.dataCorruptedError(
        forKey: .samples, in: container,
        debugDescription: "pass costs need distinct widths with positive times")
    }
    self.init(samples: samples)
  }

  private static func areValid(_ samples: [Sample]) -> Bool {
    !samples.isEmpty
      && samples.allSatisfy { $0.positions >= 1 && $0.seconds > 0 && $0.seconds.isFinite }
      && Set(samples.map(\.positions)).count == samples.count
  }

  /// What a small quantised model takes on two CPU cores: the assumption where nothing is measured.
  public static let typical = PassCosts(samples: [
    Sample(positions: 1, seconds: 0.005), Sample(positions: 8, seconds: 0.020),
    Sample(positions: 64, seconds: 0.090),
  ])

  /// The cost of a pass.
  ///
  /// Linear between the measured widths and beyond them.
  ///
  /// - Parameter positions: 0 or more; no pass costs nothing.
  /// - Returns: Seconds.
  public func seconds(positions: Int) -> Double {
    guard positions > 0, let first = samples.first else { return 0 }
    guard positions > first.positions else { return first.seconds }
    guard samples.count > 1 else {
      return first.seconds * Double(positions) / Double(first.positions)
    }
    let upper = samples.firstIndex { $0.positions >= positions } ?? samples.count - 1
    let (left, right) = (samples[upper - 1], samples[upper])
    let slope = (right.seconds - left.seconds) / Double(right.positions - left.positions)
    return left.seconds + slope * Double(positions - left.positions)
  }
}
