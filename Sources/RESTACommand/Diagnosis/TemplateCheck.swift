import RESTA
import RESTALlama

/// Whether the prompt is written in the model's own chat format.
struct TemplateCheck {
  private static let name = "chat template"
  let patient: Patient

  func run() throws -> Finding {
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
    let prompt = try tokenize(used)
    // Some models' own templates write markers that are plain text to them, so only another template
    // is suspect.
    if patient.template != nil, let foreign = foreignMarker(in: prompt) {
      return .failure(
        Self.name,
        "wrong template: it writes '\(foreign)', which is no control token of this model",
        remedy: remedy(own))
    }
    guard patient.template != nil, let own else {
      return .pass(
        Self.name, "\(prompt.tokens.count { $0.isControl }) control tokens in a short prompt")
    }
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

  private func compare(_ prompt: TokenizedPrompt, with own: TokenizedPrompt) -> Finding {
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
