import Foundation

enum NormalDistribution {
  /// The number that a standard normal variable is below with a given probability.
  ///
  /// By bisection of Φ(z) = erfc(-z / √2) / 2, down to neighbouring numbers: slow, and as exact as
  /// the C library's `erfc`.
  static func quantile(_ probability: Double) -> Double {
    precondition(
      probability > 0 && probability < 1, "there is no normal quantile of \(probability)")
    // Solved in the lower tail, where erfc keeps its digits.
    let tail = min(probability, 1 - probability)
    var (low, high) = (-40.0, 0.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { break }
      if erfc(-middle / 2.0.squareRoot()) / 2 < tail { low = middle } else { high = middle }
    }
    return probability < 0.5 ? high : -high
  }
}

enum StudentDistribution {
  /// The number that a variable with so many degrees of freedom, which need not be whole, is below
  /// with a given probability above one half.
  ///
  /// Of x = ν / (ν + t²) the upper tail of t is I_x(ν/2, 1/2) / 2 (NIST's DLMF, 8.17).
  static func quantile(_ probability: Double, degrees: Double) -> Double {
    precondition(probability > 0.5 && probability < 1 && degrees > 0, "no upper quantile")
    let x = IncompleteBeta.inverse(2 * (1 - probability), a: degrees / 2, b: 0.5)
    return (degrees * (1 - x) / x).squareRoot()
  }
}

/// The logarithm of the gamma function; the C library's differs between platforms in its type.
enum GammaFunction {
  /// ln Γ(x), by Stirling's series with six terms (NIST's DLMF, 5.11.1).
  ///
  /// ln Γ(x) = ln Γ(x + 1) - ln x brings the argument to 12 or more first, where the first term left
  /// out is below 1e-16.
  static func logarithm(_ x: Double) -> Double {
    precondition(x > 0, "the logarithm of gamma is needed for positive numbers only")
    var (argument, product) = (x, 1.0)
    while argument < 12 {
      product *= argument
      argument += 1
    }
    // 2n (2n - 1) / B(2n) for n = 1...6.
    let divisors: [Double] = [12, -360, 1260, -1680, 1188, -360_360.0 / 691]
    let square = argument * argument
    let series = divisors.reversed().reduce(0.0) { $0 / square + 1 / $1 } / argument
    return (argument - 0.5) * log(argument) - argument + 0.5 * log(2 * Double.pi) + series
      - log(product)
  }
}

/// The regularized incomplete beta function, which is the distribution function of the beta and,
/// through it, of the binomial distribution.
enum IncompleteBeta {
  /// I_x(a, b) = B(x; a, b) / B(a, b): the probability that a beta(a, b) variable is at most x.
  ///
  /// By its continued fraction (NIST's DLMF, 8.17.22), evaluated from the front with Lentz's method;
  /// above (a + 1) / (a + b + 2), where that is slow, by I_x(a, b) = 1 - I_{1-x}(b, a).
  static func regularized(_ x: Double, a: Double, b: Double) -> Double {
    precondition(a > 0 && b > 0, "the beta distribution needs positive shapes")
    precondition(x >= 0 && x <= 1, "a share is in 0...1")
    if x == 0 || x == 1 { return x }
    if x > (a + 1) / (a + b + 2) {
      return 1 - front(1 - x, b, a) * continuedFraction(1 - x, b, a)
    }
    return front(x, a, b) * continuedFraction(x, a, b)
  }

  /// The x at which I_x(a, b) is a given probability.
  ///
  /// By Newton's method within ends that close in on it, halving where a step would leave them: the
  /// function rises with x.
  static func inverse(_ probability: Double, a: Double, b: Double) -> Double {
    precondition(probability >= 0 && probability <= 1, "a probability is in 0...1")
    if probability == 0 || probability == 1 { return probability }
    var (low, high, x) = (0.0, 1.0, a / (a + b))
    for _ in 0..<4000 where x > low && x < high {
      let excess = regularized(x, a: a, b: b) - probability
      if excess < 0 { low = x } else { high = x }
      let density = front(x, a, b) * a / (x * (1 - x))
      let next = x - excess / density
      if abs(next - x) <= 1e-16 * x { return x }
      x = next > low && next < high ? next : low + (high - low) / 2
    }
    return high
  }

  /// x^a (1 - x)^b / (a B(a, b)).
  private static func front(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let logBeta =
      GammaFunction.logarithm(a) + GammaFunction.logarithm(b) - GammaFunction.logarithm(a + b)
    return exp(a * log(x) + b * log1p(-x) - logBeta) / a
  }

  /// 1 / (1 + d1 / (1 + d2 / (1 + ...))) of DLMF 8.17.22 and 8.17.23.
  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    // Lentz's method divides by its parts: none may be 0.
    func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var (upper, lower, value) = (1.0, 0.0, 1.0)
    for step in 1...100_000 {
      let m = Double(step / 2)
      let d =
        step % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      lower = 1 / nonzero(1 + d * lower)
      upper = nonzero(1 + d / upper)
      value *= upper * lower
      if abs(upper * lower - 1) < 1e-16 { break }
    }
    return 1 / value
  }
}
