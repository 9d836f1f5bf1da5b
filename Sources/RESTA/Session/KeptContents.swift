/// The room of one generation, with what it began with and where it is kept.
struct KeptConversation: Sendable {
  let reservation: any SequenceReservation
  private let share: ConversationCache.Share?
  private let prompt: KeptPrompt
  private let source: ConversationCache.Source?

  /// Sets aside room for a request.
  init(
    _ share: ConversationCache.Share?, _ job: DecodingJob, model: any LanguageModel, beginning: Int
  ) async throws {
    // A model that is a value has no identity by which its positions are told from another's.
    self.share = type(of: model) is AnyClass ? share : nil
    prompt = KeptPrompt(job, model: model, beginning: beginning)
    guard let share = self.share, let source = share.source(for: prompt) else {
      source = nil
      reservation = try await model.reserve(sequences: job.sequences, cells: job.cells)
      return
    }
    reservation = try await model.reserve(
      sequences: job.sequences, cells: job.cells, continuing: source.entry.reservation,
      lengths: source.lengths)
    let isThere = reservation.inheritedLengths.contains { $0 > 0 }
    if !isThere { await share.cache.remove(source.entry) }
    self.source = isThere ? source : nil
  }

  /// Whether it began with an earlier turn of the same client.
  var isOwn: Bool { source?.isOwn == true }

  /// Whether the whole conversation may be kept.
  var isKept: Bool { share?.client != nil && share?.cache.cells != 0 }

  /// Gives the room back, and keeps what is in it.
  func keep(_ sequences: Sequences, answer: [TokenID]) async {
    guard let share else { return await sequences.release() }
    await share.keep(
      KeptContents(prompt, answer: answer, lengths: sequences.lengths), sequences, source: source)
  }
}

/// What a request's sequences will hold, as far as positions of earlier ones can be used for it.
struct KeptPrompt: Sendable {
  /// The model that computes it; positions are of no use to another.
  let model: ObjectIdentifier
  /// The prompt.
  let tokens: [TokenID]
  /// Which of them are perturbed in the copies.
  let perturbed: Set<Int>
  /// H with its seed; `nil` where nothing is voted on.
  let noise: EmbeddingNoise?
  /// How many positions all sequences share.
  let shared: Int
  let sequences: Int
  /// How many positions at the start are the operator's, whoever asks.
  let beginning: Int

  init(_ job: DecodingJob, model: any LanguageModel, beginning: Int) {
    self.model = ObjectIdentifier(model as AnyObject)
    tokens = job.prompt
    perturbed = Set(job.positions)
    noise = job.defense.isActive ? job.noise : nil
    shared = job.sharedPositions
    sequences = job.sequences
    self.beginning = beginning
  }
}

/// What kept sequences hold.
struct KeptContents: Sendable {
  private let prompt: KeptPrompt
  /// The prompt, and the answer behind it.
  private let tokens: [TokenID]
  /// How many positions each sequence has: the unperturbed one, and then the copies.
  private(set) var lengths: [Int]

  /// Describes sequences that may hold more than was chosen.
  init(_ prompt: KeptPrompt, answer: [TokenID], lengths: [Int]) {
    self.prompt = prompt
    tokens = prompt.tokens + answer
    let most = tokens.count
    self.lengths = lengths.map { min($0, most) }
  }

  /// How many cells they take, shared ones counted once.
  var cells: Int {
    lengths.dropFirst().reduce(lengths[0]) { $0 + max(0, $1 - prompt.shared) }
  }

  /// How much of each sequence another request begins with; zeros where there is nothing to be had.
  ///
  /// The last position of its prompt is always computed, for its logits.
  func lengths(for other: KeptPrompt, isOwn: Bool) -> [Int] {
    var result = [Int](repeating: 0, count: other.sequences)
    guard prompt.model == other.model else { return result }
    var common = zip(tokens, other.tokens).prefix { $0 == $1 }.count
    common = min(common, other.tokens.count - 1)
    guard isOwn else {
      result[0] = min(common, lengths[0], prompt.beginning, other.beginning)
      return result
    }
    result[0] = min(common, lengths[0])
    guard let noise = prompt.noise, noise == other.noise, prompt.shared == other.shared else {
      return result
    }
    let different = prompt.perturbed.symmetricDifference(other.perturbed)
    let alike = min(common, different.min() ?? common)
    for copy in 1..<max(1, min(other.sequences, lengths.count)) {
      let length = min(alike, lengths[copy])
      // What all sequences share, a copy has from the unperturbed one of its own request.
      result[copy] = length > other.shared ? length : 0
    }
    return result
  }

  /// Gives up copies, the last one first, until the rest takes no more than so many cells; `false` where
  /// the unperturbed sequence alone takes more.
  mutating func fit(into limit: Int) -> Bool {
    for copy in lengths.indices.dropFirst().reversed() where cells > limit { lengths[copy] = 0 }
    return cells <= limit
  }

  /// Leaves what every prompt of the operator's begins with.
  mutating func reduceToBeginning() {
    lengths = lengths.indices.map { $0 == 0 ? min(lengths[0], prompt.beginning) : 0 }
  }

  /// Whether another request begins with the same of the operator's, and holds it.
  func begins(like other: KeptContents) -> Bool {
    let count = other.prompt.beginning
    return prompt.model == other.prompt.model && prompt.beginning >= count && lengths[0] >= count
      && tokens.starts(with: other.tokens.prefix(count))
  }

  /// Whether more than half of these tokens are at the start of others: then that is the same
  /// conversation, and not one that happens to begin alike.
  func isMostly(in other: KeptContents) -> Bool {
    2 * zip(tokens, other.tokens).prefix { $0 == $1 }.count > tokens.count
  }
}
