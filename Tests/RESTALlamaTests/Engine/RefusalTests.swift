import Foundation
import RESTA
import RESTALlama
import Testing

extension LlamaTests {
  @Suite("Refusals", .models(.smolQ40)) struct Refusals {
    static func error(_ input: ForwardSegment.Input) async throws -> RESTAError {
      let model = try await SharedModels.model()
      let reservation = try await model.reserve(sequences: 1, cells: 16)
      let error = await #expect(throws: RESTAError.self) {
        try await reservation.forward([ForwardSegment(sequence: 0, input: input)])
      }
      await reservation.release()
      return try #require(error)
    }

    @Test("Tokens outside of the vocabulary", arguments: [-1, 49_152, Int32.max, Int32.min])
    func tokens(token: TokenID) async throws {
      let error = try await Self.error(.tokens([1, token]))
      #expect(error.code == .engineFailed)
      #expect(error.message.contains("49152"))
      let model = try await SharedModels.model()
      #expect(throws: RESTAError.self) { try model.embeddings(of: [token]) }
    }

    @Test("Embeddings of the wrong width", arguments: [1, 575, 577, 49_152])
    func width(dimensions: Int) async throws {
      let matrix = EmbeddingMatrix(
        rows: 1, dimensions: dimensions, values: [Float](repeating: 0.1, count: dimensions))
      let error = try await Self.error(.embeddings(matrix))
      #expect(error.code == .engineFailed)
      #expect(error.message.contains("\(dimensions)") && error.message.contains("576"))
    }

    @Test("Embeddings that are not finite", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) async throws {
      var values = [Float](repeating: 0.1, count: 3 * 576)
      values[2 * 576 + 100] = value
      let error = try await Self.error(
        .embeddings(EmbeddingMatrix(rows: 3, dimensions: 576, values: values)))
      #expect(error.code == .nonFiniteOutput)
    }

    @Test("A prompt that is too long says by how much, for all copies")
    func tooLong() async throws {
      let model = try await SharedModels.model(options: LlamaOptions(contextLength: 64, threads: 1))
      let content = String(Sequences.text.prefix(400))
      for (defense, sequences) in [
        (DefenseSettings.none, 1), (DefenseSettings(samples: 4, seed: 1), 5),
      ] {
        let generation = try Generation(
          model: model, messages: [.user(content)], defense: defense)
        let count = generation.prompt.tokens.count
        let error = try #require(
          await #expect(throws: RESTAError.self) { try await generation.result() })
        #expect(error.code == .contextExceeded)
        #expect(error.message.contains("\(count) tokens"))
        #expect(error.message.contains("\(count + 1 - 64) tokens too long"))
        #expect(error.message.contains("k = \(sequences - 1)") == (sequences > 1))
        #expect(
          error.message.contains("\(sequences * (count + 1 - 64)) cells") == (sequences > 1))
        #expect(!error.description.contains("village"), "a prompt does not belong in a message")
      }
    }

    @Test("An answer ends where the context does")
    func contextFull() async throws {
      let model = try await SharedModels.model(options: LlamaOptions(contextLength: 64, threads: 1))
      let generation = try Generation(
        model: model, messages: [.user(MildPrompts.all[3])], defense: .none,
        options: GenerationOptions(maximumTokens: 1000))
      let result = try await generation.result()
      #expect(result.stopReason == .contextFull)
      #expect(result.tokenIDs.count == 64 - generation.prompt.tokens.count)
    }

    @Test("A base model without a template says how to name one", .models(.gemma))
    func noTemplate() async throws {
      let model = try await SharedModels.model(.gemma)
      #expect(try model.chatTemplate == nil)
      let error = try #require(throws: RESTAError.self) {
        try Generation(model: model, messages: [.user("Hello")], defense: .none)
      }
      #expect(error.code == .invalidTemplate)
      #expect(error.message.contains("--chat-template"))
    }

    @Test("The linked llama.cpp is the pinned one")
    func version() throws {
      let pins = try String(contentsOfFile: TestFiles.root + "/scripts/pins.sh", encoding: .utf8)
      let line = try #require(pins.split(separator: "\n").first { $0.hasPrefix("LLAMA_VERSION=") })
      #expect(LlamaModel.libraryVersion == line.dropFirst("LLAMA_VERSION=".count))
    }
  }
}
