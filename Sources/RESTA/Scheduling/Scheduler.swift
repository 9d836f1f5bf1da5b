/// Shares an engine between generations: gives out its room, and puts the forward calls that wait into one pass.
///
/// Everything it decides is in values of their own: ``SequencePool`` who gets room, ``PassShare`` and
/// `PassPlan` what is in a pass, `BatchingWindow` for whom it waits, `PassOutcome` what happened when a pass
/// fails. It is not on the engine's thread, so it can answer while a pass runs.
package actor Scheduler {
  /// The engine.
  nonisolated let engine: any PassEngine
  let clock: any Clock<Duration>

  private var lastID = 0
  var pool: SequencePool
  private var applicants: [Int: Applicant] = [:]
  private var isResizing = false

  var ledgers: [Int: SequenceLedger] = [:]
  /// What was kept of reservations that are no more.
  var kept: [Int: SequenceLedger] = [:]
  /// Released while a pass still uses them: their room is free when it has ended.
  var released: Set<Int> = []
  /// Why a reservation cannot go on.
  var broken: [Int: any Error] = [:]

  /// What the next pass does to the cache before it starts, in this order: sequences are emptied once
  /// nobody needs them, those that begin with their positions included.
  var operations: [CacheOperation] = []

  /// Forward calls in line; those who waited the longest first.
  var pending: [ForwardRequest] = []
  /// Forward calls that have a part in the running pass; none while there is no pass.
  var running: [ForwardRequest] = []
  /// Calls that wait for the end of another one of the same reservation.
  var settling: [CheckedContinuation<Void, Never>] = []
  var window = BatchingWindow()
  var timer: Task<Void, Never>?
  /// How many passes have ended.
  package internal(set) var passes = 0

  /// Makes a scheduler; `usual` is the room for others beside one that needs more than all there is.
  package init(
    engine: any PassEngine, usual: SequenceRoom = .none,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.engine = engine
    self.clock = clock
    pool = SequencePool(usual: usual)
  }

  /// How many reservations have room, or still use some.
  package var openReservations: Int { ledgers.count }

  func nextID() -> Int {
    lastID += 1
    return lastID
  }

  // MARK: Room

  /// Who waits for room, and how much of each kept sequence it would begin with.
  private struct Applicant {
    let continuation: CheckedContinuation<SequencePool.Grant, any Error>
    let lengths: [Int]
  }

  /// Sets aside room; waits for it when others use it up.
  ///
  /// Sequences begin with so many positions of those that were kept under the number of `source`, if
  /// these are still there when there is room.
  package func reserve(
    sequences: Int, cells: Int, source: Int? = nil, lengths: [Int] = []
  ) async throws -> ScheduledReservation {
    let room = SequenceRoom(sequences: sequences, cells: cells)
    try engine.check(room)
    let id = nextID()
    let grant = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        applicants[id] = Applicant(continuation: continuation, lengths: lengths)
        pool.enqueue(id, room: room, source: source)
        // Cancelled before it was in line: the handler finds nothing to remove.
        if Task.isCancelled { withdraw(id) } else { serve() }
      }
    } onCancel: {
      Task { await self.withdraw(id) }
    }
    return ScheduledReservation(
      scheduler: self, grant: grant, inherited: ledgers[id]?.lengths ?? [])
  }

  /// Gives a reservation's room back, once the running pass does not use it any more.
  func release(_ owner: Int) {
    if kept[owner] != nil {
      evict(owner)
      serve()
      return
    }
    guard ledgers[owner] != nil, released.insert(owner).inserted else { return }
    drop(owner)
    if !running.contains(where: { $0.member.owner == owner }) { free(owner) }
    serve()
    pump()
  }

  /// Makes a released reservation's room free.
  func free(_ owner: Int) {
    guard let ledger = ledgers.removeValue(forKey: owner) else { return }
    released.remove(owner)
    broken[owner] = nil
    operations.removeAll { $0.owner == owner }
    empty(ledger.grant.sequences)
    pool.release(owner)
  }

  func empty(_ sequences: [Int32]) {
    operations += sequences.map {
      CacheOperation(owner: 0, action: .truncate(sequence: $0, length: 0))
    }
  }

  /// Gives room to who waits, for as long as there is some.
  func serve() {
    while !isResizing, let step = pool.next() {
      switch step {
      case .grant(let grant):
        let applicant = applicants.removeValue(forKey: grant.id)
        ledgers[grant.id] = ledger(of: grant, lengths: applicant?.lengths ?? [])
        applicant?.continuation.resume(returning: grant)
      case .evict(let id): evict(id)
      case .grow(let id, let room, let least):
        isResizing = true
        // Room beside it for others is good to have; what does not fit the machine is not needed.
        let isPossible = (try? engine.check(room)) != nil
        Task { await resize(to: isPossible ? room : least, atLeast: least, for: id) }
      }
    }
  }

  private func resize(to room: SequenceRoom, atLeast least: SequenceRoom, for id: Int) async {
    pool.capacity = .none
    do {
      // A new cache holds what was kept, if it is as it should be, and nothing else.
      let changes = operations
      operations = []
      let broken = kept.isEmpty ? [:] : await engine.apply(changes)
      let (capacity, isKept) = try await engine.resize(
        to: room, keeping: !kept.isEmpty && broken.isEmpty)
      if !isKept { forgetKept() }
      guard capacity.holds(room) else {
        throw RESTAError(.engineFailed, "The engine made less room than was asked for.")
      }
      pool.capacity = capacity
    } catch {
      forgetKept()
      // What a GPU holds beside the weights is seen only when it is tried.
      if room != least { return await resize(to: least, atLeast: least, for: id) }
      if pool.withdraw(id) {
        applicants.removeValue(forKey: id)?.continuation.resume(throwing: error)
      }
    }
    isResizing = false
    serve()
  }

  private func withdraw(_ id: Int) {
    guard pool.withdraw(id) else { return }
    applicants.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    // It may have been the one that the others waited behind.
    serve()
  }
}
