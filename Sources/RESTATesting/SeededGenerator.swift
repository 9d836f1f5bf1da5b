import Foundation

/// A random generator for test cases: the same seed gives the same numbers, on every platform.
///
/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// '14). It shares nothing with the generator that RESTA's noise comes from, and the choices below
/// are its own: the standard library may change how it makes them.
///
/// ```swift
/// var generator = SeededGenerator(seed: 7)
/// let samples = generator.integer(in: 1...12)
/// ```
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Makes a generator.
  ///
  /// - Parameter seed: Any value, 0 included.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// An integer of a range.
  ///
  /// Its bias, below `range.count` / 2^64, is of no account for test cases.
  ///
  /// - Parameter range: The values to choose from.
  /// - Returns: One of them.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
    let offset = width == .max ? next() : next() % (width + 1)
    return range.lowerBound &+ Int(truncatingIfNeeded: offset)
  }

  /// `true` with a probability.
  ///
  /// - Parameter probability: In 0...1; 0 is never and 1 is always.
  /// - Returns: Whether it happened.
  public mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) * 0x1p-53 < probability
  }

  /// An element of a collection.
  ///
  /// - Precondition: The collection isn't empty.
  /// - Parameter elements: What to choose from.
  /// - Returns: One of them.
  public mutating func element<Element>(of elements: [Element]) -> Element {
    elements[integer(in: 0...elements.count - 1)]
  }

  /// The elements in another order (Fisher and Yates).
  ///
  /// - Parameter elements: What to shuffle.
  /// - Returns: All of them.
  /// - Complexity: O(elements).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for index in result.indices.dropFirst().reversed() {
      result.swapAt(index, integer(in: 0...index))
    }
    return result
  }

  /// 64 bits that depend on every word and on their order, for functions that look random.
  ///
  /// - Parameter words: What the result is a function of; there may be none.
  /// - Returns: The hash.
  /// - Complexity: O(words).
  public static func hash(_ words: some Sequence<UInt64>) -> UInt64 {
    var state: UInt64 = 0
    for word in words { state = mix(state &+ 0x9E37_79B9_7F4A_7C15 ^ mix(word &+ 1)) }
    return mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// How large the tests run that could run for minutes on a real model.
///
/// `make test` has to end within minutes on slow machines and takes their quick forms; `make test-all`
/// takes the full ones, by the variable `RESTA_TEST_ALL=1`.
package enum TestSize {
  /// Whether the full forms are wanted.
  package static let isFull = ProcessInfo.processInfo.environment["RESTA_TEST_ALL"] == "1"

  /// A number of cases, in the quick form or the full one; of the quick one, enough that the property can fail.
  package static func of(_ full: Int, quick: Int) -> Int { isFull ? full : quick }
}
