import RESTA
import RESTATesting
import Testing

@testable import RESTALlama

extension LlamaTests {
  @Suite("Products for every number of rows") struct ProductShapes {
    // Holds because the pinned build has one order of sums for every number of rows
    // (scripts/llama-patches/products.sed), which was made and measured on this architecture.
    #if arch(x86_64)
      @Test(
        "Logits are the same, bit for bit, in passes of 1 to 128 positions",
        arguments: BlockFormat.allCases)
      func everyWidth(format: BlockFormat) async throws {
        let model = try await Self.model(format)
        var generator = SeededGenerator(seed: UInt64(format.rawValue))
        let prompt = (0..<128).map { _ in TokenID(generator.below(258)) }
        let single = try await Self.logits(model, prompt, width: 1)
        #expect(Set(single.map { $0.map(\.bitPattern) }).count > 100, "the rows must differ")
        // All remainders of what is computed together, and then some of the wider ones, or all.
        let widths = (2...128).filter {
          TestSize.isFull || $0 <= 33 || $0.isMultiple(of: 8) || $0 == 127
        }
        for width in widths {
          let rows = try await Self.logits(model, prompt, width: width)
          let other = rows.indices.filter { rows[$0] != single[$0] }
          #expect(other.isEmpty, "\(format), \(width) positions: \(other.count) rows differ")
        }
      }

      @Test("The doctor's test finds the formats exact", arguments: BlockFormat.allCases)
      func exact(format: BlockFormat) async throws {
        let found = try await Self.model(format).batchInvariance()
        #expect(found.isExact && found.differing == 0 && found.otherTokens == 0, "\(found)")
        #expect(found.largestDifference == 0 && found.largestLogit > 0)
      }

      @Test("The doctor's test finds the models exact", arguments: TestModel.allCases)
      func exactModels(name: TestModel) async throws {
        if !TestFiles.exists(name.path) && !TestFiles.isRequired {
          try Test.cancel("needs \(name.rawValue): make models")
        }
        let found = try await SharedModels.model(name).batchInvariance()
        #expect(found.isExact, "\(found)")
        #expect(found.widths.dropLast() == [1, 2, 3, 5, 8] && found.positions == 19)
      }
    #endif

    @Test("Shapes are tried out when they are asked for, not at load")
    func whenAsked() async throws {
      let model = try await Self.model(.f32)
      // The self-test's two.
      #expect(await model.scheduler.passes == 2)
      #expect(try await model.batchInvariance().widths.dropLast() == [1, 2, 3, 5, 8])
      #expect(await model.scheduler.passes == 2 + 6)
      // Nothing is left behind: growing needs an idle engine.
      await (try await model.reserve(sequences: 256, cells: 4096)).release()
    }

    @Test("A difference in one width is counted where it is", arguments: [1, 2, 3, 5, 8])
    func difference(width: Int) async throws {
      let prompt = (0..<17).map { TokenID($0) }
      for change in [Float(1e-6), 0.5] {
        let found = try await BatchInvariance(
          ShapeDependent(width: width, change: change), prompt: prompt)
        #expect(!found.isExact && found.positions == 19)
        #expect(found.differing == width)
        #expect(found.otherTokens == (change > 0.1 ? width : 0))
        #expect(found.largestDifference == change && found.largestLogit == 0.25)
        #expect(found.widths == [1, 2, 3, 5, 8, 17])
      }
      let same = try await BatchInvariance(ShapeDependent(width: 0, change: 1), prompt: prompt)
      #expect(same.isExact && same.differing == 0 && same.largestDifference == 0)
    }

    private static func model(_ format: BlockFormat) async throws -> LlamaModel {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/tiny.gguf"
        try GGUFBuilder.tinyModel(dimensions: 256, format: format).write(path)
        return try await LlamaModel.load(path, options: .forTests)
      }
    }

    private static func logits(
      _ model: LlamaModel, _ prompt: [TokenID], width: Int
    ) async throws -> [[Float]] {
      let reservation = try await model.reserve(sequences: 1, cells: prompt.count)
      var rows: [[Float]] = []
      for start in stride(from: 0, to: prompt.count, by: width) {
        let part = Array(prompt[start..<min(start + width, prompt.count)])
        rows += try await reservation.forward([
          ForwardSegment(sequence: 0, input: .tokens(part), outputs: .all)
        ])
      }
      await reservation.release()
      return rows
    }
  }
}

/// Sequences whose logits change in passes of one width.
private final class ShapeDependent: SequenceReservation {
  let width: Int
  let change: Float

  init(width: Int, change: Float) {
    self.width = width
    self.change = change
  }

  func forward<Row: Sendable>(
    _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
  ) async throws -> [Row] {
    try segments.flatMap { segment in
      let count = segment.outputs.count(of: segment.input.count)
      let row = [0, 0.25, segment.input.count == width ? change : 0]
      return try (0..<count).map { try read($0, row.span) }
    }
  }

  func fork(_ source: Int, to target: Int, length: Int) async throws {}
  func truncate(_ sequence: Int, to length: Int) async throws {}
  func release() async {}
}
