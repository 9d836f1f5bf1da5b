import RESTATesting
import Testing

@testable import RESTA
@testable import RESTALocal

@Suite("The floor of a benchmark") struct BenchFloorTests {
  /// A prompt of `count` tokens of one byte each, of which the user wrote those in `user`.
  private func prompt(_ count: Int, user: Range<Int>) -> TokenizedPrompt {
    let text = String(repeating: "x", count: count)
    let span = RenderedPrompt.ContentSpan(messageIndex: 0, role: .user, range: user)
    return TokenizedPrompt(
      rendered: RenderedPrompt(text: text, spans: [span]),
      tokens: (0..<count).map {
        PromptToken(id: 1, bytes: $0..<$0 + 1, messageIndex: nil, role: nil, isControl: false)
      }, defusedControlText: false)
  }

  @Test
  func `a majority of copies takes the rest of the prompt and a position for each later vote`() {
    var random = SeededGenerator(seed: 15)
    for _ in 0..<500 {
      let count = random.integer(in: 2...3000)
      let first = random.integer(in: 0...count - 1)
      let end = random.integer(in: first + 1...count)
      let (samples, voted) = (random.integer(in: 1...20), random.integer(in: 1...40))
      let answer = random.integer(in: 1...60)
      let settings = DefenseSettings(samples: samples, prefix: .tokens(voted))
      let work = FloorWork(prompt(count, user: first..<end), settings, answerTokens: answer)
      // The last position is computed by each copy: its first vote is cast there.
      let span = count - min(first, count - 1)
      let votes = min(voted, answer)
      #expect(work.positions == (samples / 2 + 1) * (span + votes - 1), "\(work)")

      let widths = work.widths(batchSize: 512)
      #expect(widths.last == min(512, work.positions) && widths == widths.sorted())
      for width in widths {
        let (rows, held) = work.pass(of: width)
        #expect(rows.reduce(0, +) == width && rows.count <= work.copies)
        #expect(rows.allSatisfy { (1...work.length).contains($0) }, "\(rows) of \(work)")
        // As much lies in front of the pass as the copies hold behind it.
        let behind = work.shared + work.length - held - rows[0]
        #expect((0...1).contains(behind - (held - work.shared)), "\(held) of \(work)")
      }
    }
  }

  @Test func `aggregators that need every copy have a floor of all of them`() {
    var settings = DefenseSettings(samples: 10, prefix: .all)
    settings.aggregator = .meanLogit
    let work = FloorWork(prompt(30, user: 10..<20), settings, answerTokens: 7)
    #expect(work.copies == 10 && work.shared == 10 && work.length == 26)
  }

  @Test(arguments: [
    (#"[{"n_prompt": 20, "avg_ts": 812.5, "samples_ts": [812.5]}]"#, 812.5),
    ("[]", nil), ("", nil), (#"[{"avg_ts": 0}]"#, nil), (#"[{"n_prompt": 20}]"#, nil),
    (#"[{"avg_ts": 1}, {"avg_ts": 2}]"#, nil), ("error: unable to load model", nil),
  ])
  func `llama-bench's output is one test, or none`(output: String, speed: Double?) {
    #expect(StockBench.tokensPerSecond(Array(output.utf8)) == speed)
  }

  @Test func `memory is the loaded program, the cache that is set aside, a pass and the prompt`() {
    let memory = BenchMemory(
      bytesPerCell: 23_040, loadedBytes: 250_000_000, passBytes: 100_663_296, rowBytes: 2304)
    #expect(memory.bytes(cells: 65_000, prompt: 6000) == 1_862_087_296)
    let unknown = BenchMemory(bytesPerCell: 1, loadedBytes: nil, passBytes: 1, rowBytes: 1)
    #expect(unknown.bytes(cells: 1, prompt: 1) == nil)
  }
}
