import RESTA

/// The random numbers of the defences that are no embedding noise: a sequence for each (seed, purpose, lane).
///
/// Blocks of ``RESTA/Philox4x32`` keyed by the seed, as ``RESTA/RandomStream`` has them, with
/// purposes of their own: one seed never gives the same numbers to the noise and to a perturbation.
package struct DefenseRandom: Sendable {
  /// What numbers are for.
  ///
  /// Raw values are part of the definition of every recorded result: never change one. Those below
  /// 256 are left to ``RESTA/RandomStream/Purpose``.
  package enum Purpose: UInt32, Sendable {
    /// Which characters of a SmoothLLM copy change, and to what; the lane is the copy.
    case perturbation = 256
    /// Which of the agreeing answers SmoothLLM gives.
    case choice = 257
    /// The sampling seed of a SmoothLLM copy; the lane is the copy.
    case sampling = 258
    /// Whether to refuse at random.
    case refusal = 259
    /// What a text attack draws for a request; the lane is the request's number.
    case attack = 512
    /// The noise of an attack's query; the lane is the query's number.
    case attackNoise = 513
    /// The noise of a draw that confirms a breach; the lane is the draw's number.
    case confirmation = 514
    /// What a step of a search draws; the lane is the step's number.
    case search = 515
    /// The noise that a search compares suffixes on; the lane counts the sets of draws.
    case searchNoise = 516
  }

  private let key: SIMD2<UInt32>
  private let purpose: Purpose
  private let lane: UInt32
  private var index: UInt64 = 0

  package init(seed: UInt64, purpose: Purpose, lane: UInt32 = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose
    self.lane = lane
  }

  /// The next 64 random bits: a half of a block.
  package mutating func next() -> UInt64 {
    let block = index >> 1
    let words = Philox4x32.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), lane, UInt32(truncatingIfNeeded: block >> 32),
        purpose.rawValue),
      key: key)
    let half = Int(index & 1) * 2
    index += 1
    return UInt64(words[half + 1]) << 32 | UInt64(words[half])
  }

  /// An integer in `0..<bound`, each equally likely.
  ///
  /// Reference: D. Lemire, "Fast random integer generation in an interval", 2019.
  package mutating func integer(below bound: Int) -> Int {
    precondition(bound >= 1, "there is no integer below \(bound) to draw")
    let width = UInt64(bound)
    // Products whose low half is below 2^64 mod bound are the surplus that would favour some values.
    let surplus = (0 &- width) % width
    while true {
      let (high, low) = next().multipliedFullWidth(by: width)
      if low >= surplus { return Int(high) }
    }
  }

  /// A number in [0, 1), in steps of 2^-53.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
