import Foundation
import RESTA
import Synchronization
import Testing

@testable import RESTALlama

extension LlamaTests {
  @Suite("Pass costs", .timeLimit(.minutes(20))) struct PassCostsOfModels {
    static let known = PassCosts(samples: [
      PassCosts.Sample(positions: 1, seconds: 0.25), PassCosts.Sample(positions: 8, seconds: 1),
    ])

    static func isSound(_ costs: PassCosts) -> Bool {
      let seconds = costs.samples.map(\.seconds)
      return costs.samples.count >= 2 && costs.samples[0].positions == 1
        && seconds.allSatisfy { $0 > 0 && $0 < 60 } && seconds == seconds.sorted()
    }

    /// Calls `body` with the tiny model's file and a folder for caches.
    static func withTinyFile(_ body: (_ file: String, _ caches: String) async throws -> Void)
      async throws
    {
      try await TestFiles.withTemporaryFolder { folder in
        try GGUFBuilder.tinyModel().write(folder + "/tiny.gguf")
        try await body(folder + "/tiny.gguf", folder + "/new/caches")
      }
    }

    static func options(_ caches: String?, threads: Int = 1) -> LlamaOptions {
      LlamaOptions(threads: threads, cacheFolder: caches)
    }

    static func load(_ file: String, _ caches: String?) async throws -> LlamaModel {
      try await LlamaModel.load(file, options: options(caches))
    }

    // MARK: Measuring

    @Test("Measured costs are positive and rise, and the room is free again")
    func tiny() async throws {
      try await Self.withTinyFile { file, _ in
        let model = try await Self.load(file, nil)
        let costs = try await model.passCosts()
        // As far as the time of a second goes.
        #expect([1, 2, 6, 14, 30, 62].starts(with: costs.samples.map(\.positions)))
        #expect(Self.isSound(costs), "\(costs)")
        #expect(try await model.passCosts() == costs)
        // Growing needs an idle engine, so this would wait for ever for a reservation that was kept.
        await (try await model.reserve(sequences: 256, cells: 4096)).release()
        #expect(try await model.passCosts() == costs)
      }
    }

    @Test("On a real model a wide pass costs more than a narrow one", .models(.smolQ40))
    func real() async throws {
      try await despiteStalls(of: .milliseconds(50)) {
        let model = try await LlamaModel.load(TestModel.smolQ40.path, options: .forTests)
        let clock = ContinuousClock()
        let start = clock.now
        let costs = try await model.passCosts()
        print("pass costs of SmolLM2 Q4_0:", costs.samples, "measured in", clock.now - start)
        #expect(Self.isSound(costs), "\(costs)")
        let widest = try #require(costs.samples.last)
        #expect(widest.seconds > costs.samples[0].seconds)
        // One pass at a time is compared with the clock, so a machine that is busy has room for more.
        #expect(clock.now - start < .seconds(200))
      }
    }

    @Test("Asked eight times at once it measures once", .models(.smolQ40))
    func atOnce() async throws {
      try await Self.withTinyFile { file, _ in
        let model = try await Self.load(file, nil)
        let all = try await withThrowingTaskGroup { group in
          for _ in 0..<8 { group.addTask { try await model.passCosts() } }
          return try await group.reduce(into: [PassCosts]()) { $0.append($1) }
        }
        // Two measurements never agree to the nanosecond on six widths.
        #expect(all.count == 8 && Set(all).count == 1)
      }
    }

    @Test("What is given is used, and nothing measured")
    func override() async throws {
      try await Self.withTinyFile { file, caches in
        let options = LlamaOptions(threads: 1, passCosts: Self.known, cacheFolder: caches)
        let model = try await LlamaModel.load(file, options: options)
        #expect(try await model.passCosts() == Self.known)
        #expect(!TestFiles.exists(caches))
        let data = try JSONEncoder().encode(options)
        #expect(try JSONDecoder().decode(LlamaOptions.self, from: data) == options)
      }
    }

    @Test("Neither loading nor an undefended answer measures")
    func neverUnasked() async throws {
      try await Self.withTinyFile { file, caches in
        let model = try await Self.load(file, caches)
        _ = try await model.greedyTokens(after: [1, 2, 3], count: 3)
        #expect(!TestFiles.exists(caches))
        _ = try await model.passCosts()
        #expect(TestFiles.exists(caches + "/pass-costs.json"))
      }
    }

    @Test("Who is cancelled while waiting for room stops at once; later the costs are measured")
    func cancelled() async throws {
      try await Self.withTinyFile { file, _ in
        let model = try await Self.load(file, nil)
        // Measuring needs more sequences than there are, and only an idle engine can grow.
        let held = try await model.reserve(sequences: 1, cells: 8)
        for _ in 0..<3 {
          let latency = try await Cancellation.latency(after: .milliseconds(30)) {
            _ = try await model.passCosts()
          }
          #expect(latency < Cancellation.limit)
        }
        let task = Task { try await model.passCosts() }
        try await Task.sleep(for: .milliseconds(30))
        await held.release()
        #expect(Self.isSound(try await task.value))
        await (try await model.reserve(sequences: 256, cells: 4096)).release()
      }
    }

    // MARK: Cache

    @Test("A second model object uses what the first one measured; other options do not")
    func cached() async throws {
      try await Self.withTinyFile { file, caches in
        let costs = try await Self.load(file, caches).passCosts()
        #expect(try await Self.load(file, caches).passCosts() == costs)
        let other = LlamaOptions(threads: 1, batchSize: 64, cacheFolder: caches)
        #expect(try await LlamaModel.load(file, options: other).passCosts() != costs)
        #expect(try await Self.load(file, nil).passCosts() != costs)
        // Beside it, not in its place.
        #expect(try await Self.load(file, caches).passCosts() == costs)
        // A file that was made again may hold anything.
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: file)
        #expect(try await Self.load(file, caches).passCosts() != costs)
      }
    }

