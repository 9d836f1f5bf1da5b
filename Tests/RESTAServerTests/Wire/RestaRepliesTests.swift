import RESTA
import RESTATesting
import Testing

@testable import RESTA
@testable import RESTAServer

@Suite("What replies tell about the defence") struct RestaRepliesTests {
  @Test func `a vote is written as the command writes it`() {
    let won = VoteRecord(
      position: 2, tokenID: 257,
      counts: [.init(tokenID: 257, count: 5), .init(tokenID: 97, count: 5)],
      asked: 10, margin: 0, tieBreak: .logProbability)
    #expect(
      Replying.text(VoteReport(won, tokenizer: Replying.tokenizer))
        == #"{"asked":10,"counts":[{"count":5,"text":"fooBar","token_id":257},"#
        + #"{"count":5,"text":"a","token_id":97}],"margin":0,"position":2,"stopped_at_lead":null,"text":"fooBar","#
        + #""tie_rule":"log-probability","token_id":257}"#)
    let ended = VoteRecord(
      position: 1, tokenID: 97, counts: [.init(tokenID: 97, count: 4)], asked: 4, margin: 4,
      tieBreak: nil, stoppedAtLead: 4)
    #expect(
      Replying.text(VoteReport(ended, tokenizer: Replying.tokenizer))
        .contains(#""position":1,"stopped_at_lead":4,"#))
    let abstained = VoteRecord(
      position: 0, tokenID: nil, counts: [], asked: 3, margin: 0, tieBreak: nil)
    #expect(
      Replying.text(RestaChoice(vote: VoteReport(abstained, tokenizer: Replying.tokenizer)))
        == #"{"vote":{"asked":3,"counts":[],"margin":0,"position":0,"stopped_at_lead":null,"text":null,"#
        + #""tie_rule":null,"token_id":null}}"#)
  }

  @Test func `a cost is written with null for a token that never came`() {
    var totals = GenerationTotals()
    totals.passes = 3
    totals.tokensProcessed = 40
    totals.prefillSeconds = 0.5
    totals.decodeSeconds = 0.25
    totals.wallSeconds = 1.5
    let first = #"{"bookkeeping_s":0,"decode_s":0.25,"first_token_s":"#
    let rest = #""passes":3,"prefill_s":0.5,"tokens_processed":40,"tokens_reused":0,"wall_s":1.5}"#
    #expect(
      Replying.text(TotalsReport(totals)) == #"\#(first)null,\#(rest)"#)
    totals.firstTokenSeconds = 0.75
    #expect(
      Replying.text(TotalsReport(totals)) == #"\#(first)0.75,\#(rest)"#)
  }

  @Test func `a prompt's tokens say which of them are perturbed`() throws {
    let rendered = RenderedPrompt(
      text: "[ab]", spans: [.init(messageIndex: 0, role: .user, range: 1..<3)])
    let prompt = try PromptTokenizer(Replying.tokenizer).tokenize(rendered)
    let tokens = RestaPromptToken.list(
      prompt, defense: DefenseSettings(), tokenizer: Replying.tokenizer)
    #expect(tokens.map(\.text) == ["[", "a", "b", "]"])
    #expect(tokens.map(\.perturbed) == [false, true, true, false])
    #expect(Replying.text([tokens[0]]) == #"[{"perturbed":false,"text":"["}]"#)
    let undefended = RestaPromptToken.list(
      prompt, defense: .none, tokenizer: Replying.tokenizer)
    #expect(undefended.map(\.perturbed) == [false, false, false, false])
  }

  @Test func `of an operator's own messages a prompt's tokens have the places alone`() throws {
    let rendered = RenderedPrompt(
      text: "<secret>[ab]",
      spans: [
        .init(messageIndex: 0, role: .system, range: 1..<7),
        .init(messageIndex: 1, role: .user, range: 9..<11),
      ])
    let prompt = try PromptTokenizer(Replying.tokenizer).tokenize(rendered, trusted: [0])
    let tokens = RestaPromptToken.list(
      prompt, defense: DefenseSettings(), tokenizer: Replying.tokenizer)
    let expected = ["<", "", "", "", "", "", "", ">", "[", "a", "b", "]"]
    #expect(tokens.map(\.text) == expected)
    #expect(tokens.map(\.perturbed) == expected.map { ["a", "b"].contains($0) })
    // One that holds a client's words too is shown: they are its own.
    var shared = prompt
    shared.rendered.spans[1].range = 6..<11
    let shown = RestaPromptToken.list(
      shared, defense: DefenseSettings(), tokenizer: Replying.tokenizer)
    #expect(shown.map(\.text) == ["<", "", "", "", "", "", "t", ">", "[", "a", "b", "]"])
  }

  @Test func `settings write l as a number or as all`() {
    #expect(Replying.text(Replying.settings) == Replying.settingsText)
    #expect(
      Replying.text(RestaSettings(defense: .none, sticky: false, calibration: .chosen))
        == #"{"aggregator":"majority-vote","calibration":"chosen","checkpoint_ends":false,"#
        + #""checkpoint_every":null,"checkpoint_form":"vote","checkpoint_tokens":4,"last_turn_only":false,"lead":null,"noise":"none","#
        + #""perturbed_roles":["user"],"power_matched":false,"prefix":20,"prefix_after":null,"prefix_after_limit":null,"#
        + #""samples":10,"sigma":0,"sigma_unit":"absolute","sticky":false,"#
        + #""tie_rule":"log-probability"}"#)
    var seeded = DefenseSettings.none
    seeded.seed = 4_711
    #expect(
      !Replying.text(RestaSettings(defense: seeded, sticky: true, calibration: .none)).contains(
        "4711"))
  }

  @Test func `an answer without anything to tell has no object`() {
    #expect(RestaChoice().unlessEmpty == nil)
    #expect(RestaChoice(votes: []).unlessEmpty != nil)
  }

  @Test func `what may be chosen is listed, the own value twice for no choice`() {
    let limits = InformationReply.Limits(answerTokens: 2048, choices: 4)
    #expect(
      Replying.text(InformationReply(model: "m", exposure: "none", limits: limits))
        == #"{"exposure":"none","limits":{"answer_tokens":2048,"choices":4},"model":"m"}"#)
    let client = InformationReply.Client(
      noise: [.hard, .soft], sigma: .init(min: 0.5, max: 2), samples: .init(min: 10, max: 10),
      prefix: .init(min: PrefixReport(.tokens(20)), max: PrefixReport(.all)), off: false,
      logprobs: true, temperature: .init(min: 0, max: 2))
    #expect(
      Replying.text(
        InformationReply(
          model: "m", exposure: "votes", defense: Nullable(wrappedValue: nil), client: client,
          limits: limits))
        == #"{"client":{"logprobs":true,"noise":["hard","soft"],"off":false,"#
        + #""prefix":{"max":"all","min":20},"samples":{"max":10,"min":10},"#
        + #""sigma":{"max":2,"min":0.5},"temperature":{"max":2,"min":0}},"defense":null,"exposure":"votes","#
        + #""limits":{"answer_tokens":2048,"choices":4},"model":"m"}"#)
  }
}
