import Foundation
import RESTATesting
import Testing

@testable import RESTATemplates

/// What templates may do to the messages' words, and what they may not.
@Suite("No message's words are lost")
struct ContentCheckTests {
  @Test("what real templates lose is found, message by message",
    .enabled(if: ModelTemplates.isRequired || ModelTemplates.isThere(ModelTemplates.folder)),
    arguments: ModelTemplates.names)
  func collection(_ name: String) throws {
    let golden = try TemplateGolden.templates(.models)
    let entry = try #require(golden.entries.first { $0.source == name })
    let data = try Data(contentsOf: ModelTemplates.folder.appending(path: name))
    guard let template = try? ChatTemplate(source: String(decoding: data, as: UTF8.self), bosToken: entry.bos, eosToken: entry.eos) else { return }
    print("FORMS", name, template.parts)
    for c in entry.cases {
      let messages = try #require(golden.chats[c.chat])
      var t = template
      let now = try TemplateGolden.now()
      if c.now { t.clock = { now } }
      t.variables = c.variables.mapValues(\.variable)
      guard let text = try? t.rendered(messages).text else { continue }
      let l = ContentCheck.losses(in: text, of: messages)
      if !l.isEmpty { print("LOSS", name, c.chat, l.map { "\($0.message) \(messages[$0.message].role) \($0.isWhole)" }) }
    }
  }
}
