import RESTADocuments

/// A public dataset: where users get it, and how to tell that they have it.
///
/// None is part of this project; each comes from its authors, under their licence.
package struct KnownDataset: Sendable, Hashable {
  /// The environment variable that names the folder with the data.
  package static let folderVariable = "RESTA_DATA"

  /// Its name in configurations, such as `jbb-gcg`.
  package let name: String
  package let summary: String
  package let format: DatasetFormat
  /// Where its authors publish it: addresses for people, not for programs.
  package let addresses: [String]
  /// The SHA-256 of the file that the counts were taken from.
  package let sha256: String
  /// Its licence, as SPDX names it.
  package let licence: String
  package let counts: DatasetCounts
  /// What a reader must know of that file; `nil` when it is as its authors publish it.
  package let note: String?
  /// Where the file may be in a data folder: our layout first, then the authors' names.
  package let candidates: [String]

  package static func named(_ name: String) -> KnownDataset? { all.first { $0.name == name } }

  package func locate(in folder: String) -> String? {
    candidates.map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
      .first { SourceFile.exists($0) }
  }
}

extension KnownDataset {
  /// All known datasets, in the order to print.
  package static let all: [KnownDataset] = [
    artifact(
      "jbb-gcg", "GCG", folders: ["GCG/white_box", "GCG"], made: "optimised suffixes (GCG)",
      sha256: "9eff8b6f78cae002737868ca8cdd886be5afcd1cbbbe4cf51ff837bc688b01b1",
      DatasetCounts(rows: 100, jailbroken: 80)),
    artifact(
      "jbb-pair", "PAIR", folders: ["PAIR/black_box", "PAIR"], made: "rewritten by a model (PAIR)",
      sha256: "18b101386419a98fbdf45cb987069f83af3a40d5e0f7f0d32c4e9dc5ecc049b4",
      DatasetCounts(rows: 100, nulls: 18, jailbroken: 69)),
    artifact(
      "jbb-rs", "RS", folders: ["prompt_with_random_search/black_box", "RS"],
      made: "prompts with random search",
      sha256: "9d87a56659f617438feb5770bb2c8e4c2dbbd1bd62964f2c1a8775988017ac5d",
      DatasetCounts(rows: 100, jailbroken: 89)),
    artifact(
      "jbb-jbc", "JBC", folders: ["JBC/manual", "JBC"], made: "one hand-written template (JBC)",
      sha256: "1d5df5aa451c3d1bb8a4c048a7b2e1e6132e72f2970cb9d94ffc77f44e0edb39",
      DatasetCounts(rows: 100, jailbroken: 90)),
    KnownDataset(
      name: "jbb-behaviors", summary: "JailbreakBench: 100 harmful behaviors, as they are",
      format: .jailbreakBenchBehaviors,
      addresses: ["https://huggingface.co/datasets/JailbreakBench/JBB-Behaviors"],
      sha256: "588e7690cda299f3a31cf8b409e15362df7efa6744a5b43f6b63fd4bd1121688", licence: "MIT",
      counts: DatasetCounts(rows: 100),
      note:
        "The digest is of a table taken from the artifacts; the published one has more columns.",
      candidates: [
        "jailbreakbench/harmful-behaviors.csv", "harmful-behaviors.csv",
        "data/harmful-behaviors.csv",
      ]),
    KnownDataset(
      name: "xstest", summary: "XSTest: 250 safe prompts that sound unsafe, 200 that are unsafe",
      format: .xstest, addresses: ["https://github.com/paul-rottger/xstest"],
      sha256: "11783fb294ed017473ee53c207d71f2161c7672c8d0b037501e78387f801cb5a",
      licence: "CC-BY-4.0", counts: DatasetCounts(rows: 450, benign: 250), note: nil,
      candidates: ["xstest/xstest_prompts.csv", "xstest_prompts.csv"]),
    KnownDataset(
      name: "ifeval", summary: "IFEval: 541 prompts with verifiable instructions", format: .ifeval,
      addresses: [
        "https://github.com/google-research/google-research/tree/master/instruction_following_eval",
        "https://huggingface.co/datasets/google/IFEval",
      ],
      sha256: "67ffeee0fcb87c317c5b08a2de85557b4a7e96ada6178aa645b4954fe4b53d49",
      licence: "Apache-2.0", counts: DatasetCounts(rows: 541, benign: 541), note: nil,
      candidates: [
        "ifeval/input_data.jsonl", "input_data.jsonl", "data/input_data.jsonl",
        "ifeval_input_data.jsonl",
      ]),
    KnownDataset(
      name: "alpaca-eval", summary: "AlpacaEval: 805 everyday instructions", format: .alpacaEval,
      addresses: [
        "https://huggingface.co/datasets/tatsu-lab/alpaca_eval",
        "https://github.com/tatsu-lab/alpaca_eval",
      ],
      sha256: "91f0b06321108701b019fcf77767fd9644c5dab994a5c9d5ae25e1201c58d458",
      licence: "CC-BY-NC-4.0", counts: DatasetCounts(rows: 805, benign: 805),
      note:
        "The digest is of a file with the instructions only; the published one has outputs too.",
      candidates: ["alpaca_eval/alpaca_eval.json", "alpaca_eval.json"]),
  ]

