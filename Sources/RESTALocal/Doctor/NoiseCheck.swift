import RESTA
import RESTALlama

/// Whether noise is really added, and to the user's tokens only.
///
/// Looks at the embeddings that reach the engine, and finds the user's text in the rendered prompt
/// by searching for it: independent of the spans that the defence itself uses.
struct NoiseCheck {
  let patient: Patient

  func run() async throws -> [DoctorFinding] {
    guard defense.isActive, defense.noise.sigma.value > 0 else {
      let why =
        defense.noise.kind == .none
        ? "the noise is 'none'"
        : defense.noise.sigma.value == 0 ? "sigma is 0" : "the prefix length l is 0"
      return [
        .failure(
          "noise", "\(why): the model is not defended",
          remedy: "set --noise isotropic, --sigma above 0 and --prefix above 0")
      ]
    }
    let question = Patient.questions[0]
    let prompt = try patient.prompt([.user(question)])
    let observer = EmbeddingObserver()
    // The reference decoder: it feeds every copy, and the whole prompt.
    _ = try await patient.answer(
      question, defense: defense, maximumTokens: 1, decoder: .reference,
      model: observer.watching(patient.model))
    let clean = try await patient.model.embeddings(of: prompt.ids)
    let copies = observer.embeddings.sorted { $0.key < $1.key }.map(\.value)
    let found = try await DoctorFinding.of("user span") {
      [spans(clean, copies, expected: try userTokens(of: prompt, question: question), prompt)]
    }
    return found + [strength(clean, copies), calibration]
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
  ) -> DoctorFinding {
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

  /// Nothing here can tell whether a strength is right; it can tell that nobody has looked.
  private var calibration: DoctorFinding {
    let found = Calibration(of: defense, for: patient.model.information)
    guard found == .none else {
      return .pass("calibration", "the noise is \(found.words)")
    }
    return .warning(
      "calibration", "the noise is a fallback that was measured on another model",
      remedy: "run 'resta calibrate' on this model, or set --noise and --sigma")
  }

  private var defense: DefenseSettings { patient.defense }

  private func strength(_ clean: EmbeddingMatrix, _ copies: [EmbeddingMatrix]) -> DoctorFinding {
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

/// Whether the prompt is written in the model's own chat format.
struct TemplateCheck {
  private static let name = "chat template"
  let patient: Patient

  func run() throws -> DoctorFinding {
    let own: ChatTemplate?
    do {
      own = try patient.model.chatTemplate
    } catch {
      guard patient.template != nil else {
        return .failure(
          Self.name, "the model's own template cannot be read: \(error)",
          remedy: "name a template of the model's format with --chat-template")
      }
      own = nil
    }
    guard let used = patient.template ?? own else {
      return .failure(
        Self.name, "'\(patient.model.information.name)' has no chat template: it is a base model",
        remedy: "use an instruction-tuned model, or name its format with --chat-template")
    }
    do {
      try used.check()
    } catch {
      return .failure(
        Self.name, error.message, remedy: "name one of the model's format with --chat-template")
    }
    let prompt = try tokenize(used)
    // Some models' own templates write markers that are plain text to them, so only another template
    // is suspect.
    if patient.template != nil, let foreign = foreignMarker(in: prompt) {
      return .failure(
        Self.name,
        "wrong template: it writes '\(foreign)', which is no control token of this model",
        remedy: remedy(own))
    }
    guard patient.template != nil, var own else {
      return .pass(
        Self.name, "\(prompt.tokens.count { $0.isControl }) control tokens in a short prompt")
    }
    // A date or a variable of the command line makes no other format.
    (own.clock, own.variables) = (used.clock, used.variables)
    return try compare(prompt, with: tokenize(own))
  }

  private func tokenize(_ template: ChatTemplate) throws -> TokenizedPrompt {
    try Generation.tokenize([.user("Hello")], for: patient.model, template: template)
  }

  private func remedy(_ own: ChatTemplate?) -> String {
    own == nil
      ? "name the model's own format with --chat-template"
      : "leave --chat-template out: the model brings its own template"
  }

  private func compare(_ prompt: TokenizedPrompt, with own: TokenizedPrompt) -> DoctorFinding {
    guard prompt.ids != own.ids else {
      return .pass(Self.name, "the same prompt as the model's own template gives")
    }
    let missing = Set(own.tokens.filter(\.isControl).map(\.id))
      .subtracting(prompt.tokens.filter(\.isControl).map(\.id))
    guard missing.isEmpty else {
      let names = missing.sorted().map { patient.model.tokenizer.text(of: $0) }
      return .failure(
        Self.name,
        "wrong template: the model's own uses \(names.joined(separator: " ")), this one does not",
        remedy: "leave --chat-template out: the model brings its own template")
    }
    return .warning(
      Self.name, "the prompt differs from what the model's own template gives",
      remedy: "leave --chat-template out unless you mean it")
  }

  /// The first marker such as `<|im_start|>` of the template's text that this model's vocabulary
  /// does not have as one token.
  private func foreignMarker(in prompt: TokenizedPrompt) -> String? {
    let text = prompt.rendered.text
    let markers = text.matches(of: /<\|?[A-Za-z][A-Za-z0-9_]*\|?>|<\|[^|<>\s]{1,40}\|>/)
    let content = prompt.rendered.spans.map(\.range)
    for marker in markers {
      let start = text.utf8.distance(from: text.startIndex, to: marker.range.lowerBound)
      let range = start..<(start + text[marker.range].utf8.count)
      guard !content.contains(where: { $0.overlaps(range) }) else { continue }
      if !prompt.tokens.contains(where: { $0.bytes == range }) { return String(marker.output) }
    }
    return nil
  }
}
