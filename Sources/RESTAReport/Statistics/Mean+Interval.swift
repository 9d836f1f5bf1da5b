import RESTAEvaluation

extension Mean {
  /// A mean, or a ratio of two means, with the cluster bootstrap's interval; without one for fewer
  /// than two clusters.
  ///
  /// - Parameters:
  ///   - observations: The observations by cluster.
  ///   - bootstrap: How the interval is made. Default: 2000 draws, 95 %.
  package init(_ observations: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
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
  ///
  /// - Parameters:
  ///   - differences: The differences by cluster, each over 1.
  ///   - bootstrap: How the interval is made. Default: 2000 draws, 95 %.
  package init(differences: ClusterSums, bootstrap: ClusterBootstrap = .init()) {
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
