import RESTADocuments
import RESTATesting
import Testing

@testable import RESTATemplates

extension TemplateGolden.Template {
  /// Renders each case and compares bytes and spans with Python's.
  func check(
    _ source: String, chats: [String: [ChatMessage]], at location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(
      Digest.sha256(of: source) == sha256,
      "\(self.source) is not the template the golden file was made from", sourceLocation: location)
    let template = try? ChatTemplate(
      source: source, bosToken: bos, eosToken: eos, name: self.source)
    for entry in cases {
      let messages = try #require(chats[entry.chat], sourceLocation: location)
      let label = "\(self.source), \(entry.chat)"
      let rendered = try outcome(of: template, entry, messages)
      guard let expected = entry.text else {
        #expect(rendered == nil, "\(label): Python refuses it", sourceLocation: location)
        continue
      }
      guard let rendered else {
        Issue.record("\(label): Python renders it", sourceLocation: location)
        continue
      }
      #expect(
        Array(rendered.text.utf8) == Array(expected.utf8), "\(label)", sourceLocation: location)
      guard let spans = entry.spans else { continue }
      let found = rendered.spans.map {
        [$0.messageIndex, $0.range.lowerBound, $0.range.upperBound]
      }
      #expect(found == spans, "\(label)", sourceLocation: location)
    }
  }

  private func outcome(
    of template: ChatTemplate?, _ entry: TemplateGolden.Case, _ messages: [ChatMessage]
  ) throws -> RenderedPrompt? {
    var template = template
    let now = try TemplateGolden.now()
    if entry.now { template?.clock = { now } }
    template?.variables = entry.variables.mapValues(\.variable)
    return try? template?.unchecked(messages, addGenerationPrompt: entry.addGenerationPrompt)
  }
}

extension ChatTemplate {
  /// What the template makes of the messages, though it lost some of them.
  func unchecked(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true, limits: JinjaLimits = .standard
  ) throws(RESTAError) -> RenderedPrompt {
    let text = try rendered(
      messages, addGenerationPrompt: addGenerationPrompt, limits: limits
    ).text
    return RenderedPrompt(text, messages: messages)
  }
}
