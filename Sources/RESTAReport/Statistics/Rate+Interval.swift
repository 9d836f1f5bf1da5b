import RESTAEvaluation

extension Rate {
  /// The rate of independent observations, with Wilson's interval.
  ///
  /// - Parameters:
  ///   - count: How many of `n`, `0...n`.
  ///   - n: Of how many independent observations; of none, the interval is 0...1.
  package init(_ count: Int, of n: Int) {
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
  ///
  /// - Parameters:
  ///   - observations: The sums of observations that are 1 or 0, each over 1.
  ///   - bootstrap: How the interval is made. Default: 2000 draws, 95 %.
  package init(_ observations: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
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
