import RESTA
import RESTAEvaluation
import Testing

@Suite("Likeness of meaning") struct EmbeddingSimilarityTests {
  private static let vectors: [String: [Float]] = [
    "east": [2, 0], "north": [0, 3], "west": [-5, 0], "north-east": [1, 1], "zero": [0, 0],
    "nan": [.nan, 1], "huge": [3e38, 0], "long": [1, 0, 0],
  ]

  private let measure = EmbeddingSimilarity(id: "vectors") { text in
    guard let vector = vectors[text] else { throw TalkativeError() }
    return vector
  }

  @Test(arguments: [
    ("east", "east", 1.0), ("east", "west", -1), ("east", "north", 0),
    ("north-east", "east", 0.7071067811865475), ("huge", "huge", 1),
  ])
  func `it is the cosine`(first: String, second: String, cosine: Double) async throws {
    #expect(abs(try await measure.similarity(first, second) - cosine) < 1e-15)
  }

  @Test(arguments: ["zero", "nan", "long"])
  func `vectors without an angle are an error`(text: String) async {
    let error = await #expect(throws: EvaluationError.self) {
      try await measure.similarity(text, "east")
    }
    #expect(error?.code == .judgeFailed)
    #expect(error?.message.contains("'vectors'") == true)
  }

  @Test func `what the model throws is thrown`() async {
    await #expect(throws: TalkativeError.self) { try await measure.similarity("east", "?") }
  }
}
