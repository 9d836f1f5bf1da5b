import RESTA
import RESTADocuments

/// Every answer that an evaluation asks for, in an order that its configuration alone determines.
package struct EvaluationPlan: Sendable {
  /// One answer that is asked for.
  package struct Item: Sendable, Hashable {
    /// Its place in the whole plan, from 0; the same in each shard.
    package var position: Int
    package var dataset: String
    package var sample: Sample
    package var defense: String
    /// The seed of the configuration; 0 where the defence uses none.
    package var seed: UInt64
    /// The seed that the answer is made with.
    package var effectiveSeed: UInt64
    /// The generation's key: items with the same key share one answer.
    package var key: String
  }

  package struct Entry: Sendable {
    package var name: String
    package var defense: any Defense
  }

  /// A part of a plan: of `count` parts, the one with this index.
  package struct Shard: Sendable, Hashable {
    /// The part, from 1.
    package var index: Int
    package var count: Int

    package static let all = Shard(index: 1, count: 1)

    /// Reads `2/5`.
    package init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let index = parts[0], let count = parts[1],
        (1...9_999).contains(count),
        (1...count).contains(index)
      else { return nil }
      self.init(index: index, count: count)
    }

    private init(index: Int, count: Int) {
      self.index = index
      self.count = count
    }

    /// Whether a generation belongs to this part: by its key, so that each part gets its share of
    /// cheap and of expensive defences, and items that share an answer stay together.
    func contains(_ key: String) -> Bool {
      let value = UInt64(key.prefix(15), radix: 16) ?? 0
      return Int(value % UInt64(count)) == index - 1
    }
  }

  /// The answers of this shard, by position.
  package private(set) var items: [Item]
  /// How many answers the whole plan asks for.
  package let total: Int
  package let datasets: [Dataset]
  package let defenses: [Entry]
  package let shard: Shard

  /// Expands a plan: by dataset, sample, defence, seed.
  ///
  /// A part has a shard's answers of the defences named in `only`; `*` at its end is any text.
  package init(
    datasets: [Dataset], defenses: [Entry], seeds: [UInt64], subject: SubjectRecord,
    shard: Shard = .all, only: [String] = []
  ) throws {
    for entry in defenses { try entry.defense.validate() }
    // A store would take two of one name for one.
    for (kind, names) in [("datasets", datasets.map(\.name)), ("defences", defenses.map(\.name))] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted {
        throw EvaluationError.invalidConfiguration(
          "Two \(kind) are called '\(name)': give each its own name.")
      }
    }
    for text in only where !defenses.contains(where: { Self.isMeant($0.name, by: text) }) {
      throw EvaluationError.invalidConfiguration(
        "only: " + Suggestion.unknown("defence", text, known: defenses.map(\.name)))
    }
    self.datasets = datasets
    self.defenses = defenses
    self.shard = shard
    var items: [Item] = []
    var position = 0
    for dataset in datasets {
      for sample in dataset.samples {
        for entry in defenses {
          let isAsked = only.isEmpty || only.contains { Self.isMeant(entry.name, by: $0) }
          for seed in entry.defense.usesSeed ? seeds : [0] {
            let effective =
              entry.defense.usesSeed ? EffectiveSeed.of(seed, prompt: sample.prompt) : 0
            let key = try GenerationKey(
              subject: subject, prompt: sample.prompt, defense: entry.defense, seed: effective
            ).hash
            if shard.contains(key), isAsked {
              items.append(
                Item(
                  position: position, dataset: dataset.name, sample: sample, defense: entry.name,
                  seed: seed, effectiveSeed: effective, key: key))
            }
            position += 1
          }
        }
      }
    }
    self.items = items
    total = position
  }

  private static func isMeant(_ name: String, by text: String) -> Bool {
    text.hasSuffix("*") ? name.hasPrefix(text.dropLast()) : name == text
  }

  /// Some of the answers of the same plan: their positions, and the plan's total, stay.
  package func part(where isIncluded: (Item) -> Bool) -> EvaluationPlan {
    var part = self
    part.items = items.filter(isIncluded)
    return part
  }
}

/// The seed that one prompt's noise is drawn with.
///
/// A configuration's seed names a repetition of the whole evaluation; two prompts of it must not
/// share their noise, and the same prompt must keep it wherever it stands in the plan.
enum EffectiveSeed {
  /// The first 53 bits of SHA-256 over a label, the seed and the prompt's bytes: 53, so that it
  /// survives every JSON reader.
  static func of(_ seed: UInt64, prompt: String) -> UInt64 {
    let hash = Digest.sha256(of: "resta-evaluation-seed/1\n\(seed)\n\(prompt)")
    return (UInt64(hash.prefix(16), radix: 16) ?? 0) >> 11
  }
}

extension Array {
  /// The elements in their order, each once.
  package func unique() -> [Element] where Element: Hashable {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }

  /// All elements if there are no more than `limit`; else that many, evenly spaced: those at ⌊i n / limit⌋.
  package func evenly(atMost limit: Int) -> [Element] {
    count > limit ? (0..<Swift.max(0, limit)).map { self[$0 * count / limit] } : self
  }

  /// Those of equal keys together, in the order in which the keys first occur.
  package func grouped<Key: Hashable>(
    by key: (Element) -> Key
  ) -> [(key: Key, elements: [Element])] {
    let groups = Dictionary(grouping: self, by: key)
    return map(key).unique().map { (key: $0, elements: groups[$0] ?? []) }
  }
}
