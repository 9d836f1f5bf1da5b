import Foundation
import RESTA
import RESTATesting
import Testing

@testable import RESTALlama

extension LlamaTests {
  @Suite("Embedding table") struct EmbeddingTables {
    /// Every type that ggml can quantise without an importance matrix, and dequantise.
    ///
    /// It needs many seconds to set up what it quantises to the last two with: they are in the full form only.
    static let quantizableTypes =
      [
        "f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_K", "q3_K", "q4_K",
        "q5_K", "q6_K", "iq4_nl", "iq4_xs", "tq1_0", "tq2_0", "iq3_s", "iq3_xxs", "mxfp4", "nvfp4",
        "q1_0", "q2_0",
      ] + (TestSize.isFull ? ["iq2_s", "iq1_m"] : [])

    @Test("Rows are what ggml makes of the whole table", .greedy, arguments: quantizableTypes)
    func rowsAreGGMLs(type: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let (path, values) = try #require(try await GreedyProgram.table(type, folder: folder))
        let table = try EmbeddingTable(try GGUFFile(path: path), scale: 1)
        #expect(table.rows == 7 && table.dimensions == 512)
        // In an order of their own, so that rows are found, not read one after the other.
        let order: [TokenID] = [3, 0, 6, 1, 1, 5, 2, 4]
        let rows = try table.embeddings(of: order)
        let expected = order.flatMap { values[(Int($0) * 512)..<((Int($0) + 1) * 512)] }
        #expect(rows.values.map(\.bitPattern) == expected.map(\.bitPattern))
        #expect(Set(rows.values).count > 2, "the table must not be constant")
      }
    }

