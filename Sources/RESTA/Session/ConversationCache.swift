import Synchronization

/// What a model computed of conversations, kept for their next turns, so that a turn costs what is new in it.
///
/// Of each conversation the unperturbed sequence is kept, and those copies that were asked. A turn begins
/// with the longest run of positions that are certainly the same: the same tokens from the start, and for
/// a copy the same ones of them perturbed, by the same noise (seed, kind, strength), which is a pure
/// function of copy and position. So answers are those of a run from nothing.
///
/// ```swift
/// let cache = ConversationCache(cells: 20_000)
/// let generation = try Generation(
///   model: model, messages: messages, defense: defense, conversations: cache.share(of: "alice"))
/// ```
///
/// It is bounded; what was not used for the longest time goes first, and what others need the room for. Of a model
/// whose type is no class nothing is kept.
public final class ConversationCache: Sendable {
  /// How many positions are kept unless somebody says otherwise.
  public static let defaultCells = 65_536

  /// The most positions that are kept, over all sequences, shared ones counted once; 0 keeps nothing.
  public let cells: Int

  /// One conversation, or the beginning of all of them.
  final class Entry: Sendable {
    /// Whose it is; `nil` for the operator's, which everybody's prompts begin with.
    let client: String?
    let contents: KeptContents
    let reservation: any SequenceReservation

    init(client: String?, contents: KeptContents, reservation: any SequenceReservation) {
      self.client = client
      self.contents = contents
      self.reservation = reservation
    }
  }

  // Invariant: the one that was not used for the longest time first, and no more than `cells` in all.
  private let entries = Mutex([Entry]())

  /// Makes an empty cache, by default of ``defaultCells``.
  public init(cells: Int = ConversationCache.defaultCells) { self.cells = max(0, cells) }

  /// How many positions are kept now, at most.
  public var usedCells: Int { entries.withLock { $0.reduce(0) { $0 + $1.contents.cells } } }

  /// How many conversations are kept now, at most.
  public var count: Int { entries.withLock { $0.count } }

  /// The part of a client: conversations of one are never used for another.
  ///
  /// What stands in front of the first message that a client wrote is the operator's, template text and
  /// ``TokenizedPrompt/trusted`` messages, and is used for all of them.
  ///
  /// - Parameter client: Whose conversations, such as the name of an API key; `nil` to keep none of them,
  ///   and only what is the operator's.
  /// - Returns: The part.
  public func share(of client: String?) -> Share { Share(cache: self, client: client) }

  /// Forgets everything.
  public func removeAll() async {
    let dropped = entries.withLock { entries in
      defer { entries = [] }
      return entries
    }
    for entry in dropped { await entry.reservation.release() }
  }

  /// A client's part of a ``ConversationCache``.
  public struct Share: Sendable {
    let cache: ConversationCache
    let client: String?

    /// What a request can begin with, if it is worth anything.
    func source(for prompt: KeptPrompt) -> Source? {
      guard cache.cells > 0 else { return nil }
      return cache.entries.withLock { entries in
        var best: (index: Int, source: Source, tokens: Int)?
        for (index, entry) in entries.enumerated() {
          let isOwn = client != nil && entry.client == client
          let lengths = entry.contents.lengths(for: prompt, isOwn: isOwn)
          let tokens = lengths.reduce(0, +)
          guard tokens > best?.tokens ?? 0 else { continue }
          best = (index, Source(entry: entry, lengths: lengths, isOwn: isOwn), tokens)
        }
        guard let best else { return nil }
        entries.append(entries.remove(at: best.index))
        return best.source
      }
    }

    /// Keeps what a generation leaves behind, in the place of what it began with: a conversation that goes on takes
    /// its own.
    func keep(_ contents: KeptContents, _ sequences: Sequences, source: Source?) async {
      var contents = contents
      let isConversation = client != nil && contents.fit(into: cache.cells)
      if !isConversation { contents.reduceToBeginning() }
      guard contents.cells > 0, contents.cells <= cache.cells,
        isConversation || !cache.holdsBeginning(of: contents)
      else { return await sequences.release() }
      guard let reservation = await sequences.keep(contents.lengths) else { return }
      let entry = Entry(
        client: isConversation ? client : nil, contents: contents, reservation: reservation)
      let replaced = source.flatMap {
        $0.isOwn && $0.entry.contents.isMostly(in: contents) ? $0.entry : nil
      }
      await cache.insert(entry, replacing: replaced)
    }
  }

  /// What a request begins with.
  struct Source: Sendable {
    let entry: Entry
    /// How many positions of each sequence.
    let lengths: [Int]
    /// Whether it is an earlier turn of the client's own.
    let isOwn: Bool
  }

  /// Forgets an entry whose positions are gone.
  func remove(_ entry: Entry) async {
    entries.withLock { $0.removeAll { $0 === entry } }
    await entry.reservation.release()
  }

  private func holdsBeginning(of contents: KeptContents) -> Bool {
    entries.withLock { $0.contains { $0.contents.begins(like: contents) } }
  }

  private func insert(_ entry: Entry, replacing old: Entry?) async {
    let dropped = entries.withLock { entries -> [Entry] in
      var dropped: [Entry] = []
      if let index = entries.firstIndex(where: { $0 === old }) {
        dropped.append(entries.remove(at: index))
      }
      entries.append(entry)
      var sum = entries.reduce(0) { $0 + $1.contents.cells }
      while sum > cells, entries.count > 1 {
        sum -= entries[0].contents.cells
        dropped.append(entries.removeFirst())
      }
      return dropped
    }
    for entry in dropped { await entry.reservation.release() }
  }
}
