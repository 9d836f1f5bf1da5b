/// How the positions of one pass are split over those who want some: max-min fair.
///
/// Everyone gets what it wants up to a common level, which is as high as the pass allows ("water
/// filling"). So a step of one token never waits for a long prompt, and the prompt gets all that is
/// left over.
package enum PassShare {
  /// Splits positions.
  ///
  /// Where there are fewer positions than who want some, the first ones get one each: let those who
  /// got nothing stand in front the next time.
  ///
  /// - Parameters:
  ///   - positions: How many there are, 0 or more.
  ///   - needs: How many each one wants, 0 or more; those who stood in line the longest first.
  /// - Returns: How many each one gets, at most what it wants. Nothing is left over while anyone
  ///   wants more.
  /// - Complexity: O(needs * log(needs)).
  package static func split(_ positions: Int, over needs: [Int]) -> [Int] {
    var shares = Array(repeating: 0, count: needs.count)
    var left = positions
    let rising = needs.indices.filter { needs[$0] > 0 }.sorted { needs[$0] < needs[$1] }
    var unserved = rising[...]
    // The smallest wishes first: what one of them leaves of its part raises the level of the rest.
    while let index = unserved.first, needs[index] <= left / unserved.count {
      shares[index] = needs[index]
      left -= needs[index]
      unserved.removeFirst()
    }
    guard !unserved.isEmpty else { return shares }
    let (level, rest) = left.quotientAndRemainder(dividingBy: unserved.count)
    for (place, index) in unserved.sorted().enumerated() {
      shares[index] = level + (place < rest ? 1 : 0)
    }
    return shares
  }
}