  private static func artifact(
    _ name: String, _ attack: String, folders: [String], made: String, sha256: String,
    _ counts: DatasetCounts
  ) -> KnownDataset {
    let file = "vicuna-13b-v1.5.json"
    return KnownDataset(
      name: name, summary: "JailbreakBench artifact against Vicuna-13B: \(made)",
      format: .jailbreakBenchArtifact,
      addresses: ["https://github.com/JailbreakBench/artifacts"], sha256: sha256, licence: "MIT",
      counts: counts, note: nil,
      candidates: ["jailbreakbench/\(attack)/\(file)"]
        + folders.flatMap { ["attack-artifacts/\($0)/\(file)", "\($0)/\(file)"] })
  }
}

/// What a local copy of a known dataset is.
package enum KnownDatasetCheck: Sendable {
  /// There is no file.
  case missing
  /// It is byte for byte the file that is known.
  case same(DatasetCounts)
  /// It is another file, which reads well; `asExpected` says whether it holds as much as the known
  /// one. Another edition, perhaps: say in results which was used.
  case different(sha256: String, DatasetCounts, asExpected: Bool)
  /// It cannot be read, or is not of the format.
  case unreadable(EvaluationError)
}

extension KnownDataset {
  package func check(_ path: String) -> KnownDatasetCheck {
    guard SourceFile.exists(path) else { return .missing }
    do {
      return try EvaluationError.reading { () throws(DocumentError) in
        let file = try DataFile.read(path)
        let found = DatasetCounts(
          try DatasetEntries.read(file, format: format, skipsBadRows: true))
        if file.source.sha256 == sha256 { return .same(found) }
        return .different(sha256: file.source.sha256, found, asExpected: found == counts)
      }
    } catch {
      return .unreadable(error)
    }
  }
}

/// What a file of prompts holds, counted entry by entry.
package struct DatasetCounts: Sendable, Hashable, Codable {
  /// Entries, prompts or not.
  package var rows: Int
  /// Entries with a prompt.
  package var prompts: Int
  /// Entries without one; those that cannot be read are among them.
  package var nulls: Int
  package var unreadable = 0
  /// Entries that the data itself calls jailbroken; `nil` where it does not say.
  package var jailbroken: Int?
  /// Prompts that should be answered.
  package var benign: Int

  package init(rows: Int, nulls: Int = 0, jailbroken: Int? = nil, benign: Int = 0) {
    self.rows = rows
    prompts = rows - nulls
    self.nulls = nulls
    self.jailbroken = jailbroken
    self.benign = benign
  }

  init(_ entries: DatasetEntries) {
    self.init(
      rows: entries.rows + entries.bad.count, nulls: entries.nulls + entries.bad.count,
      jailbroken: entries.jailbroken,
      benign: entries.samples.count { $0.role == .benign })
    unreadable = entries.bad.count
  }
}