    @Test("All that costs depend on is in the key")
    func keys() async throws {
      try await Self.withTinyFile { file, _ in
        let adapter = LlamaOptions.Adapter(path: file)
        let all = [
          LlamaOptions(), LlamaOptions(gpuLayers: 1), LlamaOptions(cacheType: .q8),
          LlamaOptions(batchSize: 64), LlamaOptions(adapters: [adapter]),
          LlamaOptions(adapters: [LlamaOptions.Adapter(path: file, scale: 2)]),
        ]
        var keys = all.map { PassCostCache.Key(path: file, options: $0, threads: 1) }
        keys.append(PassCostCache.Key(path: file, options: LlamaOptions(), threads: 2))
        let other = (file as NSString).deletingLastPathComponent + "/other.gguf"
        try TestFiles.copy(file, to: other)
        keys.append(PassCostCache.Key(path: other, options: LlamaOptions(), threads: 1))
        #expect(!keys.contains(nil) && Set(keys).count == 8)
        // What costs do not depend on is not.
        let longer = LlamaOptions(contextLength: 99, passCosts: Self.known, cacheFolder: "x")
        #expect(PassCostCache.Key(path: file, options: longer, threads: 1) == keys[0])
        #expect(PassCostCache.Key(path: file + "x", options: LlamaOptions(), threads: 1) == nil)
      }
    }

    enum Spoiling: CaseIterable {
      case empty, text, cut, flipped, otherFormat, badSamples, badEntry, folder, huge
    }

