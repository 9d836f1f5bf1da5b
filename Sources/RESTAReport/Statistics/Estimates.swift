/// A share with its n and its interval.
package struct Rate: Sendable, Hashable, Codable {
  var count: Int
  package var n: Int
  /// Independent clusters (behaviors) among them.
  var clusters: Int
  package var low: Double
  package var high: Double
  /// How the interval was made: `wilson`, `clopper-pearson` or, by its effective sample size,
  /// `effective-sample`.
  package var method: String
  /// The share where observations are shares themselves, and ``count`` is rounded.
  var meanShare: Double?

  /// The share; `nil` of nothing.
  package var share: Double? { n == 0 ? nil : meanShare ?? Double(count) / Double(n) }
}

/// A mean with its n and its interval.
package struct Mean: Sendable, Hashable, Codable {
  /// The mean; `nil` of nothing.
  var value: Double?
  var n: Int
  var low: Double?
  var high: Double?
}

extension [Double] {
  /// The mean; `nil` of nothing.
  var average: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }
}

extension Rate {
  /// The rate of independent observations, with Wilson's interval.
  init(_ count: Int, of n: Int) {
    let interval =
      n == 0 ? ConfidenceInterval(low: 0, high: 1) : BinomialInterval.wilson(count, of: n)
    self.init(
      count: count, n: n, clusters: n, low: interval.low, high: interval.high, method: "wilson")
  }

  /// The rate of observations in clusters, each 0 to 1, with the interval of ``EffectiveSample``.
  init(_ sums: ClusterSums, confidence: Double = 0.95) {
    let (n, clusters) = (sums.observations, sums.clusters)
    guard let sample = EffectiveSample(sums, confidence: confidence) else {
      self.init(0, of: 0)
      return
    }
    let count = (sample.share * Double(n)).rounded()
    let interval = sample.interval
    self.init(
      count: Int(count), n: n, clusters: clusters, low: interval.low, high: interval.high,
      method: clusters < n ? "effective-sample" : "clopper-pearson",
      meanShare: abs(sample.share * Double(n) - count) > 1e-9 ? sample.share : nil)
  }
}

extension Mean {
  /// A mean, or a ratio of two means, with the cluster bootstrap's interval; without one for fewer than two clusters,
  /// and where all draws are alike: an interval without a width would claim that nothing else can be.
  init(_ sums: ClusterSums, cache: ResampleCache = .init()) {
    var interval = cache.bootstrap.interval(ofDraws: cache.ratios(of: sums, part: 0))
    if interval?.isDegenerate == true { interval = nil }
    self.init(value: sums.ratio, n: sums.observations, low: interval?.low, high: interval?.high)
  }

  /// The mean of observations from 0 to 1, with the interval of ``EffectiveSample``: where all are equal a
  /// bootstrap's would have no width.
  init(shares sums: ClusterSums, confidence: Double = 0.95) {
    let interval = EffectiveSample(sums, confidence: confidence)?.interval
    self.init(value: sums.ratio, n: sums.observations, low: interval?.low, high: interval?.high)
  }

  /// The mean of paired differences of shares, with the interval of the sign-flip test.
  init(_ test: SignFlipTest, pairs: Int) {
    self.init(value: test.difference, n: pairs, low: test.interval.low, high: test.interval.high)
  }
}
