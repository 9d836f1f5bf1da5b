import RESTADocuments
import RESTAEvaluation

extension Analysis {
  /// One table row's prompts, whatever the defence.
  private struct Group: Hashable {
    var dimension: GroupSummary.Dimension
    var name: String
    var role: Sample.Role
  }

  /// By role, dataset, attack and category; in each the groups in order, and in a group the defences.
  static func groups(in table: AnalysisTable, _ estimator: Estimator) -> [GroupSummary] {
    let byGroup = table.defenses.map { defense in
      var rows: [Group: [GenerationRow]] = [:]
      for row in defense.rows {
        for group in memberships(of: row) { rows[group, default: []].append(row) }
      }
      return rows
    }
    let reference = table.defenses.firstIndex { $0.name == table.reference?.name }
      .map { byGroup[$0] }
    return order(in: table).flatMap { group in
      zip(table.defenses, byGroup).compactMap { defense, rows in
        rows[group].map {
          summary(of: group, defense.name, $0, reference: reference?[group] ?? [], estimator)
        }
      }
    }
  }

  private static func memberships(of row: GenerationRow) -> [Group] {
    let role = row.sample.role
    var groups = [
      Group(dimension: .role, name: role.rawValue, role: role),
      Group(dimension: .dataset, name: row.dataset, role: role),
    ]
    if let attack = row.sample.attack {
      groups.append(Group(dimension: .attack, name: attack, role: role))
    }
    if let category = row.sample.category {
      groups.append(
        Group(dimension: .category, name: "\(row.dataset): \(category)", role: role))
    }
    return groups
  }

  /// Roles as they are declared; the others in the order of the datasets and prompts.
  private static func order(in table: AnalysisTable) -> [Group] {
    let found = table.defenses.flatMap(\.rows).flatMap(memberships).unique()
    let roles = Sample.Role.allCases.flatMap { role in
      found.filter { $0.dimension == .role && $0.role == role }
    }
    let others: [GroupSummary.Dimension] = [.dataset, .attack, .category]
    return roles + others.flatMap { dimension in found.filter { $0.dimension == dimension } }
  }

  private static func summary(
    of group: Group, _ defense: String, _ rows: [GenerationRow], reference: [GenerationRow],
    _ estimator: Estimator
  ) -> GroupSummary {
    let prompts = rows.byPrompt()
    let sigma = estimator.mean(rows) { $0.notes["sigma_absolute"]?.double }
    return GroupSummary(
      dimension: group.dimension, group: group.name, role: group.role, defense: defense,
      prompts: prompts.count, seeds: prompts.values.map(\.count).max() ?? 0, asked: rows.count,
      unscored: rows.count { $0.label == .unscored },
      refused: estimator.rate(of: .refused, in: rows),
      complied: estimator.rate(of: .complied, in: rows),
      incoherent: estimator.rate(of: .incoherent, in: rows),
      anyOfSeeds: group.role == .benign ? [] : anyOfSeeds(rows, estimator),
      tokensProcessed: estimator.mean(rows) { Double($0.tokensProcessed) },
      passes: estimator.mean(rows) { Double($0.passes) },
      seconds: estimator.mean(rows) { $0.seconds },
      tokenRatio: estimator.mean(PairedRows(rows, reference).tokenRatio),
      absoluteSigma: sigma.n == 0 ? nil : sigma)
  }

  private static func anyOfSeeds(
    _ rows: [GenerationRow], _ estimator: Estimator
  ) -> [AnyOfSeeds] {
    let byPrompt = rows.byPrompt()
    // In their order, and not a dictionary's: sums of thirds are not exact.
    let prompts = rows.prompts().compactMap { byPrompt[$0] }.map { rows in
      (cluster: rows[0].cluster, complied: rows.compactMap(\.complied))
    }
    return RepeatedAttack.attempts(upTo: prompts.map(\.complied.count).max() ?? 0).map { attempts in
      var sums = ClusterSums()
      for prompt in prompts {
        let complied = prompt.complied.count { $0 }
        if let chance = RepeatedAttack.chance(
          within: attempts, complied: complied, of: prompt.complied.count)
        {
          sums.add(chance, to: prompt.cluster)
        }
      }
      return AnyOfSeeds(attempts: attempts, rate: estimator.rate(sums))
    }
  }
}

/// ASR@N: how often an attacker succeeds who may ask N times with fresh noise.
enum RepeatedAttack {
  /// The chance that N of a prompt's m scored answers hold one of the c that complied.
  ///
  /// Over all choices of N it is 1 - C(m - c, N) / C(m, N); `nil` with fewer than N answers.
  ///
  /// No order of the seeds is preferred, which makes it steadier than the first N.
  ///
  /// Reference: M. Chen et al., "Evaluating Large Language Models Trained on Code" (arXiv 2107.03374),
  /// equation 1, where it is called pass@k.
  static func chance(within attempts: Int, complied: Int, of answers: Int) -> Double? {
    precondition(attempts >= 1, "nobody succeeds without an attempt")
    guard attempts <= answers else { return nil }
    // C(m - c, N) / C(m, N) is the product of (m - c - i) / (m - i).
    return 1
      - (0..<attempts).reduce(1.0) { missed, index in
        missed * Double(max(0, answers - complied - index)) / Double(answers - index)
      }
  }

  /// The numbers 1, 2, 5, 10, 20, 50 and so on up to a number, and the number itself.
  static func attempts(upTo most: Int) -> [Int] {
    var attempts: [Int] = []
    var decade = 1
    while decade < most {
      attempts += [decade, 2 * decade, 5 * decade].filter { $0 < most }
      decade *= 10
    }
    return most > 0 ? attempts + [most] : []
  }
}
