import Foundation
import RESTA
import RESTALlama
import RESTATesting
import Testing

extension LlamaTests {
  /// Whatever a file holds, loading it ends with an error and never with the process.
  ///
  /// Each test runs in a process of its own, since an assertion in C ends it. Which damage it died of
  /// is in a file; the next process goes on behind it.
  @Suite("Damaged files") struct DamagedFiles {
    /// Runs damages in child processes and records an issue for each one that kills one.
    static func tryAll(_ damages: [DamagedFileRunner.Damage], of original: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let runner = DamagedFileRunner(original: original, folder: folder)
        var first = 0
        var deaths: [String] = []
        let failures = Locked(0)
        // A few are enough to see what is wrong.
        while first < damages.count, deaths.count < 25 {
          let (start, list) = (first, damages)
          await withKnownDeath(failures) {
            await #expect(processExitsWith: .success) {
              [
                original = original as String, folder = folder as String, start = start as Int,
                list = list as [DamagedFileRunner.Damage]
              ] in
              let counts = try await DamagedFileRunner(original: original, folder: folder)
                .run(list, from: start)
              print("damaged files: \(counts)")
            }
          }
          let progress = try String(contentsOfFile: runner.progressPath, encoding: .utf8)
          guard let index = Int(progress) else { break }
          deaths.append("\(damages[index])")
          first = index + 1
        }
        // Nothing that went wrong in a child is taken for known, but a death that is listed here.
        #expect(failures.value == deaths.count)
        #expect(
          deaths.isEmpty,
          """
          \(deaths.count) of the first \(first) damages, of \(damages.count), kill the process: \
          \(deaths.joined(separator: "; "))
          """)
      }
    }

    /// The death of a child is reported once, at the end, with its cause.
    static func withKnownDeath(_ failures: Locked<Int>, _ body: () async -> Void) async {
      await withKnownIssue(isIntermittent: true) {
        await body()
      } matching: { _ in
        failures.update { $0 += 1 }
        return true
      }
    }

    static func flips(count: Int, below bound: Int, seed: UInt64) -> [DamagedFileRunner.Damage] {
      var generator = SeededGenerator(seed: seed)
      return (0..<count).map { _ in
        .flip(offset: generator.below(bound), mask: UInt8(1 + generator.below(255)))
      }
    }

    @Test("Flipped bytes in a tiny model's header", .timeLimit(.minutes(20)))
    func flippedTinyHeader() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let model = GGUFBuilder.tinyModel()
        try model.write(folder + "/tiny.gguf")
        try await Self.tryAll(
          Self.flips(count: 400, below: model.header.count, seed: 1), of: folder + "/tiny.gguf")
      }
    }

    @Test(
      "Flipped bytes at the start of a real model", .models(.smolQ40), .timeLimit(.minutes(20)))
    func flippedRealHeader() async throws {
      // The metadata's values lie in the first kilobyte, token texts behind them.
      try await Self.tryAll(
        Self.flips(count: TestSize.of(60, quick: 20), below: 65_536, seed: 2)
          + Self.flips(count: TestSize.of(40, quick: 20), below: 1_100, seed: 3),
        of: TestModel.smolQ40.path)
    }

    @Test("A model that is cut off anywhere", .models(.smolQ40), .timeLimit(.minutes(20)))
    func cutRealModel() async throws {
      let size = try #require(
        try FileManager.default.attributesOfItem(atPath: TestModel.smolQ40.path)[.size] as? Int)
      let twentieths = (1..<20).map { size / 20 * $0 } + [size - 1]
      let header = [
        1_785_664, 1_785_600, 1_770_000, 1_769_000, 800_000, 65_536, 1_000, 100, 56, 24,
      ]
      let lengths = (twentieths + header + [23, 16, 8, 7, 5, 4, 3, 0]).sorted(by: >)
      try await Self.tryAll(lengths.map { .cut(length: $0) }, of: TestModel.smolQ40.path)
      try await TestFiles.withTemporaryFolder { folder in
        for length in [size / 2, 1_000, 24, 4] {
          let path = folder + "/cut.gguf"
          let handle = try FileHandle(
            forReadingFrom: URL(fileURLWithPath: TestModel.smolQ40.path))
          try (try handle.read(upToCount: length) ?? Data()).write(
            to: URL(fileURLWithPath: path))
          let error = try #require(
            await #expect(throws: LlamaError.self) { try await LlamaModel.load(path) })
          #expect(error.code == .damagedFile, "\(length): \(error)")
          #expect(error.message.contains("cut off"), "\(length): \(error)")
        }
      }
    }

    @Test("A tiny model that is cut off anywhere", .timeLimit(.minutes(20)))
    func cutTinyModel() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let model = GGUFBuilder.tinyModel()
        try model.write(folder + "/tiny.gguf")
        let (header, size) = (model.header.count, model.file.count)
        let lengths =
          stride(from: 0, to: header + 64, by: 37) + stride(from: header, to: size, by: 4099)
        try await Self.tryAll(
          lengths.sorted(by: >).map { .cut(length: $0) }, of: folder + "/tiny.gguf")
      }
    }
  }
}

private func + (left: StrideTo<Int>, right: StrideTo<Int>) -> [Int] { Array(left) + Array(right) }

extension LlamaTests {
  /// The ground of the tests of damaged files: undamaged, these files work.
  @Suite("Tiny models") struct TinyModels {
    @Test("A tiny model loads and answers")
    func tinyModelLoads() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/tiny.gguf"
        try GGUFBuilder.tinyModel().write(path)
        let model = try await LlamaModel.load(path, options: .forTests)
        #expect(model.information.name == "tiny")
        #expect(model.information.architecture == "llama")
        #expect(model.information.dimensions == 32)
        #expect(model.information.vocabularySize == 258)
        #expect(model.information.contextLength == 256)
        #expect(model.selfTest.largestDifference == 0)
        #expect(try await model.greedyTokens(after: [1, 2, 3], count: 4).count == 4)
        #expect(try model.chatTemplate == nil)
      }
    }
  }
}
