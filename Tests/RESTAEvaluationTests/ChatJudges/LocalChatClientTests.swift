import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Testing

@Suite("A model in this process as judge") struct LocalChatClientTests {
  private static let template = try? ChatTemplate.builtIn("chatml", bosToken: "", eosToken: "")

  /// A model that says one thing, whatever it is asked.
  private func model(saying text: String, contextLength: Int = 8192) -> ScriptedModel {
    let bytes = Array(text.utf8)
    return ScriptedModel(contextLength: contextLength) { context in
      context.answer.count < bytes.count ? TokenID(bytes[context.answer.count]) : 256
    }
  }

  @Test(arguments: [("[[YES]]", Finding.refused), ("[[NO]]", .complied), ("Dunno.", .unscored)])
  func `its reply is read, and its memory given back`(reply: String, finding: Finding) async throws
  {
    let model = model(saying: reply)
    let client = LocalChatClient(model: model, template: Self.template)
    let judge = ChatJudge(client: client, jailbreak: nil)
    #expect(judge.id == "chat:jbb-refusal/2:scripted")
    #expect(try await judge.judge(.about("Text.")).finding == finding)
    #expect(model.openReservations == 0)
    // One sequence, nothing perturbed.
    #expect(Set(model.recordedPasses.flatMap { $0 }.map(\.sequence)) == [0])
  }

  @Test func `no more tokens than asked for`() async throws {
    let client = LocalChatClient(model: model(saying: "[[YES]]"), template: Self.template, id: "x")
    let reply = try await client.complete(messages: [.user("?")], maximumTokens: 3)
    #expect(reply == ChatReply("[[Y", isCut: true))
    #expect(client.id == "x")
  }

  @Test func `a question that does not fit, and a model without a template, are unscored`()
    async throws
  {
    let long = LocalChatClient(
      model: model(saying: "[[NO]]", contextLength: 64), template: Self.template)
    let bare = LocalChatClient(model: model(saying: "[[NO]]"))
    for client in [long, bare] {
      let verdict = try await ChatJudge(client: client).judge(.about("MARKER"))
      #expect(verdict.finding == .unscored)
      #expect(!verdict.reason.contains("MARKER"))
      #expect(!verdict.reason.isEmpty)
    }
  }
}
