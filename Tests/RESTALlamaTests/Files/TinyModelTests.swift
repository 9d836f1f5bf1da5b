import RESTA
import RESTALlama
import Testing

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
