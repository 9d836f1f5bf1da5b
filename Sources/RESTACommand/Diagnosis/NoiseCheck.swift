import RESTA
import RESTALlama

/// Whether noise is really added, and to the user's tokens only.
///
/// Looks at the embeddings that reach the engine, and finds the user's text in the rendered prompt
/// by searching for it: independent of the spans that the defence itself uses.
struct NoiseCheck {
  let patient: Patient

  func run() async throws -> [Finding] {
    let defense = patient.defense
    guard defense.isActive, defense.noise.sigma.value > 0 else {
      let why =
        defense.noise.kind == .none
        ? "the noise is 'none'"
        : defense.noise.sigma.value == 0 ? "sigma is 0" : "the prefix length l is 0"
      return [
        .failure(
          "noise", "\(why): the model is not defended",
          remedy: "set --noise hard, --sigma above 0 and --prefix above 0")
      ]
    }
    let question = Patient.questions[0]
    let prompt = try patient.prompt([.user(question)])
    let observed = ObservedModel(patient.model)
    // The reference decoder: it feeds every copy, and the whole prompt.
    _ = try await patient.answer(
      question, defense: defense, maximumTokens: 1, decoder: .reference, model: observed)
    let clean = try patient.model.embeddings(of: prompt.ids)
    let copies = observed.embeddings.sorted { $0.key < $1.key }.map(\.value)
    return [
      spans(clean, copies, expected: try userTokens(of: prompt, question: question), prompt),
      strength(clean, copies),
    ]
  }

  /// The tokens that hold a byte of the question, found by searching for its text.
  private func userTokens(of prompt: TokenizedPrompt, question: String) throws -> Set<Int> {
    let (text, needle) = (Array(prompt.rendered.text.utf8), Array(question.utf8))
    guard let start = text.indices.last(where: { text[$0...].starts(with: needle) }) else {
      throw Failure.failed("The template changes the user's text; spans cannot be checked.")
    }
    let range = start..<(start + needle.count)
    return Set(prompt.tokens.indices.filter { prompt.tokens[$0].bytes.overlaps(range) })
  }

  private func spans(
    _ clean: EmbeddingMatrix, _ copies: [EmbeddingMatrix], expected: Set<Int>,
    _ prompt: TokenizedPrompt
  ) -> Finding {
    let changed = Set(
      (0..<clean.rows).filter { row in
        copies.contains { $0[row: row] != clean[row: row] }
      })
    guard changed != expected else {
      return .pass("user span", "noise is on the user's \(expected.count) tokens and no others")
    }
    let outside = changed.subtracting(expected).sorted()
      .map { "'\(Columns.visible(patient.model.tokenizer.text(of: prompt.ids[$0])))'" }
    return .failure(
      "user span",
      "noise is on the wrong span: it misses \(expected.subtracting(changed).count) of the user's "
        + "\(expected.count) tokens and hits \(outside.count) others "
        + "(\(outside.prefix(4).joined(separator: ", ")))",
      remedy: "check the template with 'resta inspect'; if it looks right, this is a bug to report")
  }

  private func strength(_ clean: EmbeddingMatrix, _ copies: [EmbeddingMatrix]) -> Finding {
    guard copies.count == patient.defense.samples else {
      return .failure(
        "noise", "\(copies.count) copies were made instead of \(patient.defense.samples)",
        remedy: "this is a bug to report")
    }
    let distinct = copies.indices.allSatisfy { index in
      copies[..<index].allSatisfy { $0 != copies[index] } && copies[index] != clean
    }
    guard distinct else {
      return .failure(
        "noise", "copies are equal to each other or to the clean prompt: sigma is too small",
        remedy: "raise --sigma")
    }
    return .pass("noise", "\(copies.count) different copies")
  }
}
