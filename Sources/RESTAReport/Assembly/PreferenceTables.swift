import RESTAEvaluation

/// Pairwise judgements by dataset, defence and judge.
enum PreferenceTables {
  /// Puts the judgements together.
  static func summaries(
    of preferences: [EvaluationStore.StoredPreference], rows: [GenerationRow], datasets: [String],
    defenses: [String]
  ) -> [PreferenceSummary] {
    // Defences that gave the same generation share its judgements.
    var found: [Group: [(cluster: String, verdict: PairwiseVerdict)]] = [:]
    for row in rows {
      for preference in preferences
      where preference.place.key == row.key && preference.place.dataset == row.dataset
        && preference.place.sample == row.sample.id
      {
        let group = Group(
          dataset: row.dataset, defense: row.defense, judge: preference.place.judge)
        found[group, default: []].append((row.sample.cluster, preference.verdict))
      }
    }
    let judges = Set(preferences.map(\.place.judge)).sorted()
    return datasets.flatMap { dataset in
      defenses.flatMap { defense in
        judges.compactMap { judge in
          let group = Group(dataset: dataset, defense: defense, judge: judge)
          return found[group].map { summary(group, $0) }
        }
      }
    }
  }

  private struct Group: Hashable {
    let dataset: String
    let defense: String
    let judge: String
  }

  private static func summary(
    _ group: Group, _ pairs: [(cluster: String, verdict: PairwiseVerdict)]
  ) -> PreferenceSummary {
    let aggregation = PreferenceAggregation(pairs.map(\.verdict))
    var wins = ClusterSums()
    var lengths = ClusterSums()
    var inconsistent = ClusterSums()
    for (cluster, verdict) in pairs {
      guard let preference = verdict.preference else { continue }
      wins.add(preference, to: cluster)
      inconsistent.add(verdict.outcome == .inconsistent ? 1 : 0, to: cluster)
      if verdict.baselineLength > 0 {
        lengths.add(
          Double(verdict.candidateLength) / Double(verdict.baselineLength), to: cluster)
      }
    }
    return PreferenceSummary(
      dataset: group.dataset, defense: group.defense, judge: group.judge, winRate: Mean(wins),
      lengthControlled: aggregation.lengthControlledWinRate, inconsistent: Rate(inconsistent),
      unscored: pairs.count { $0.verdict.outcome == .unscored }, lengthRatio: Mean(lengths))
  }
}
