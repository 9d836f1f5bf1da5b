import Foundation
import RESTA

/// Remembers pass costs between processes: a file `pass-costs.json` in a folder.
///
/// Only a memory, so nothing about it is an error: a cache that is damaged or cannot be read or written is no
/// cache, and the costs are measured again. Of two processes that write at once, one's entry may get lost.
struct PassCostCache: Sendable {
  /// All that a model's pass costs depend on.
  struct Key: Codable, Hashable, Sendable {
    /// A file as it was when the model was loaded.
    struct File: Codable, Hashable, Sendable {
      var name: String
      var bytes: Int
      /// Seconds since 1970.
      var modified: Double

      /// Looks at a file; `nil` where that is not possible.
      init?(path: String) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        guard
          let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
          let bytes = attributes[.size] as? Int,
          let modified = attributes[.modificationDate] as? Date
        else { return nil }
        name = url.lastPathComponent
        self.bytes = bytes
        self.modified = modified.timeIntervalSince1970
      }
    }

    /// The model's file first, then the adapters'.
    var files: [File]
    var adapterScales: [Float]
    var threads: Int
    var gpuLayers: Int
    var cacheType: LlamaOptions.CacheType
    var batchSize: Int
    var llama: String
    var processors: Int

    /// The key of a model that is being loaded; `nil` when one of its files cannot be looked at.
    init?(path: String, options: LlamaOptions, threads: Int) {
      let paths = [path] + options.adapters.map(\.path)
      files = paths.compactMap(File.init)
      guard files.count == paths.count else { return nil }
      adapterScales = options.adapters.map(\.scale)
      self.threads = threads
      gpuLayers = options.gpuLayers
      cacheType = options.cacheType
      batchSize = options.batchSize
      llama = LlamaLibrary.version
      processors = ProcessLimits().processors
    }
  }

  private struct Entry: Codable {
    var key: Key
    var costs: PassCosts
    /// Seconds since 1970.
    var measured: Double
  }

  /// An entry, or nothing where it cannot be understood: one bad entry must not cost the others.
  private struct Attempt: Codable {
    var entry: Entry?

    init(_ entry: Entry) { self.entry = entry }

    init(from decoder: any Decoder) throws { entry = try? Entry(from: decoder) }

    func encode(to encoder: any Encoder) throws { try entry?.encode(to: encoder) }
  }

  private struct Contents: Codable {
    var format: Int
    var entries: [Attempt]
  }

  private static let format = 3
  /// How long costs are believed, in seconds: a day.
  ///
  /// The machine may have been busy when they were measured.
  static let lifetime = 86_400.0
  /// The oldest entries go first when there are more.
  static let maximumEntries = 64
  /// Larger than any file of ours.
  static let maximumBytes = 1 << 20

  private let url: URL

  /// Names a cache; nothing is read yet.
  init(folder: String) {
    url = URL(fileURLWithPath: folder).appendingPathComponent("pass-costs.json")
  }

  /// The costs that were remembered; `nil` where there are none.
  func costs(for key: Key, now: Date = Date()) -> PassCosts? {
    let seconds = now.timeIntervalSince1970
    return read().last {
      // A date in the future is a clock that was set back: nobody knows how old that is.
      $0.key == key && (0..<Self.lifetime).contains(seconds - $0.measured)
    }?.costs
  }

  /// Remembers costs, if it can.
  func remember(_ costs: PassCosts, for key: Key, now: Date = Date()) {
    let entry = Entry(key: key, costs: costs, measured: now.timeIntervalSince1970)
    let entries = read().filter { $0.key != key } + [entry]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let kept = Contents(
      format: Self.format, entries: entries.suffix(Self.maximumEntries).map(Attempt.init))
    guard let data = try? encoder.encode(kept) else { return }
    try? FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    // Under another name first: whoever reads meanwhile sees the old file or the new one.
    try? data.write(to: url, options: .atomic)
  }

  private func read() -> [Entry] {
    let size = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
    // A pipe or a device in the file's place could block for ever.
    guard size?.isRegularFile == true, (size?.fileSize ?? .max) <= Self.maximumBytes,
      let data = try? Data(contentsOf: url),
      let contents = try? JSONDecoder().decode(Contents.self, from: data),
      contents.format == Self.format
    else { return [] }
    return contents.entries.compactMap(\.entry)
  }
}
