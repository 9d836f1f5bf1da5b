import Foundation
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTATemplates

@Suite("Jinja, against Python's jinja2")
struct JinjaReferenceTests {
  @Test("golden files are as their generator wrote them", arguments: TemplateGolden.File.allCases)
  func hash(_ file: TemplateGolden.File) throws {
    let url = TemplateGolden.url(file)
    let written = try String(
      contentsOf: url.appendingPathExtension("sha256"), encoding: .ascii)
    #expect(
      try Digest.sha256(of: Data(contentsOf: url)) == written.prefix(64),
      "Make it with Tools/golden/chat_templates.py; never edit it.")
  }

  @Test("snippets print what Python prints, or fail where Python fails")
  func snippets() throws {
    let golden = try TemplateGolden.snippets()
    #expect(golden.entries.count > 900)
    for snippet in golden.entries {
      let source = (snippet.hasPrelude ? golden.prelude : "") + snippet.source
      var text: String?
      do {
        let interpreter = JinjaInterpreter(limits: .standard, now: try TemplateGolden.now())
        let context = snippet.context.mapValues { JinjaValue($0.variable) }
        text = try interpreter.run(try JinjaProgram(source: source), context: context).string
      } catch let fault as JinjaFault {
        #expect(snippet.text == nil, "\(snippet.label) fails: \(fault.summary)")
        continue
      }
      #expect(
        text.map { Array($0.utf8) } == snippet.text.map { Array($0.utf8) },
        "\(snippet.label) gives \(text ?? "") and not \(snippet.text ?? "an error")")
    }
  }

  @Test("built-in templates render as Python renders them", arguments: ChatTemplate.builtInNames)
  func builtIn(_ name: String) throws {
    let golden = try TemplateGolden.templates(.builtIn)
    let entry = try #require(golden.entries.first { $0.source == name })
    let template = try ChatTemplate.builtIn(name, bosToken: entry.bos, eosToken: entry.eos)
    #expect(entry.cases.count == golden.chats.count)
    try entry.check(template.source, chats: golden.chats)
  }
}
