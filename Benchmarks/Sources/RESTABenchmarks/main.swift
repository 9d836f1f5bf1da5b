import RESTA
import RESTATesting

// The parts of a defended answer that are not the model, at the sizes of SmolLM2-135M with k = 10:
// 576 dimensions, 49,152 tokens of vocabulary, 200 tokens of the user's.
//
//   swift run --package-path Benchmarks -c release RESTABenchmarks [ROUNDS]

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 15
let (tokens, dimensions, copies, vocabulary) = (200, 576, 10, 49_152)

var generator = SeededGenerator(seed: 1)
let embeddings = EmbeddingMatrix(
  rows: tokens, dimensions: dimensions,
  values: (0..<tokens * dimensions).map { _ in Float(generator.integer(in: -100...100)) / 100 })
let positions = Array(0..<tokens)
let logits = (0..<copies * vocabulary).map { _ in Float(generator.integer(in: -9_000...9_000)) }

func noise(_ kind: NoiseKind) -> Benchmark {
  let noise = EmbeddingNoise(kind: kind, sigma: 0.4, seed: 7)
  return Benchmark(
    name: "noise, \(kind.rawValue): \(copies) copies x \(tokens) tokens x \(dimensions)"
  ) {
    (0..<copies).reduce(0.0) { sum, copy in
      sum + Double(noise.perturb(embeddings, positions: positions, copy: copy).values[0])
    }
  }
}

/// A prompt of bytes: system text, and two user turns in a template's.
let rendered: RenderedPrompt = {
  let parts: [(ChatMessage.Role?, String)] = [
    (nil, "<|im_start|>system\n"), (.system, "Be brief."), (nil, "<|im_end|>\n"),
    (.user, String(repeating: "How do lighthouses work? ", count: 40)), (nil, "<|im_end|>\n"),
    (.user, String(repeating: "And at night, in fog? ", count: 40)), (nil, "<|im_end|>\n"),
  ]
  var text = ""
  var spans: [RenderedPrompt.ContentSpan] = []
  for (index, (role, part)) in parts.enumerated() {
    let start = text.utf8.count
    text += part
    if let role {
      spans.append(.init(messageIndex: index, role: role, range: start..<text.utf8.count))
    }
  }
  return RenderedPrompt(text: text, spans: spans)
}()
let promptTokenizer = PromptTokenizer(ScriptedTokenizer())

let benchmarks =
  [NoiseKind.hard, .isotropic, .soft, .orthogonal].map(noise) + [
    Benchmark(name: "vote: argmax of \(copies) x \(vocabulary) logits, where they lie") {
      let span = logits.span
      return try (0..<copies).reduce(0.0) { sum, copy in
        let row = span.extracting(copy * vocabulary..<(copy + 1) * vocabulary)
        return sum + Double(try Logits.argmax(row))
      }
    },
    Benchmark(name: "vote: the same, each row copied first") {
      try (0..<copies).reduce(0.0) { sum, copy in
        let row = Array(logits[copy * vocabulary..<(copy + 1) * vocabulary])
        return sum + Double(try Logits.argmax(row))
      }
    },
    Benchmark(name: "span mapping: \(rendered.text.utf8.count) bytes, a token each") {
      Double(try promptTokenizer.tokenize(rendered).positions(of: .userTurns).count)
    },
  ]

for result in try Benchmark.measure(benchmarks, rounds: rounds) {
  let microseconds = Int((result.seconds * 1e6).rounded())
  let column =
    String(repeating: " ", count: max(0, 9 - "\(microseconds)".count)) + "\(microseconds)"
  print("\(column) us  \(result.name)")
}
