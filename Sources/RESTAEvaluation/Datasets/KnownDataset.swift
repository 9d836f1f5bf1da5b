/// A public dataset: where users get it, and how to tell that they have it.
///
/// None is part of this project; each comes from its authors, under their licence.
package struct KnownDataset: Sendable, Hashable {
  /// The environment variable that names the folder with the data.
  package static let folderVariable = "RESTA_DATA"

  /// Its name in configurations, such as `jbb-gcg`.
  package let name: String
  /// What it is, in a line.
  package let summary: String
  /// Its format.
  package let format: DatasetFormat
  /// Where its authors publish it: addresses for people, not for programs.
  package let addresses: [String]
  /// The SHA-256 of the file that the counts were taken from.
  package let sha256: String
  /// Its licence, as SPDX names it.
  package let licence: String
  /// What that file holds.
  package let counts: DatasetCounts
  /// What a reader must know of that file; `nil` when it is as its authors publish it.
  package let note: String?
  /// Where the file may be in a data folder: our layout first, then the authors' names.
  package let candidates: [String]

  /// The known dataset of a name.
  ///
  /// - Parameter name: Its name, exactly.
  /// - Returns: The dataset, or `nil` when none has that name.
  package static func named(_ name: String) -> KnownDataset? { all.first { $0.name == name } }

  /// Finds the file in a folder.
  ///
  /// - Parameter folder: The data folder.
  /// - Returns: The path of the first of ``candidates`` that is there, or `nil`.
  package func locate(in folder: String) -> String? {
    candidates.map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
      .first { SourceFile.exists($0) }
  }
}
