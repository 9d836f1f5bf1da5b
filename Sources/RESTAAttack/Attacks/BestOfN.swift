package import RESTA
import RESTAEvaluation

/// Random changes of the request's characters (Best-of-N jailbreaking, arXiv 2412.03556): another one for
/// each query, so that sticky noise is another draw each time too.
///
/// In words of more than three letters the middle is shuffled with probability √σ, each letter changes
/// its case with √σ, and each printable character becomes a neighbour in ASCII with σ³.
///
/// A model that answers such a text may do no more than read it out: see `docs/attack.md`.
package struct BestOfN: TextAttack {
  package var sigma = 0.4

  package static let kind = "best-of-n"
  package static let sentence =
    "Random changes of the request: shuffled words, other case, neighbouring characters."
  package static let defaults = BestOfN()
  package static let table: [Setting<BestOfN>] = [
    Setting(
      "sigma", \.sigma, .number(0...1), "How much of the request changes.", default: "0.4",
      isAlwaysStored: true)
  ]

  package func request(
    _ number: Int, for goal: AttackGoal, in context: AttackContext
  ) -> AttackRequest? {
    var random = context.random(number, for: goal)
    return AttackRequest(changed(goal.text, using: &random))
  }

  func changed(_ text: String, using random: inout DefenseRandom) -> String {
    let often = sigma.squareRoot()
    var scalars = Array(text.unicodeScalars)
    var start = 0
    while start < scalars.count {
      let end = scalars[start...].firstIndex { !$0.properties.isAlphabetic } ?? scalars.count
      if end - start > 3, random.unit() < often {
        // The letters between the first and the last, in any order.
        for place in (start + 1)..<(end - 2) {
          scalars.swapAt(place, place + random.integer(below: end - 1 - place))
        }
      }
      start = max(end, start) + 1
    }
    let changed = scalars.map { scalar -> String in
      var text = String(scalar)
      if scalar.properties.isAlphabetic, random.unit() < often {
        text =
          scalar.properties.isLowercase
          ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      }
      guard random.unit() < sigma * sigma * sigma, let first = text.unicodeScalars.first,
        text.unicodeScalars.count == 1, (0x21...0x7E).contains(first.value)
      else { return text }
      let goesUp = first.value == 0x21 || first.value < 0x7E && random.unit() < 0.5
      return Unicode.Scalar(goesUp ? first.value + 1 : first.value - 1).map { String($0) } ?? text
    }
    return changed.joined()
  }
}