    @Test("A spoilt cache is measured again, and replaced where that is possible")
    func spoilt() async throws {
      for spoiling in Spoiling.allCases {
        try await Self.withTinyFile { file, caches in
          let costs = try await Self.load(file, caches).passCosts()
          let path = caches + "/pass-costs.json"
          let text = String(decoding: try TestFiles.contents(path), as: UTF8.self)
          func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
          }
          switch spoiling {
          case .empty: try write("")
          case .text: try write("costs: none")
          case .cut: try write(String(text.prefix(text.count / 2)))
          case .flipped: try write(text.replacingOccurrences(of: "{", with: "["))
          case .otherFormat:
            try write(text.replacingOccurrences(of: "\"format\" : 3", with: "\"format\" : 9"))
          case .badSamples:
            try write(text.replacingOccurrences(of: "\"seconds\" : ", with: "\"seconds\" : -"))
          case .badEntry:
            try write(text.replacingOccurrences(of: "\"bytes\"", with: "\"octets\""))
          case .folder:
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(
              atPath: path, withIntermediateDirectories: false)
          case .huge: try write(text + String(repeating: " ", count: PassCostCache.maximumBytes))
          }
          let again = try await Self.load(file, caches).passCosts()
          #expect(Self.isSound(again) && again != costs, "\(spoiling)")
          guard spoiling != .folder else { return }
          #expect(try await Self.load(file, caches).passCosts() == again, "\(spoiling)")
        }
      }
    }

    @Test("A cache that cannot be written is no error")
    func unwritable() async throws {
      try await Self.withTinyFile { file, _ in
        // Below a file there can be no folder, whoever asks.
        let model = try await Self.load(file, file + "/caches")
        #expect(Self.isSound(try await model.passCosts()))
      }
      let error = try await WrongFiles.error(
        loading: "missing.gguf", options: LlamaOptions(cacheFolder: ""))
      #expect(error.code == .invalidOption)
    }

    @Test("One entry that cannot be understood does not cost the others, and old ones go")
    func entries() async throws {
      try await Self.withTinyFile { file, caches in
        let cache = PassCostCache(folder: caches)
        let keys = try (1...70).map {
          try #require(PassCostCache.Key(path: file, options: LlamaOptions(), threads: $0))
        }
        for key in keys { cache.remember(Self.known, for: key) }
        #expect(keys.filter { cache.costs(for: $0) == Self.known } == Array(keys.suffix(64)))
        let (soon, late) = (Date(timeIntervalSinceNow: 80_000), Date(timeIntervalSinceNow: 90_000))
        #expect(cache.costs(for: keys[69], now: soon) == Self.known)
        #expect(cache.costs(for: keys[69], now: late) == nil)
        #expect(cache.costs(for: keys[69], now: Date(timeIntervalSinceNow: -60)) == nil)
        let path = caches + "/pass-costs.json"
        let text = String(decoding: try TestFiles.contents(path), as: UTF8.self)
        let spoilt = text.replacingOccurrences(of: "\"threads\" : 70", with: "\"threads\" : null")
        try Data(spoilt.utf8).write(to: URL(fileURLWithPath: path))
        #expect(cache.costs(for: keys[69]) == nil)
        #expect(cache.costs(for: keys[68]) == Self.known)
        // Nothing is left of what was written under another name.
        #expect(try FileManager.default.contentsOfDirectory(atPath: caches) == ["pass-costs.json"])
      }
    }

    // MARK: The parts

    /// A reservation that computes nothing, in as long as a test wants.
    final class Stub: SequenceReservation {
      let passes = Locked([[Int]]())
      let released = Locked(0)
      let delay: Duration
      let failing: Bool

      init(delay: Duration = .zero, failing: Bool = false) {
        self.delay = delay
        self.failing = failing
      }

      func forward<Row: Sendable>(
        _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
      ) async throws -> [Row] {
        #expect(segments.allSatisfy { $0.outputs == .all && (0..<8).contains($0.sequence) })
        #expect(Set(segments.map(\.sequence)).count == segments.count)
        passes.update { $0.append(segments.map(\.input.count)) }
        if failing { throw RESTAError(.engineFailed, "no") }
        try await Task.sleep(for: delay)
        return []
      }
      func fork(_ source: Int, to target: Int, length: Int) async throws {}
      func truncate(_ sequence: Int, to length: Int) async throws {}
      func release() async { released.update { $0 += 1 } }
    }

    static func measurement(_ stub: Stub) -> PassCostMeasurement {
      PassCostMeasurement(vocabularySize: 50) { sequences, cells in
        #expect(sequences == 8 && cells == 64)
        return stub
      }
    }

    @Test("One pass to warm up, then three of each width")
    func passes() async throws {
      let stub = Stub()
      var measurement = Self.measurement(stub)
      measurement.limit = .seconds(3600)
      _ = try await measurement.run()
      // Spread evenly over at most eight sequences, the first ones get what is left over.
      let widths: [[Int]] = [
        [1], [1, 1], [1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 1, 1], [4, 4, 4, 4, 4, 4, 3, 3],
        [8, 8, 8, 8, 8, 8, 7, 7],
      ]
      let expected: [[Int]] = [[1]] + widths.flatMap { Array(repeating: $0, count: 3) }
      #expect(stub.passes.value == expected)
      #expect(stub.released.value == 1)
    }

    @Test("Time runs out: two widths are measured, once each")
    func slow() async throws {
      let stub = Stub(delay: .milliseconds(20))
      var measurement = Self.measurement(stub)
      measurement.limit = .milliseconds(10)
      let costs = try await measurement.run()
      #expect(costs.samples.map(\.positions) == [1, 2])
      #expect(costs.samples.allSatisfy { $0.seconds >= 0.02 })
      #expect(stub.passes.value.map { $0.reduce(0, +) } == [1, 1, 2])
      #expect(stub.released.value == 1)
    }

    @Test("A measurement that fails or is cancelled gives its room back")
    func failing() async throws {
      let failing = Stub(failing: true)
      await #expect(throws: RESTAError.self) { try await Self.measurement(failing).run() }
      #expect(failing.released.value == 1)
      let slow = Stub(delay: .seconds(3600))
      let latency = try await Cancellation.latency(after: .milliseconds(20)) {
        _ = try await Self.measurement(slow).run()
      }
      #expect(latency < Cancellation.limit && slow.released.value > 0)
    }

    @Test("A failure is told to all who wait and the next one tries again")
    func meterRetries() async throws {
      try await despiteStalls(of: .milliseconds(20)) {
        let calls = Locked(0)
        let meter = PassCostMeter {
          calls.update { $0 += 1 }
          try await Task.sleep(for: .milliseconds(50))
          if calls.value == 1 { throw RESTAError(.engineFailed, "no") }
          return Self.known
        }
        let tasks = (0..<4).map { _ in Task { try await meter.value() } }
        for task in tasks { await #expect(throws: RESTAError.self) { try await task.value } }
        #expect(calls.value == 1)
        for _ in 0..<2 {
          let costs = try await meter.value()
          #expect(costs == Self.known)
        }
        #expect(calls.value == 2)
      }
    }

    @Test("One of two who wait is cancelled: the other still gets the costs")
    func meterKeepsMeasuring() async throws {
      try await despiteStalls(of: .milliseconds(20)) {
        let calls = Locked(0)
        let meter = PassCostMeter {
          calls.update { $0 += 1 }
          try await Task.sleep(for: .milliseconds(200))
          return Self.known
        }
        let first = Task { try await meter.value() }
        let second = Task { try await meter.value() }
        try await Task.sleep(for: .milliseconds(50))
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == Self.known)
        #expect(calls.value == 1)
      }
    }

    @Test("When all who wait are cancelled the measurement is, and asking again starts another")
    func meterStops() async throws {
      let ends = Locked([String]())
      let hasBegun = Locked(false)
      let meter = PassCostMeter {
        do {
          hasBegun.update { $0 = true }
          try await Task.sleep(for: ends.value.isEmpty ? .seconds(3600) : .zero)
          ends.update { $0.append("measured") }
          return Self.known
        } catch {
          ends.update { $0.append("cancelled") }
          throw error
        }
      }
      let first = Task { try await meter.value() }
      while !hasBegun.value { try await Task.sleep(for: .milliseconds(1)) }
      first.cancel()
      await #expect(throws: CancellationError.self) { try await first.value }
      while ends.value.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      #expect(try await meter.value() == Self.known)
      #expect(ends.value == ["cancelled", "measured"])
    }
  }
}