    @Test(
      "Rows are what the block formats say, written down again", .greedy,
      arguments: Dequantizer.types)
    func rowsAreTheFormats(type: String) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let (path, values) = try #require(try await GreedyProgram.table(type, folder: folder))
        let file = try GGUFFile(path: path)
        let tensor = try #require(file.tensors["token_embd.weight"])
        let bytes = [UInt8](try TestFiles.contents(path)[tensor.range])
        #expect(Dequantizer.values(bytes, type: type) == values)
        let rows = try EmbeddingTable(file, scale: 3).embeddings(of: [0, 6])
        #expect(Array(rows[row: 1]) == values.suffix(512).map { $0 * 3 })
      }
    }

    @Test("A model's own table is read right", arguments: TestModel.allCases)
    func modelTables(model: TestModel) throws {
      if !TestFiles.exists(model.path) && !TestFiles.isRequired {
        try Test.cancel("needs \(model.rawValue): make models")
      }
      let file = try GGUFFile(path: model.path)
      let tensor = try #require(file.tensors["token_embd.weight"])
      let table = try EmbeddingTable(file, scale: 1)
      // The format follows from how much room a row takes.
      let size = tensor.range.count / table.rows
      let type = try #require(
        Dequantizer.types.first {
          Dequantizer.bytesPerRow($0, dimensions: table.dimensions) == size
        })
      #expect(tensor.range.count == size * table.rows)
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: model.path))
      defer { try? handle.close() }
      var generator = SeededGenerator(seed: 11)
      for token in [0, table.rows - 1] + (0..<64).map({ _ in generator.below(table.rows) }) {
        try handle.seek(toOffset: UInt64(tensor.range.lowerBound + token * size))
        let bytes = [UInt8](try handle.read(upToCount: size) ?? Data())
        let row = try table.embeddings(of: [TokenID(token)])
        #expect(row.values == Dequantizer.values(bytes, type: type), "token \(token)")
      }
    }

    @Test("Tokens outside of the table are refused", arguments: [-1, 258, Int32.max, Int32.min])
    func outsideOfTheTable(token: TokenID) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/tiny.gguf"
        try GGUFBuilder.tinyModel().write(path)
        let table = try EmbeddingTable(try GGUFFile(path: path), scale: 1)
        let error = try #require(throws: RESTAError.self) {
          try table.embeddings(of: [0, token])
        }
        #expect(error.code == .engineFailed)
        #expect(error.message.contains("258"))
      }
    }

    // 9 is Q8_1, 15 is Q8_K: formats of intermediate results, without a way back.
    @Test("A type that cannot be dequantised is refused", arguments: [(9, 36, 32), (15, 292, 256)])
    func undequantizable(type: Int, blockBytes: Int, blockValues: Int) async throws {
      try await TestFiles.withTemporaryFolder { folder in
        var file = GGUFBuilder()
        file["general.architecture"] = .string("llama")
        file.tensors = [
          GGUFBuilder.Tensor(
            name: "token_embd.weight", shape: [256, 4], type: UInt32(type),
            bytes: [UInt8](repeating: 0, count: 256 / blockValues * blockBytes * 4))
        ]
        let path = folder + "/table.gguf"
        try file.write(path)
        let header = try GGUFFile(path: path)
        #expect(throws: LlamaError.self) { try EmbeddingTable(header, scale: 1) }
      }
    }

    @Test("A file without a table is refused")
    func noTable() async throws {
      try await TestFiles.withTemporaryFolder { folder in
        let path = folder + "/empty.gguf"
        var file = GGUFBuilder.tinyModel()
        file.tensors.removeAll { $0.name == "token_embd.weight" }
        try file.write(path)
        let header = try GGUFFile(path: path)
        let error = try #require(throws: LlamaError.self) { try EmbeddingTable(header, scale: 1) }
        #expect(error.code == .damagedFile)
      }
    }
  }

  @Suite("Embeddings in the model") struct EmbeddingsInTheModel {
    @Test("Rows give exactly what ids give", arguments: TestModel.allCases)
    func selfTestDifferenceIsZero(name: TestModel) async throws {
      if !TestFiles.exists(name.path) && !TestFiles.isRequired {
        try Test.cancel("needs \(name.rawValue): make models")
      }
      let model = try await SharedModels.model(name)
      #expect(model.selfTest.largestDifference == 0)
      #expect(model.selfTest.largestLogit > 1)
      #expect(model.selfTest.sameToken && model.selfTest.passed)
      #expect(model.selfTest.tokens >= 10)
    }

    @Test("Gemma's rows are the table's times the root of the dimensions", .models(.gemma))
    func gemmaScale() async throws {
      let model = try await SharedModels.model(.gemma)
      let tokens = try model.tokenizer.tokenize(Array("A quiet lake".utf8), parsesControl: false)
      let plain = try EmbeddingTable(try GGUFFile(path: TestModel.gemma.path), scale: 1)
        .embeddings(of: tokens)
      let root = Float(model.information.dimensions).squareRoot()
      #expect(try model.embeddings(of: tokens).values == plain.values.map { $0 * root })
    }

    @Test("Unscaled rows would fail on Gemma", .models(.gemma))
    func gemmaNeedsTheScale() async throws {
      let model = try await SharedModels.model(.gemma)
      let text = Array("The quick brown fox jumps over the lazy dog.".utf8)
      let first = try #require(model.tokenizer.beginningOfSequence)
      let tokens = [first] + (try model.tokenizer.tokenize(text, parsesControl: false))
      let plain = try EmbeddingTable(try GGUFFile(path: TestModel.gemma.path), scale: 1)
        .embeddings(of: tokens)
      let scaled = try model.embeddings(of: tokens)
      let reservation = try await model.reserve(sequences: 3, cells: 3 * tokens.count)
      let byID = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(tokens))
      ])
      let byScaled = try await reservation.forward([
        ForwardSegment(sequence: 1, input: .embeddings(scaled))
      ])
      let byPlain = try await reservation.forward([
        ForwardSegment(sequence: 2, input: .embeddings(plain))
      ])
      await reservation.release()
      #expect(byID == byScaled)
      let (largest, scale) = difference(byID[0], byPlain[0])
      #expect(largest > 0.2 * scale, "differ by \(largest), largest logit \(scale)")
    }
  }
}
