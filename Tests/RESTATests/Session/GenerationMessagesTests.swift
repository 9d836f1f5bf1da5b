import RESTATesting
import Testing

@testable import RESTA

@Suite("Generation from messages")
struct GenerationMessagesTests {
  @Test("renders and tokenises with the model's own template")
  func ownTemplate() throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("a"))
    let generation = try Generation(
      model: model, messages: [.system("s"), .user("hi")], defense: Fixture.defense())
    #expect(generation.prompt.rendered.text == "<system>s<user>hi")
    #expect(generation.prompt.positions(of: .userTurns) == [15, 16])
  }

  @Test("prefers the template that is given")
  func givenTemplate() throws {
    let model = try SessionFixture.model(template: nil, predicting: Fixture.saying("a"))
    let template = try ChatTemplate(source: SessionFixture.template)
    let prompt = try Generation.tokenize([.user("hi")], for: model, template: template)
    #expect(prompt.rendered.text == "<user>hi")
  }

  @Test("names the option where there is no template, and refuses no messages")
  func missing() throws {
    let base = try SessionFixture.model(template: nil, predicting: Fixture.saying("a"))
    let error = #expect(throws: RESTAError.self) {
      try Generation.tokenize([.user("hi")], for: base)
    }
    #expect(error?.code == .invalidTemplate)
    #expect(error?.message.contains("--chat-template") == true)
    let empty = #expect(throws: RESTAError.self) { try Generation.tokenize([], for: base) }
    #expect(empty?.code == .invalidMessages)
  }

  @Test("refuses settings before anything runs")
  func invalidSettings() throws {
    let model = try SessionFixture.model(predicting: Fixture.saying("a"))
    for (k, maximum) in [(0, 1), (1, 0)] {
      let error = #expect(throws: RESTAError.self) {
        try Generation(
          model: model, messages: [.user("hi")], defense: Fixture.defense(k: k),
          options: GenerationOptions(maximumTokens: maximum))
      }
      #expect(error?.code == .invalidSetting)
    }
    #expect(model.recordedPasses.isEmpty)
  }
}
