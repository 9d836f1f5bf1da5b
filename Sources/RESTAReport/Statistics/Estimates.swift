import RESTAEvaluation

/// A share with its n and its interval.
package struct Rate: Sendable, Hashable, Codable {
  var count: Int
  package var n: Int
  /// Independent clusters (behaviors) among them.
  var clusters: Int
  package var low: Double
  package var high: Double
  /// How the interval was made: `wilson` or `cluster-bootstrap`.
  var method: String

  /// The share; `nil` of nothing.
  package var share: Double? { n == 0 ? nil : Double(count) / Double(n) }
}

/// A mean with its n and its interval.
struct Mean: Sendable, Hashable, Codable {
  /// The mean; `nil` of nothing.
  var value: Double?
  var n: Int
  var low: Double?
  var high: Double?
}

extension Rate {
  /// The rate of independent observations, with Wilson's interval.
  init(_ count: Int, of n: Int) {
    let interval =
      n == 0 ? ConfidenceInterval(low: 0, high: 1) : BinomialInterval.wilson(count, of: n)
    self.init(
      count: count, n: n, clusters: n, low: interval.low, high: interval.high, method: "wilson")
  }

  /// The rate of observations in clusters.
  ///
  /// - One observation in each cluster: Wilson's interval.
  /// - Several in some: the cluster bootstrap's.
  /// - When all draws of the bootstrap are equal (none or all of the observations, one cluster,
  ///   clusters of the same share): Wilson's for this share of the number of clusters, so that no
  ///   interval has zero width.
  init(_ observations: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
    self.init(observations, bootstrap: bootstrap, cache: ResampleCache(for: bootstrap))
  }

  init(_ sums: ClusterSums, bootstrap: ClusterBootstrap, cache: ResampleCache) {
    let (n, clusters) = (sums.observations, sums.clusters)
    guard n > 0, let share = sums.ratio else {
      self.init(0, of: 0)
      return
    }
    var interval: ConfidenceInterval?
    if clusters < n { interval = bootstrap.interval(of: sums, from: cache) }
    if interval?.isDegenerate == true { interval = nil }
    let wilson = BinomialInterval.wilson(
      share: share, of: clusters, confidence: bootstrap.confidence)
    self.init(
      count: Int((share * Double(n)).rounded()), n: n, clusters: clusters,
      low: (interval ?? wilson).low, high: (interval ?? wilson).high,
      method: interval == nil ? "wilson" : "cluster-bootstrap")
  }
}

extension Mean {
  /// A mean, or a ratio of two means, with the cluster bootstrap's interval; without one for fewer
  /// than two clusters.
  init(_ observations: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
    self.init(observations, bootstrap: bootstrap, cache: ResampleCache(for: bootstrap))
  }

  init(_ sums: ClusterSums, bootstrap: ClusterBootstrap, cache: ResampleCache) {
    let value = sums.ratio
    let interval = value == nil ? nil : bootstrap.interval(of: sums, from: cache)
    self.init(value: value, n: sums.observations, low: interval?.low, high: interval?.high)
  }

  /// The mean of paired differences of shares, each -1...1.
  ///
  /// Where all draws of the bootstrap are equal (no prompt differs; all differ alike; one cluster) the
  /// interval reaches from the mean as far as Wilson's for 0 of the number of clusters, within -1...1:
  /// what no cluster showed, a share of them up to that could still do.
  init(differences: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
    self.init(differences: differences, bootstrap: bootstrap, cache: ResampleCache(for: bootstrap))
  }

  init(differences sums: ClusterSums, bootstrap: ClusterBootstrap, cache: ResampleCache) {
    self.init(sums, bootstrap: bootstrap, cache: cache)
    guard let value else { return }
    if let low, let high, !ConfidenceInterval(low: low, high: high).isDegenerate { return }
    let reach = BinomialInterval.wilson(
      0, of: sums.clusters, confidence: bootstrap.confidence
    ).high
    low = max(-1, value - reach)
    high = min(1, value + reach)
  }
}
