/// What was measured of one setting, over prompts; each prompt is a cluster.
package struct MeaningPoint: Sendable, Encodable {
  /// The setting's name.
  var defense: String
  var sigmaAbsolute: Double?
  /// Of perturbed tokens in one copy.
  var cosine: Mean
  var normRatio: Mean
  var signFlips: Mean
  var ownByCosine: Rate
  var ownByProduct: Rate
  /// Of prompts: the prediction of the answer's first token.
  var divergence: Mean
  var divergenceOfMean: Mean
  var sameToken: Rate
  var sameTokenInMean: Rate
  /// Of prompts: the first l tokens of the answer.
  var oneCopy: Mean
  var vote: Mean

  /// Sums up one of a study's settings.
  package init(_ index: Int, name: String, in prompts: [PromptMeaning]) {
    let found = prompts.map { ("\($0.prompt)", $0.settings[index]) }
    func sums(_ values: (PromptMeaning.Setting) -> [Double?]) -> ClusterSums {
      var sums = ClusterSums()
      for (prompt, setting) in found {
        for case .some(let value) in values(setting) { sums.add(value, to: prompt) }
      }
      return sums
    }
    func tokens(_ value: (PromptMeaning.Token) -> Double?) -> ClusterSums {
      sums { $0.tokens.map(value) }
    }
    func rate(_ isSo: (PromptMeaning.Prediction) -> Bool) -> Rate {
      Rate(found.count { isSo($0.1.prediction) }, of: found.count)
    }
    defense = name
    sigmaAbsolute = found.first?.1.sigmaAbsolute
    cosine = Mean(tokens(\.cosine))
    normRatio = Mean(tokens(\.normRatio))
    signFlips = Mean(tokens(\.signFlips))
    ownByCosine = Rate(tokens { $0.ownByCosine ? 1 : 0 })
    ownByProduct = Rate(tokens { $0.ownByProduct ? 1 : 0 })
    divergence = Mean(sums { [$0.prediction.divergence] })
    divergenceOfMean = Mean(sums { [$0.prediction.divergenceOfMean] })
    sameToken = rate(\.isSame)
    sameTokenInMean = rate(\.isSameInMean)
    oneCopy = Mean(shares: sums { [$0.oneCopy.agreement] })
    vote = Mean(shares: sums { [$0.vote.agreement] })
  }

  /// The tables for people: a title, heads and rows.
  package static func tables(
    _ points: [MeaningPoint]
  ) -> [(title: String, head: [String], rows: [[String]])] {
    func table(
      _ title: String, _ heads: [String], _ cells: (MeaningPoint) -> [EstimateText]
    ) -> (String, [String], [[String]]) {
      (
        title, ["noise"] + heads + ["n"],
        points.map { point in
          let cells = cells(point)
          let counts = Set(cells.map(\.count)).count == 1 ? cells.prefix(1) : cells[...]
          return [String(point.defense.trimmingPrefix("resta "))]
            + cells.map { $0.interval.isEmpty ? $0.value : "\($0.value) \($0.interval)" }
            + [counts.map { String($0.count.dropFirst("n = ".count)) }.joined(separator: "/")]
        }
      )
    }
    func percent(_ share: Mean) -> EstimateText {
      EstimateText(share, unit: " %") { NumberText.percent($0) }
    }
    return [
      table(
        "Embeddings of the perturbed tokens, one copy: cosine to the clean one, length relative to it, "
          + "coordinates of another sign, tokens that are still nearest to their own row of the table by "
          + "cosine and by inner product",
        ["cosine", "length", "signs flipped", "own by cosine", "own by product"]
      ) {
        [
          EstimateText($0.cosine), EstimateText($0.normRatio), percent($0.signFlips),
          EstimateText($0.ownByCosine), EstimateText($0.ownByProduct),
        ]
      },
      table(
        "The prediction of the answer's first token: KL divergence from the clean one in nats, and "
          + "whether the likeliest token is the same; one copy, and the mean of all",
        ["KL, one", "KL, mean", "same, one", "same, mean"]
      ) {
        [
          EstimateText($0.divergence, isSmall: true),
          EstimateText($0.divergenceOfMean, isSmall: true),
          EstimateText($0.sameToken), EstimateText($0.sameTokenInMean),
        ]
      },
      table(
        "The first l tokens of the undefended answer that are the same at the same place",
        ["one copy", "vote"]
      ) { [percent($0.oneCopy), percent($0.vote)] },
    ]
  }
}
