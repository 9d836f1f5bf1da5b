import RESTA
import Testing

@testable import RESTALocal

@Suite("Benchmarks at a vLLM server") struct VLLMBenchTests {
  private let benchCase = BenchCase(
    userTokens: 15, answerTokens: 12, samples: 5, prefix: .tokens(6))

  @Test("have requests and bytes, and neither floor nor cells")
  func runs() async throws {
    let toy = ToyModel(seed: 4, ending: 0)
    let server = try await ToyServer(.init(model: toy))
    let model = try await Toy.connect([server], toy)
    let bench = BenchRunner(
      model: model, defense: Toy.defense(9), plan: DecodingPlan(),
      subjects: BenchSubject.all(.vllm), repeats: 1, stock: nil)
    let prompt = BenchPrompt(ToyModel.prompt)
    #expect(prompt.userTokens == benchCase.userTokens)
    let (runs, sigma) = try await bench.run(benchCase, prompts: [prompt]) { _, _ in }
    try #require(runs.map(\.decoder) == [.undefended, .fast])
    #expect(sigma == 0.05)
    let (plain, fast) = (runs[0], runs[1])
    #expect(plain.passes == 1 && plain.meanAsked == nil && plain.samples == 0)
    #expect(fast.passes >= 4 && fast.samples == 5)
    #expect((1...5).contains(try #require(fast.meanAsked)))
    let sent = (try #require(plain.uploadedBytes), try #require(fast.uploadedBytes))
    #expect(sent.0 > 0 && sent.1 > 3 * ToyModel.prompt.tokens.count * ToyModel.dimensions * 4)
    for run in runs {
      #expect(run.answerTokens == 12)
      #expect(run.peakCells == nil && run.peakBytes == nil && run.memoryBytes == nil)
      #expect(run.floorS == nil && run.ratioToFloor == nil && run.stock == nil)
      #expect(run.sameAsReference == nil && (run.ratioToUndefended ?? 0) > 0)
      #expect(try JSONOutput.text(run, pretty: false).contains("\"peak_cells\":null"))
      #expect(BenchTable(.vllm).row(run).count == BenchTable(.vllm).title.count)
    }
    try await server.close()
  }

  @Test(
    "have ratios that fit their column, whatever a busy machine makes of them",
    arguments: zip(
      [0.004, 1, 9.994, 9.996, 12.34, 99.94, 99.96, 123.6],
      ["0.00", "1.00", "9.99", "10.0", "12.3", "99.9", "100", "124"]))
  func ratios(value: Double, text: String) {
    #expect(BenchTable.ratio(value, value, value) == "\(text) (\(text)...\(text))")
  }

  @Test("have a table of their own")
  func titles() {
    let (local, remote) = (BenchTable(.llama).title, BenchTable(.vllm).title)
    for name in ["of floor", "KV MiB", "passes", "same"] {
      #expect(local.contains(name) && !remote.contains(name))
    }
    for name in ["requests", "sent MiB"] {
      #expect(!local.contains(name) && remote.contains(name))
    }
  }
}
